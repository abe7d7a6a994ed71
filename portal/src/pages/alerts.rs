//! Alerts: what is open, what is watched for, and what people were told.

use crate::alert::{AlertForm, MutedKey, OpenAlert, Told};
use crate::control::Control;
use crate::form::Problem;
use crate::frame::Frame;
use crate::key::Notice;
use crate::pages::page;

/// The alerts of an organization. A page with older history has only that; a form with something wrong stands alone.
#[derive(Clone, Debug)]
pub struct AlertsPage {
    /// The frame.
    pub frame: Frame,
    /// What has just been done.
    pub notice: Option<Notice>,
    /// How things are now.
    pub news: Option<AlertNews>,
    /// What is watched for. It posts to `{base}alerts`.
    pub form: Option<AlertForm>,
    /// What people were told.
    pub history: Option<History>,
}

page!(AlertsPage, "alerts.html", Alerts, |page, voice| voice.words().alerts.to_string(), page.problems());

/// How things are now.
#[derive(Clone, Debug)]
pub struct AlertNews {
    /// The alerts that are open, the last one first.
    pub open: Vec<OpenAlert>,
    /// How many more there are.
    pub more_open: u64,
    /// The keys that are muted.
    pub muted: Vec<MutedKey>,
    /// How many more there are.
    pub more_muted: u64,
    /// Whether that can be changed here.
    pub mute: Control,
    /// The hidden `once`.
    pub once: String,
}

/// What people were told, newest first.
#[derive(Clone, Debug)]
pub struct History {
    /// The rows of this page.
    pub told: Vec<Told>,
    /// Whether this is the first page.
    pub first: bool,
    /// The cursor of the page with older rows.
    pub older: Option<String>,
}

impl AlertsPage {
    /// What is wrong with the form.
    fn problems(&self) -> &[Problem] {
        self.form.as_ref().map_or(&[], |form| &form.problems)
    }

    fn way_to_newest(&self) -> String {
        format!("{}alerts", self.frame.base())
    }

    fn way_to_older(&self) -> Option<String> {
        let cursor = self.history.as_ref()?.older.as_ref()?;
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("cursor", cursor).finish();

        Some(format!("{}alerts?{query}", self.frame.base()))
    }
}
