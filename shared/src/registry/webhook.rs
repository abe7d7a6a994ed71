//! Webhooks: addresses that an organization wants its events sent to. Pure.
//!
//! What is sent, and how it is signed, is [Standard Webhooks][spec]: the receivers' libraries verify it.
//!
//! [spec]: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md

mod address;
mod kinds;
mod signing;
mod view;

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use address::{Address, TestHosts, is_public};
pub use kinds::Kinds;
pub use signing::{Master, Shown, signatures};
pub use view::{Change, Order, Signed, Status, View};

use crate::registry::event::Head;
use crate::registry::id::dated_id;

/// How many webhooks an organization can have.
pub const MOST: usize = 5;

/// The kind of the event that somebody sends to try a webhook.
pub const TEST: &str = "webhook.test";

/// How long the secret before the current one still signs, in seconds: a day.
pub const OVERLAP_SECS: i64 = 86_400;

/// How long before a webhook was made an event may be of another organization, which had the same slug: nobody has a slug for a quarter of
/// an hour after that, by clocks that may be five minutes off.
const OF_OTHERS: SignedDuration = SignedDuration::from_mins(10);

dated_id! {
    /// `webhook_` and 26 characters, as in the id of a key.
    "webhook_", "a webhook"
}

/// A webhook as the store keeps it. Its secrets are not kept: they follow from its id and their number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Webhook {
    /// Its id.
    pub id: Id,
    /// Where events go.
    pub url: Address,
    /// Of which kinds; all of them where it is left out. There may be some among them that only a newer version knows.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "kinds::kept")]
    pub kinds: Option<Kinds>,
    /// Why nothing is sent, if nothing is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled: Option<Why>,
    /// When it was made.
    pub created_at: Timestamp,
    /// The number of its current secret: the first is 1.
    pub generation: u32,
    /// Until when the secret before signs, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_until: Option<Timestamp>,
}

/// Why nothing is sent to a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Why {
    /// Somebody has switched it off.
    Asked,
    /// It has answered 410 Gone.
    Gone,
    /// An event was tried for three days, and not taken.
    Failing,
}

impl Webhook {
    /// Whether `event` is sent to it.
    pub fn gets(&self, event: &Head) -> bool {
        self.wants(&event.kind) && self.created_at.duration_since(event.at) < OF_OTHERS
    }

    /// Whether an event of `kind` is sent to it.
    pub fn wants(&self, kind: &str) -> bool {
        self.disabled.is_none() && self.kinds.as_ref().is_none_or(|kinds| kinds.0.contains(kind))
    }

    /// The numbers of the secrets that sign at `now`, the current one first.
    pub fn generations(&self, now: Timestamp) -> impl Iterator<Item = u32> {
        let before = self.previous_until.filter(|until| *until > now).map(|_| self.generation.saturating_sub(1));

        std::iter::once(self.generation).chain(before)
    }

    /// What became of the last attempt, if that went to the address that it has now.
    pub fn attempted(&self, sent: &Sent) -> Option<Attempt> {
        let last = sent.tried.as_ref().filter(|tried| tried.url.as_ref() == Some(&self.url));

        last.map(|tried| tried.attempt.clone())
    }
}

/// What became of the last attempt to send something to a webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "WebhookAttempt")]
pub struct Attempt {
    /// When it was.
    #[schemars(extend("format" = "date-time"))]
    pub at: String,
    /// Whether it was taken.
    pub taken: bool,
    /// In a few words: `HTTP 500`, `no answer in 15 seconds`. Nothing of what the other side has said.
    pub outcome: String,
}

/// What became of the last attempt, and where it went: the webhook may have another address by now.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Tried {
    /// The address; `None` in what older versions have written.
    pub url: Option<Address>,
    /// What became of it.
    #[serde(flatten)]
    pub attempt: Attempt,
}

/// What became of what was sent to a webhook, as far as it is known: for 30 days.
#[derive(Clone, Debug, Default)]
pub struct Sent {
    /// The last attempt.
    pub tried: Option<Tried>,
    /// When an event last became a dead letter because it was not taken.
    pub dead_letter_at: Option<Timestamp>,
}
