//! Events: what has happened to an organization and its keys, for programs and people who want to hear of it. Every row of
//! the audit trail is one, numbered within its organization. `docs/events.md` describes them.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::contract::alerts;
use crate::environment::clock;
use crate::environment::entropy::{self, Entropy};
use crate::registry::alert::{Telling, Turn};
use crate::registry::audit::{Action, Entry};
use crate::registry::author::Plane;
use crate::registry::id::dated_id;
use crate::registry::key;
use crate::registry::name::Name;
use crate::registry::slug::Slug;

/// An event as it is written. No secret is in it: `before` and `after` are as replies show things.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// Its id, the same however often it is delivered.
    pub id: Id,
    /// The organization that it is about.
    pub organization: Slug,
    /// Its number among the organization's events: 1, 2, 3, without a gap.
    pub sequence: i64,
    /// When it was, to the millisecond.
    pub at: String,
    /// About which key, if about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_id: Option<key::Id>,
    /// What it was.
    #[serde(flatten)]
    pub what: What,
}

/// What has happened.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
pub enum What {
    /// Somebody has changed something.
    Change {
        /// What was done.
        kind: Action,
        /// Who did it.
        actor: Actor,
        /// What it was before.
        #[serde(skip_serializing_if = "Option::is_none")]
        before: Option<Value>,
        /// What it was after.
        #[serde(skip_serializing_if = "Option::is_none")]
        after: Option<Value>,
        /// The gateway's id of the request.
        request_id: String,
    },
    /// Something that people are to be told of.
    Alert {
        /// Of which kind.
        kind: alerts::Kind,
        /// What the alert does.
        state: Turn,
        /// What people call the key, if it is about one.
        #[serde(skip_serializing_if = "Option::is_none")]
        key_name: Option<Name>,
        /// The first digits of the key's digest, by which people know it.
        #[serde(skip_serializing_if = "Option::is_none")]
        fingerprint: Option<String>,
        /// The figures, by names that depend on the kind.
        numbers: Value,
    },
}

/// Who did something.
#[derive(Clone, Debug, Serialize)]
pub struct Actor {
    /// By which way.
    pub plane: Plane,
    /// An ARN, the id of a key, or the subject of a portal session.
    pub id: String,
}

impl Event {
    /// The event about `entry`, the organization's event number `sequence`.
    ///
    /// # Errors
    /// The operating system has no randomness to give.
    pub(crate) fn of(entry: &Entry, sequence: i64, entropy: Entropy) -> Result<Self, entropy::Error> {
        let row = entry.row.clone();

        Ok(Self {
            id: Id::new(entry.at, entropy)?,
            organization: entry.org.clone(),
            sequence,
            at: row.at,
            key_id: row.key_id,
            what: What::Change {
                kind: row.action,
                actor: Actor { plane: row.plane, id: row.actor },
                before: row.before,
                after: row.after,
                request_id: row.request_id,
            },
        })
    }

    /// The event that tells people of `telling` at `now`, the event number `sequence` of `org`. `key` is the one that it is
    /// about, if it is about one.
    ///
    /// # Errors
    /// As for a change.
    pub(crate) fn telling(
        telling: &Telling,
        org: &Slug,
        key: Option<&key::Key>,
        sequence: i64,
        now: Timestamp,
        entropy: Entropy,
    ) -> Result<Self, entropy::Error> {
        let Telling { kind, turn, key: key_id, numbers } = telling.clone();
        let key = key.filter(|_| key_id.is_some());

        Ok(Self {
            id: Id::new(now, entropy)?,
            organization: org.clone(),
            sequence,
            at: clock::millis(now),
            key_id,
            what: What::Alert {
                kind,
                state: turn,
                key_name: key.map(|key| key.name.clone()),
                fingerprint: key.map(|key| key.digest.fingerprint()),
                numbers,
            },
        })
    }
}

/// A row of an organization's history of alerts: an event that told of one.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Alert")]
pub struct AlertRow {
    /// The id of the event.
    pub id: Id,
    /// Of which kind.
    pub kind: alerts::Kind,
    /// What the alert did.
    pub state: Turn,
    /// About which key; `null` where it is about several, which are in `numbers`.
    pub key_id: Option<key::Id>,
    /// When.
    #[schemars(extend("format" = "date-time"))]
    pub at: String,
    /// The figures, by names that depend on the kind.
    #[schemars(with = "std::collections::BTreeMap<String, Value>")]
    pub numbers: Value,
}

impl Event {
    /// The row of the history, if this tells of an alert.
    pub(crate) fn alert(&self) -> Option<AlertRow> {
        let What::Alert { kind, state, numbers, .. } = &self.what else { return None };
        let (id, key_id, at) = (self.id.clone(), self.key_id.clone(), self.at.clone());

        Some(AlertRow { id, kind: *kind, state: *state, key_id, at, numbers: numbers.clone() })
    }
}

dated_id! {
    /// `event_` and 26 characters, as in the id of a key: ids sort by the time they were made.
    "event_", "an event"
}

/// What of an event matters to whoever hands it on. Its kind may be one that only newer functions know.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Head {
    /// Its id.
    pub id: Id,
    /// The organization that it is about.
    pub organization: Slug,
    /// Its number among the organization's events.
    pub sequence: i64,
    /// What has happened: `key.created`.
    pub kind: String,
    /// When.
    pub at: Timestamp,
    /// To which key, if to one.
    pub key_id: Option<key::Id>,
}

impl Head {
    /// Whether somebody has asked for what it says, as for nearly every change. Nobody has asked for an alert, nor for what the
    /// stack does by itself.
    pub fn is_asked_for(&self) -> bool {
        Action::named(&self.kind).is_some_and(Action::is_asked_for)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_has_asked_for_is_told_by_its_kind() {
        let head = |kind: &str| {
            let event = serde_json::json!({
                "id": format!("event_{}", "0".repeat(26)), "organization": "acme", "sequence": 1, "kind": kind,
                "at": "2030-06-15T00:00:30.000Z", "actor": {"plane": "operator", "id": "arn"}, "requestId": "r",
            });
            serde_json::from_value::<Head>(event).unwrap()
        };
        for kind in ["key.created", "key.deleted", "organization.changed", "portal.session.ended"] {
            assert!(head(kind).is_asked_for(), "{kind}");
        }
        for kind in ["limit.approaching", "key.unused", "webhook.disabled", "key.leaked", "key.", ""] {
            assert!(!head(kind).is_asked_for(), "{kind}");
        }
    }
}
