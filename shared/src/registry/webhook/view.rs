//! A webhook as replies show it, and as requests ask for one or change it.

use jiff::Timestamp;
use payload::Field;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Address, Attempt, Id, Kinds, Master, Sent, Shown, Webhook, Why};
use crate::environment::clock;
use crate::registry::slug::Slug;

/// Whether events are sent to a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Status {
    /// They are.
    Active,
    /// They are not.
    Disabled,
}

/// A webhook as replies show it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Webhook")]
pub struct View {
    id: Id,
    url: Address,
    /// The kinds of events that are sent there; `null` for all.
    kinds: Option<Kinds>,
    status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled_because: Option<Why>,
    #[schemars(extend("format" = "date-time"))]
    created_at: String,
    /// Until when events are also signed with the secret before; only there while they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", extend("format" = "date-time"))]
    overlap_ends_at: Option<String>,
    /// What became of the last attempt; `null` where there was none.
    last_attempt: Option<Attempt>,
    /// When an event was last given up, because it was not taken for three days; `null` where there was none in 30 days.
    #[schemars(extend("format" = "date-time"))]
    last_dead_letter_at: Option<String>,
}

impl Webhook {
    /// As replies show it at `now`, with what is known of what was `sent` there.
    pub fn view(&self, sent: &Sent, now: Timestamp) -> View {
        View {
            id: self.id.clone(),
            url: self.url.clone(),
            kinds: self.kinds.clone(),
            status: if self.disabled.is_none() { Status::Active } else { Status::Disabled },
            disabled_because: self.disabled,
            created_at: clock::seconds(self.created_at),
            overlap_ends_at: self.previous_until.filter(|until| *until > now).map(clock::seconds),
            last_attempt: self.attempted(sent),
            last_dead_letter_at: sent.dead_letter_at.map(clock::seconds),
        }
    }

    /// The same, for the audit trail.
    pub fn in_full(&self, now: Timestamp) -> Value {
        let mut value = serde_json::to_value(self.view(&Sent::default(), now)).unwrap_or_default();
        if let Some(members) = value.as_object_mut() {
            members.remove("lastAttempt");
            members.remove("lastDeadLetterAt");
        }

        value
    }
}

/// A webhook with its secret, for the one reply that hands it over.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "WebhookWithSecret")]
pub struct Signed {
    #[serde(flatten)]
    webhook: View,
    /// What signs. It is not shown again.
    secret: Shown,
}

impl Signed {
    /// `webhook` of `org` at `now`, with its current secret and what is known of what was `sent` there.
    pub fn new(webhook: &Webhook, sent: &Sent, master: &Master, org: &Slug, now: Timestamp) -> Self {
        let secret = master.secret(org, &webhook.id, webhook.generation);

        Self { webhook: webhook.view(sent, now), secret }
    }
}

/// A request for a webhook.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "WebhookOrder")]
pub struct Order {
    /// Where events are to go.
    pub url: Address,
    /// Of which kinds; all of them if it is left out or `null`.
    pub kinds: Option<Kinds>,
}

/// A change of a webhook: what is left out stays.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "WebhookChange")]
pub struct Change {
    /// Where events are to go.
    pub url: Option<Address>,
    /// Of which kinds; `null` for all.
    #[serde(default)]
    pub kinds: Field<Kinds>,
    /// Whether events are to be sent.
    pub status: Option<Status>,
}

impl Change {
    /// `webhook` after this change.
    #[must_use]
    pub fn apply(&self, webhook: &Webhook) -> Webhook {
        let disabled = match self.status {
            None => webhook.disabled,
            Some(Status::Active) => None,
            Some(Status::Disabled) => webhook.disabled.or(Some(Why::Asked)),
        };

        Webhook {
            url: self.url.clone().unwrap_or_else(|| webhook.url.clone()),
            kinds: self.kinds.clone().applied(webhook.kinds.clone()),
            disabled,
            ..webhook.clone()
        }
    }
}
