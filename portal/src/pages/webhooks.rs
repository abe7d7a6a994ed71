//! Webhooks: where events are sent, and one more address.

use crate::control::Control;
use crate::frame::Frame;
use crate::key::Notice;
use crate::pages::page;
use crate::webhook::{Webhook, WebhookForm};

/// The webhooks of an organization.
#[derive(Clone, Debug)]
pub struct WebhooksPage {
    /// The frame.
    pub frame: Frame,
    /// What has just been done.
    pub notice: Option<Notice>,
    /// Whether a form was sent that was made from other webhooks than there are now.
    pub changed: bool,
    /// All of them, the oldest first.
    pub webhooks: Vec<Webhook>,
    /// Whether there are as many as there can be.
    pub full: bool,
    /// Whether another one can be added, if there can be one.
    pub add: Control,
    /// The form for it. It posts to `{base}webhooks`.
    pub form: WebhookForm,
}

page!(WebhooksPage, "webhooks.html", Webhooks, |page, voice| voice.words().webhooks.to_string(), &page.form.problems);
