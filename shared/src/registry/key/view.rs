//! A key as replies show it: everything but its secret.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::{Cycle, Every, Id, Key, Overlap, OwnLimit, Standing};
use crate::contract::management::{Management, Shown};
use crate::contract::scope::Scopes;
use crate::contract::secret::FINGERPRINT;
use crate::environment::clock;
use crate::registry::addresses::Addresses;
use crate::registry::external_id::ExternalId;
use crate::registry::leak;
use crate::registry::metadata::Metadata;
use crate::registry::name::Name;

/// A key, with as much of it as the contract shows.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Key")]
pub struct View {
    #[serde(flatten)]
    description: Description,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Standing", extend("x-contract" = "status"))]
    status: Option<Standing>,
    #[schemars(extend("format" = "date-time"))]
    last_used_at: Option<String>,
    #[schemars(extend("format" = "date-time"))]
    created_at: String,
    #[serde(skip_serializing_if = "Member::is_hidden")]
    #[schemars(with = "Option<String>", extend("format" = "date-time", "x-contract" = "expiresAt"))]
    expires_at: Member,
    /// When it was last given another secret; left out where it has its first.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", extend("format" = "date-time", "x-contract" = "lastRotatedAt"))]
    last_rotated_at: Option<String>,
    #[schemars(extend("pattern" = FINGERPRINT))]
    fingerprint: String,
    /// What people recognise its secret by; `null` where only the digest was ever known here.
    #[serde(skip_serializing_if = "Member::is_hidden")]
    #[schemars(with = "Option<String>", extend("x-contract" = "hint"))]
    hint: Member,
    /// When the secret before this one stops working; only there while it still works.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", extend("format" = "date-time", "x-contract" = "overlapEndsAt"))]
    overlap_ends_at: Option<String>,
    #[serde(flatten)]
    rotation: Rotation,
    /// The leak of a secret that still works, where there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "leak::View", extend("x-contract" = "leak"))]
    leak: Option<leak::View>,
}

/// Who a key is, and what it may do: the same in all replies about it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Description {
    id: Id,
    name: Name,
    /// What it belongs to in a system of whoever runs the API; left out where that was not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "ExternalId")]
    external_id: Option<ExternalId>,
    /// What whoever runs the API has written down beside it; left out where that is nothing.
    #[serde(skip_serializing_if = "Metadata::is_empty")]
    metadata: Metadata,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-contract" = "type"))]
    kind: Option<String>,
    scopes: Scopes,
    /// Limits of its own; left out where it has none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    limits: Vec<OwnLimit>,
    /// From where it may be used; left out where that is everywhere.
    #[serde(skip_serializing_if = "Addresses::is_empty")]
    allowed_addresses: Addresses,
}

/// How a key is given new secrets by itself: the same in all replies about it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Rotation {
    /// In how many seconds it is given a new secret by itself; left out where it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Every")]
    rotate_every: Option<Every>,
    /// For how many seconds the secret before then goes on working.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Overlap")]
    rotate_overlap: Option<Overlap>,
    /// When it is to have its next secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", extend("format" = "date-time"))]
    rotates_at: Option<String>,
}

/// A member that is a text or `null`, if it is shown.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
enum Member {
    Null(()),
    Text(String),
    #[serde(skip)]
    Hidden,
}

impl Member {
    fn new(text: Option<String>, is_shown: bool) -> Self {
        match text {
            _ if !is_shown => Self::Hidden,
            Some(text) => Self::Text(text),
            None => Self::Null(()),
        }
    }

    const fn is_hidden(&self) -> bool {
        matches!(self, Self::Hidden)
    }
}

impl Description {
    pub(crate) fn new(key: Key) -> Self {
        let Key { id, name, external_id, metadata, kind, scopes, limits, addresses, .. } = key;

        Self { id, name, external_id, metadata, kind, scopes, limits: limits.shown(), allowed_addresses: addresses }
    }
}

impl Rotation {
    pub(crate) fn new(cycle: Option<Cycle>) -> Self {
        Self {
            rotate_every: cycle.map(|cycle| cycle.every),
            rotate_overlap: cycle.map(|cycle| cycle.overlap),
            rotates_at: cycle.map(|cycle| clock::seconds(cycle.due)),
        }
    }
}

impl View {
    /// Everything of `key` that can be shown, for the audit trail.
    pub fn in_full(key: &Key, now: Timestamp) -> Value {
        let all = Management { hints: key.hint.is_some(), ..Management::default() };
        let view = Self::new(key.clone(), None, &all, now);
        let mut value = serde_json::to_value(view).unwrap_or_default();
        // The time of its last use is not part of a change.
        value.as_object_mut().and_then(|members| members.remove("lastUsedAt"));

        value
    }

    /// The members of `key` that `management` shows at `now`; it was last used at `last_used_at`.
    pub fn new(mut key: Key, last_used_at: Option<Timestamp>, management: &Management, now: Timestamp) -> Self {
        let standing = key.standing(now);
        let leak = key.exposed(now).filter(|_| management.shows(Shown::Leak));
        let leak = leak.map(|leak| leak::View::new(leak, leak.digest != key.digest));
        let overlap = key.overlap(now).map(|previous| previous.until);
        let expiry = key.expires_at.map(clock::seconds);
        let rotated_at = key.rotated_at().filter(|_| management.shows(Shown::LastRotatedAt));

        Self {
            status: management.shows(Shown::Status).then_some(standing),
            last_used_at: last_used_at.map(clock::seconds),
            created_at: clock::seconds(key.created_at),
            expires_at: Member::new(expiry, management.shows(Shown::ExpiresAt)),
            last_rotated_at: rotated_at.map(clock::seconds),
            fingerprint: key.digest.fingerprint(),
            hint: Member::new(key.hint.take(), management.hints),
            overlap_ends_at: overlap.filter(|_| management.shows(Shown::OverlapEndsAt)).map(clock::seconds),
            rotation: Rotation::new(key.cycle),
            leak,
            // Last: it takes what is left of the key.
            description: Description::new(key),
        }
    }
}
