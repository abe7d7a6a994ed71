//! Who changed what: a row of the audit trail, as the page shows it.

use jiff::Timestamp;

use crate::alert::kind::AlertKind;

/// A change.
#[derive(Clone, Debug)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub who: Who,
    /// What was done.
    pub what: What,
    /// What exactly, as far as the trail tells.
    pub details: Vec<Detail>,
    /// To which key, if to one.
    pub key: Option<KeyRef>,
    /// The id of the request.
    pub request: Option<String>,
}

/// What was different afterwards.
#[derive(Clone, Debug)]
pub enum Detail {
    /// For whom a link was made, or whose session it was.
    For(Who),
    /// The name.
    Name {
        /// What it was.
        from: String,
        /// What it is.
        to: String,
    },
    /// Scopes that were added.
    Added(Vec<String>),
    /// Scopes that were taken away.
    Removed(Vec<String>),
    /// When the key expires; `None`: never.
    Expires(Option<Timestamp>),
    /// The limits.
    Limits,
    /// From where it may be used.
    Addresses,
    /// The plan.
    Plan {
        /// What it was.
        from: String,
        /// What it is.
        to: String,
    },
    /// The kinds of alert that are judged by other rules now.
    Rules(Vec<AlertKind>),
    /// A key that is muted now.
    Muted {
        /// The key.
        key: KeyRef,
        /// Until when.
        until: Timestamp,
    },
    /// A key that is not muted any more.
    Unmuted(KeyRef),
    /// The host that a webhook leads to.
    Host(String),
    /// Whether the organization is locked now.
    Locked(bool),
    /// Nothing.
    Nothing,
}

/// Somebody who changes things.
#[derive(Clone, Debug)]
pub enum Who {
    /// A person, in the portal.
    Person {
        /// The id that the application knows them by.
        subject: String,
        /// Their name, if it is known.
        name: Option<String>,
    },
    /// The team whose API it is. The page calls it by the brand's name.
    Operator,
    /// A key.
    Key(KeyRef),
    /// Nobody: it was done by itself.
    Nobody,
}

/// A key that something was done to, or that did something.
#[derive(Clone, Debug)]
pub struct KeyRef {
    /// Its id.
    pub id: String,
    /// Its name, if it is known.
    pub name: Option<String>,
    /// Whether it is still there: then it is a link.
    pub exists: bool,
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The organization was made.
    OrganizationCreated,
    /// The terms of the organization were changed.
    OrganizationChanged,
    /// What its keys have used of the limits that they share was given back.
    OrganizationReset,
    /// It was deleted.
    OrganizationDeleted,
    /// A key was made.
    KeyCreated,
    /// A key of another system was taken over.
    KeyImported,
    /// A key was changed.
    KeyChanged,
    /// A key was switched off.
    KeyDeactivated,
    /// A key was switched on.
    KeyActivated,
    /// A key was given a new secret.
    KeyRegenerated,
    /// What a key has used of its limits was given back.
    KeyReset,
    /// A key's old secret was ended.
    KeyOldEnded,
    /// A key was found where others can see it.
    KeyLeaked,
    /// A key was deleted.
    KeyDeleted,
    /// What the organization is told of was changed.
    AlertsChanged,
    /// A webhook was made.
    WebhookCreated,
    /// A webhook was changed.
    WebhookChanged,
    /// A webhook was given a new secret.
    WebhookRotated,
    /// A webhook was removed.
    WebhookDeleted,
    /// A webhook was disabled because it takes nothing.
    WebhookDisabled,
    /// A link to the portal was made.
    SessionCreated,
    /// Somebody has entered the portal.
    SessionEntered,
    /// A session of the portal was ended.
    SessionEnded,
    /// Something else: the name that the trail has for it.
    Other(String),
}
