//! What is said of a key that has just been given a secret: to whoever asked, once; and what is kept of that for who asks again.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::contract::secret::{FINGERPRINT, Secret};
use crate::environment::clock;
use crate::registry::error::{Error, Result};
use crate::registry::key::{Description, Id, Key, Rotation};

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
    #[serde(flatten)]
    description: Description,
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
    #[serde(flatten)]
    rotation: Rotation,
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
        let record = Record {
            description: Description::new(key.clone()),
            created_at: clock::seconds(key.created_at),
            expires_at: key.expires_at.map(clock::seconds),
            fingerprint: key.digest.fingerprint(),
            hint: key.hint.clone(),
            overlap_ends_at: key.previous.as_ref().map(|previous| clock::seconds(previous.until)),
            rotation: Rotation::new(key.cycle),
        };

        Self { record, key: secret, of: key }
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
