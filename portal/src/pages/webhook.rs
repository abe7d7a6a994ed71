//! One webhook: what is known of it, the form that changes it, and what else can be done with it.

use crate::control::Control;
use crate::frame::Frame;
use crate::key::Notice;
use crate::pages::page;
use crate::webhook::{Webhook, WebhookForm};

/// One webhook.
#[derive(Clone, Debug)]
pub struct WebhookPage {
    /// The frame.
    pub frame: Frame,
    /// What has just been done.
    pub notice: Option<Notice>,
    /// Whether a form was sent that was made from other webhooks than there are now.
    pub changed: bool,
    /// The webhook.
    pub webhook: Webhook,
    /// Whether it can be changed, switched on, tested and given a new secret: at `{base}webhooks/{id}` and below.
    pub change: Control,
    /// The form that changes it.
    pub form: WebhookForm,
}

page!(WebhookPage, "webhook.html", BelowWebhooks, |page, voice| voice.words().webhook.to_string(), &page.form.problems);
