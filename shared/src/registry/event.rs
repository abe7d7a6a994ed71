//! Events: what has happened to an organization and its keys, for programs and people who want to hear of it. Every row of
//! the audit trail is one, numbered within its organization. `docs/events.md` describes them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::environment::entropy::{self, Entropy};
use crate::registry::audit::{Action, Entry, Plane};
use crate::registry::id::dated_id;
use crate::registry::key;
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
    /// What was done.
    pub kind: Action,
    /// When, to the millisecond.
    pub at: String,
    /// Who did it.
    pub actor: Actor,
    /// To which key, if to one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_id: Option<key::Id>,
    /// What it was before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// What it was after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
    /// The gateway's id of the request.
    pub request_id: String,
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
            kind: row.action,
            at: row.at,
            actor: Actor { plane: row.plane, id: row.actor },
            key_id: row.key_id,
            before: row.before,
            after: row.after,
            request_id: row.request_id,
        })
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
    /// Whether it says that somebody has changed something. Every other kind of event is an alert.
    pub fn is_change(&self) -> bool {
        Action::deserialize(serde::de::value::StrDeserializer::<serde::de::value::Error>::new(&self.kind)).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_told_from_an_alert_by_its_kind() {
        let head = |kind: &str| {
            let event = serde_json::json!({
                "id": format!("event_{}", "0".repeat(26)), "organization": "acme", "sequence": 1, "kind": kind,
                "at": "2030-06-15T00:00:30.000Z", "actor": {"plane": "operator", "id": "arn"}, "requestId": "r",
            });
            serde_json::from_value::<Head>(event).unwrap()
        };
        for kind in ["key.created", "key.deleted", "organization.changed", "portal.session.ended"] {
            assert!(head(kind).is_change(), "{kind}");
        }
        for kind in ["limit.approaching", "key.unused", "key.", ""] {
            assert!(!head(kind).is_change(), "{kind}");
        }
    }
}
