//! Webhooks: addresses that an organization wants its events sent to. Pure.
//!
//! What is sent, and how it is signed, is [Standard Webhooks][spec]: the receivers' libraries verify it.
//!
//! [spec]: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md

mod address;
mod signing;

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use payload::Field;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

pub use address::{Address, TestHosts, is_public};
pub use signing::{Master, Shown, signatures};

use crate::contract::alerts;
use crate::environment::clock;
use crate::registry::audit::Action;
use crate::registry::event::Head;
use crate::registry::id::dated_id;
use crate::registry::slug::Slug;

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
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "kept")]
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

/// Kinds of events: those that are sent to a webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "BTreeSet<String>")]
#[schemars(inline, with = "BTreeSet<EventKind>", extend("minItems" = 1))]
pub struct Kinds(BTreeSet<String>);

fn kept<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Kinds>, D::Error> {
    Ok(Option::deserialize(deserializer)?.map(Kinds))
}

/// A kind of event.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "it is there for its schema")]
enum EventKind {
    /// Something was changed.
    Change(Action),
    /// Something that people are told of.
    Alert(#[schemars(schema_with = "inline::<alerts::Kind>")] alerts::Kind),
}

/// The schema of a `T` itself: one enumeration, and not a choice of two.
fn inline<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    T::json_schema(generator)
}

impl TryFrom<BTreeSet<String>> for Kinds {
    type Error = &'static str;

    fn try_from(kinds: BTreeSet<String>) -> Result<Self, &'static str> {
        let is_known = |kind: &String| alerts::Kind::named(kind).is_some() || Action::named(kind).is_some();
        if kinds.is_empty() || !kinds.iter().all(is_known) {
            return Err("must name at least one kind of event, and kinds that there are: docs/events.md has them all");
        }

        Ok(Self(kinds))
    }
}

impl Kinds {
    /// Those that were `chosen`, beside those that are `kept`, of which there may be some that only a newer version knows.
    ///
    /// # Errors
    /// There are none, or there is no such kind as was chosen.
    pub fn chosen(chosen: BTreeSet<String>, kept: Vec<String>) -> Result<Self, &'static str> {
        let Self(mut kinds) =
            if chosen.is_empty() && !kept.is_empty() { Self(chosen) } else { Self::try_from(chosen)? };
        kinds.extend(kept);

        Ok(Self(kinds))
    }

    /// Each by its name.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// How many there are: at least one.
    pub fn count(&self) -> usize {
        self.0.len()
    }
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
