//! What every page has around it: language, brand, organization, the person, and the way to everywhere else.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::brand::Brand;
use crate::html::Phrase;
use crate::key::{Answer, Column};
use crate::language::Language;
use crate::words::Words;

/// What is common to all pages.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The language of the page.
    pub language: Language,
    /// Whose API it is.
    pub brand: Brand,
    /// What the contract calls things, in the language of the page.
    pub terms: Terms,
    /// The time of the request. Everything relative (“5 minutes ago”) is relative to it.
    pub now: Timestamp,
    /// The time zone that the session was made with. `None`: times are written in UTC, and a script rewrites them in the
    /// browser's own zone.
    pub zone: Option<Zone>,
    /// The way back to the application that has sent the person here.
    pub return_to: Option<Link>,
    /// The organization and the person. `None` where there is no session: entering, having left, most errors.
    pub inside: Option<Inside>,
}

impl Frame {
    /// A frame for a page without a session.
    pub fn outside(language: Language, brand: Brand, now: Timestamp) -> Self {
        Self { language, brand, terms: Terms::default(), now, zone: None, return_to: None, inside: None }
    }

    /// The relative way up to `/portal/{org}/`.
    pub(crate) fn base(&self) -> &'static str {
        self.inside.as_ref().map_or("", |inside| inside.depth.base())
    }
}

/// Whose keys are shown, and to whom.
#[derive(Clone, Debug)]
pub struct Inside {
    /// How far the page is below `/portal/{org}/`.
    pub depth: Depth,
    /// The organization's name.
    pub organization: String,
    /// The person: a name for display.
    pub subject: String,
    /// Whether the organization is locked. A banner then says what is still possible.
    pub locked: bool,
    /// What callers get with every key, where none is let in: the organization is locked, or its plan has no API.
    pub refused: Option<Answer>,
    /// When the session ends.
    pub ends: Timestamp,
    /// What there is in the navigation beside the keys, in this order: what the session may see.
    pub tabs: Vec<Tab>,
    /// The hidden `once` of the form that leaves.
    pub leave_once: String,
}

/// A page of the navigation beside the list of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    /// The activity.
    Activity,
    /// The alerts.
    Alerts,
    /// The webhooks.
    Webhooks,
}

impl Tab {
    /// The way to it from `/portal/{org}/`.
    pub(crate) const fn way(self) -> &'static str {
        match self {
            Self::Activity => "activity",
            Self::Alerts => "alerts",
            Self::Webhooks => "webhooks",
        }
    }

    /// What it is called.
    pub(crate) const fn name(self, words: &Words) -> Phrase {
        match self {
            Self::Activity => words.activity,
            Self::Alerts => words.beside.alerting.alerts,
            Self::Webhooks => words.beside.alerting.sending.webhooks,
        }
    }
}

/// How far a page is below `/portal/{org}/`, which all its links begin from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// `keys`, `activity`, `alerts`, `webhooks`, `identify`.
    Top,
    /// `keys/new`, `keys/{id}`, `webhooks/{id}`.
    Key,
    /// `keys/{id}/regenerate` and the like.
    Action,
}

impl Depth {
    /// The relative way up to `/portal/{org}/`.
    pub const fn base(self) -> &'static str {
        match self {
            Self::Top => "",
            Self::Key => "../",
            Self::Action => "../../",
        }
    }
}

/// A link to another site, checked before it comes here.
#[derive(Clone, Debug)]
pub struct Link {
    /// What it says. `None`: “Back”, in the language of the page.
    pub label: Option<String>,
    /// Where it leads: https.
    pub url: String,
}

/// A time zone and its name.
#[derive(Clone, Debug)]
pub struct Zone {
    /// The zone.
    pub rules: TimeZone,
    /// Its name, as people know it: `Europe/Vienna`.
    pub name: String,
}

/// What a contract calls things, **in the language of the page**. What is left out is called what the language calls it.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// The title of the list: `API Keys`.
    pub title: Option<String>,
    /// Where the page is in the product: `Settings`, without the title itself.
    pub breadcrumb: Vec<String>,
    /// What an organization is called: `academy`.
    pub noun: Option<String>,
    /// On the button that leads to a new key, and on the one that makes it: `Create API key`.
    pub create: Option<String>,
    /// On the button that makes the new key, if it says something else.
    pub submit: Option<String>,
    /// `Edit`.
    pub edit: Option<String>,
    /// `Regenerate`.
    pub regenerate: Option<String>,
    /// `Deactivate`.
    pub deactivate: Option<String>,
    /// `Activate`.
    pub activate: Option<String>,
    /// `Delete`, `Revoke`.
    pub delete: Option<String>,
    /// Headings of columns that say something else: `Last Used`.
    pub columns: BTreeMap<Column, String>,
}
