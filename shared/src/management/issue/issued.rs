//! What is said of a key that has just been given a secret: to whoever asked, once; and what is kept of that for who asks again.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::contract::scope::Scopes;
use crate::contract::secret::{FINGERPRINT, Secret};
use crate::environment::clock;
use crate::registry::addresses::Addresses;
use crate::registry::error::{Error, Result};
use crate::registry::external_id::ExternalId;
use crate::registry::key::{Every, Id, Key, Overlap, OwnLimit};
use crate::registry::metadata::Metadata;
use crate::registry::name::Name;

/// A key that has just been given a secret. No other reply shows one.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "IssuedKey")]
pub struct Issued {
    #[serde(flatten)]
    record: Record,
    /// The key in full, here and never again.
    key: Secret,
    /// What it is the secret of.
    #[serde(skip)]
    of: Key,
}

/// The reply of an earlier request, as it is kept.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(with = "Record")]
pub struct IssuedBefore(Box<RawValue>);

/// Such a key without the secret: what is kept of the reply.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "IssuedKeyRecord")]
struct Record {
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
    #[schemars(extend("format" = "date-time"))]
    created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", extend("format" = "date-time"))]
    expires_at: Option<String>,
    #[schemars(extend("pattern" = FINGERPRINT))]
    fingerprint: String,
    /// What people recognise its secret by, where the contract has hints.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", extend("x-contract" = "hint"))]
    hint: Option<String>,
    /// When the secret before this one stops working, if it still works.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", extend("format" = "date-time"))]
    overlap_ends_at: Option<String>,
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

impl IssuedBefore {
    pub(crate) const fn new(reply: Box<RawValue>) -> Self {
        Self(reply)
    }

    /// The key that it was about.
    ///
    /// # Errors
    /// What was kept is not a reply of ours.
    pub fn id(&self) -> Result<Id> {
        #[derive(Deserialize)]
        struct Told {
            id: Id,
        }
        let Told { id } = serde_json::from_str(self.0.get()).map_err(Error::failed)?;

        Ok(id)
    }
}

impl Issued {
    pub(crate) fn new(key: Key, secret: Secret) -> Self {
        let of = key.clone();
        let record = Record {
            id: key.id,
            name: key.name,
            external_id: key.external_id,
            metadata: key.metadata,
            kind: key.kind,
            scopes: key.scopes,
            limits: key.limits.shown(),
            allowed_addresses: key.addresses,
            created_at: clock::seconds(key.created_at),
            expires_at: key.expires_at.map(clock::seconds),
            fingerprint: key.digest.fingerprint(),
            hint: key.hint,
            overlap_ends_at: key.previous.map(|previous| clock::seconds(previous.until)),
            rotate_every: key.cycle.map(|cycle| cycle.every),
            rotate_overlap: key.cycle.map(|cycle| cycle.overlap),
            rotates_at: key.cycle.map(|cycle| clock::seconds(cycle.due)),
        };

        Self { record, key: secret, of }
    }

    /// The key and its secret, for the one page that hands it over.
    pub fn hand_over(self) -> (Key, Option<String>) {
        (self.of, self.key.show())
    }

    /// The reply as it is kept.
    pub(crate) fn without_secret(&self) -> Result<String> {
        serde_json::to_string(&self.record).map_err(Error::failed)
    }
}
