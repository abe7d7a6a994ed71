//! A key, as pages show it.

use std::fmt;

use jiff::Timestamp;

use crate::alert::kind::AlertKind;

/// A key.
#[derive(Clone, Debug)]
pub struct Key {
    /// Its id, which is also in addresses: it must be made of letters, digits and `_-` only.
    pub id: String,
    /// Its name, as somebody has typed it.
    pub name: String,
    /// The label of its type, where there are types: `Secret`.
    pub kind: Option<String>,
    /// The names of its scopes. `None` where the contract does not show them.
    pub scopes: Option<Vec<String>>,
    /// The beginning of its secret's digest.
    pub fingerprint: String,
    /// How its secret begins and ends, where that is shown and known.
    pub hint: Option<String>,
    /// Whether it works.
    pub status: Status,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last used.
    pub last_used: Option<Timestamp>,
    /// When it expires.
    pub expires: Option<Timestamp>,
    /// Until when the old secret works beside the new one.
    pub old_until: Option<Timestamp>,
    /// The alerts that are open for it, where they are shown.
    pub alerts: Vec<AlertKind>,
    /// Counts the changes to it. A form carries the version that it was made from, so that it undoes nobody's change.
    pub version: i64,
}

/// The two secrets of a key, while there are two.
#[derive(Clone, Copy, Debug)]
pub struct Secrets {
    /// Until when the old one works.
    pub until: Timestamp,
    /// Since when there are two.
    pub since: Timestamp,
    /// When the old one was last used since then.
    pub old_used: Option<Timestamp>,
    /// When the new one was last used.
    pub new_used: Option<Timestamp>,
}

/// A key that was found where others can see it.
#[derive(Clone, Debug)]
pub struct Exposure {
    /// Since when that is known.
    pub since: Timestamp,
    /// Where it was found, as whoever found it has said: it may lead anywhere.
    pub place: Option<String>,
}

/// Whether a key works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It works.
    Active,
    /// Somebody has switched it off.
    Inactive,
    /// It was found where others can see it, and works for little.
    Quarantined,
    /// Its time is over.
    Expired,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Active, Self::Inactive, Self::Quarantined, Self::Expired];

    /// Its name in an address: `?status=active`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Inactive => "inactive",
            Self::Quarantined => "quarantined",
            Self::Expired => "expired",
        }
    }

    /// The status of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }
}

/// A column of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    /// The name, which leads to the key. It is always the first.
    Name,
    /// The type.
    Type,
    /// The scopes.
    Permissions,
    /// The beginning of the secret's digest.
    Fingerprint,
    /// When it was made.
    Created,
    /// When it was last used.
    LastUsed,
    /// When it expires.
    Expires,
    /// Whether it works.
    Status,
}

/// How many keys there may be.
#[derive(Clone, Copy, Debug)]
pub struct Cap {
    /// How many there are.
    pub used: u64,
    /// How many there may be.
    pub most: u64,
}

/// What callers get back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The contract's message.
    pub message: String,
}

/// What has just been done, told at the top of the page that comes after it.
#[derive(Clone, Debug)]
pub enum Notice {
    /// The key was changed.
    Edited,
    /// What was sent is what the key has already.
    Same,
    /// The key was switched off.
    Deactivated,
    /// The key was switched on.
    Activated,
    /// The key was switched on, and is refused all the same.
    ActivatedStill,
    /// The old secret was ended before its time.
    OldEnded,
    /// Nothing is told of the key for a while.
    Muted {
        /// Until when.
        until: Timestamp,
    },
    /// Alerts of the key are told again.
    Unmuted,
    /// The key was not muted: too many are.
    Crowded,
    /// A test was sent to a webhook.
    Tested,
    /// It was not: there were as many as there may be in an hour.
    TestedEnough,
    /// A webhook is removed.
    WebhookRemoved,
    /// Somebody who is in has opened a link that cannot be used.
    Link,
    /// A key is gone.
    Deleted {
        /// The name that it had.
        name: String,
    },
}

/// A secret, or text with one in it. It shows itself on the one page that is for it, and nowhere else.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Takes the secret.
    pub const fn new(secret: String) -> Self {
        Self(secret)
    }

    /// The text itself.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
