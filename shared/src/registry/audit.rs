//! The audit trail: every change to a key or an organization leaves a row, written in the same transaction as the change.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::environment::clock;
use crate::registry::author::{Author, Plane};
use crate::registry::key;
use crate::registry::slug::Slug;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum Action {
    /// An organization was made.
    #[serde(rename = "organization.created")]
    OrganizationCreated,
    /// Its terms were changed.
    #[serde(rename = "organization.changed")]
    OrganizationChanged,
    /// What its keys have used of the limits that they share was given back.
    #[serde(rename = "organization.reset")]
    OrganizationReset,
    /// It is deleted, with everything that it has.
    #[serde(rename = "organization.deleted")]
    OrganizationDeleted,
    /// A key was issued.
    #[serde(rename = "key.created")]
    KeyCreated,
    /// A key was changed.
    #[serde(rename = "key.changed")]
    KeyChanged,
    /// A key was given a new secret.
    #[serde(rename = "key.regenerated")]
    KeyRegenerated,
    /// What a key has used of its limits was given back.
    #[serde(rename = "key.reset")]
    KeyReset,
    /// A key of another system was taken over.
    #[serde(rename = "key.imported")]
    KeyImported,
    /// A secret of a key was found where others can see it, and something was done about that.
    #[serde(rename = "key.leaked")]
    KeyLeaked,
    /// A key was revoked.
    #[serde(rename = "key.deleted")]
    KeyDeleted,
    /// What people are told of was changed.
    #[serde(rename = "alerts.changed")]
    AlertsChanged,
    /// A webhook was made.
    #[serde(rename = "webhook.created")]
    WebhookCreated,
    /// A webhook was changed.
    #[serde(rename = "webhook.changed")]
    WebhookChanged,
    /// A webhook was given a new secret.
    #[serde(rename = "webhook.rotated")]
    WebhookRotated,
    /// A webhook was removed.
    #[serde(rename = "webhook.deleted")]
    WebhookDeleted,
    /// Nothing is sent to a webhook any more, because it does not take anything.
    #[serde(rename = "webhook.disabled")]
    WebhookDisabled,
    /// Somebody was given a link to the portal.
    #[serde(rename = "portal.session.created")]
    SessionCreated,
    /// They have used it.
    #[serde(rename = "portal.session.entered")]
    SessionEntered,
    /// Their session was ended before its time.
    #[serde(rename = "portal.session.ended")]
    SessionEnded,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 20] = [
        Self::OrganizationCreated,
        Self::OrganizationChanged,
        Self::OrganizationReset,
        Self::OrganizationDeleted,
        Self::KeyCreated,
        Self::KeyChanged,
        Self::KeyRegenerated,
        Self::KeyReset,
        Self::KeyImported,
        Self::KeyLeaked,
        Self::KeyDeleted,
        Self::AlertsChanged,
        Self::WebhookCreated,
        Self::WebhookChanged,
        Self::WebhookRotated,
        Self::WebhookDeleted,
        Self::WebhookDisabled,
        Self::SessionCreated,
        Self::SessionEntered,
        Self::SessionEnded,
    ];

    /// Its name, which is that of its event, too.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OrganizationCreated => "organization.created",
            Self::OrganizationChanged => "organization.changed",
            Self::OrganizationReset => "organization.reset",
            Self::OrganizationDeleted => "organization.deleted",
            Self::KeyCreated => "key.created",
            Self::KeyChanged => "key.changed",
            Self::KeyRegenerated => "key.regenerated",
            Self::KeyReset => "key.reset",
            Self::KeyImported => "key.imported",
            Self::KeyLeaked => "key.leaked",
            Self::KeyDeleted => "key.deleted",
            Self::AlertsChanged => "alerts.changed",
            Self::WebhookCreated => "webhook.created",
            Self::WebhookChanged => "webhook.changed",
            Self::WebhookRotated => "webhook.rotated",
            Self::WebhookDeleted => "webhook.deleted",
            Self::WebhookDisabled => "webhook.disabled",
            Self::SessionCreated => "portal.session.created",
            Self::SessionEntered => "portal.session.entered",
            Self::SessionEnded => "portal.session.ended",
        }
    }

    /// Whether somebody has asked for it. Otherwise the stack did it by itself, and people may not know.
    pub const fn is_asked_for(self) -> bool {
        !matches!(self, Self::WebhookDisabled | Self::KeyLeaked)
    }

    /// The action of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.name() == name)
    }
}

/// One row.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "AuditRow")]
pub struct Row {
    /// When, to the millisecond.
    #[schemars(extend("format" = "date-time"))]
    pub at: String,
    /// By which way.
    pub plane: Plane,
    /// By whom: an ARN, the id of a key, the subject of a portal session, or who has told the stack of a leak.
    pub actor: String,
    /// What was done.
    pub action: Action,
    /// To which key, if to one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_id: Option<key::Id>,
    /// What it was before: as replies show it, so no secret is in it.
    pub before: Option<Value>,
    /// What it was after.
    pub after: Option<Value>,
    /// The gateway's id of the request.
    pub request_id: String,
}

/// A row, to be written with the change that it is about.
#[derive(Clone, Debug)]
pub struct Entry {
    pub(crate) org: Slug,
    pub(crate) at: Timestamp,
    pub(crate) row: Row,
}

impl Author {
    /// The row about `action` on `org`, or on its key `key`.
    pub fn did(&self, action: Action, org: &Slug, key: Option<&key::Id>, change: [Option<Value>; 2]) -> Entry {
        let [before, after] = change;
        let row = Row {
            at: clock::millis(self.at),
            plane: self.plane,
            actor: self.who.clone(),
            action,
            key_id: key.cloned(),
            before,
            after,
            request_id: self.request.clone(),
        };

        Entry { org: org.clone(), at: self.at, row }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_is_written_by_its_name() {
        for action in Action::ALL {
            assert_eq!(serde_json::to_value(action).unwrap(), action.name());
            assert_eq!(Action::named(action.name()), Some(action));
        }
    }
}
