//! The one page that shows a webhook's secret, once.

use crate::frame::Frame;
use crate::key::Secret;
use crate::pages::page;
use crate::webhook::Webhook;

/// A new secret of a webhook, shown once.
#[derive(Clone, Debug)]
pub struct WebhookSecretPage {
    /// The frame.
    pub frame: Frame,
    /// The webhook, as it is now: with another secret that still signs, it was not just made.
    pub webhook: Webhook,
    /// The whole secret.
    pub secret: Secret,
}

page!(WebhookSecretPage, "webhook_secret.html", BelowWebhooks, |page, voice| {
    let words = voice.words();
    let title = if page.webhook.old_until.is_none() { words.webhook_added } else { words.regenerated_title };
    title.to_string()
});
