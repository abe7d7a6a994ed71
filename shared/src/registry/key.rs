//! A key: its name, its owner, its scopes, and how long it works.

mod filter;
mod view;

use std::fmt;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use filter::Filter;
pub use view::View;

use crate::contract::scope::Scopes;
use crate::contract::secret::Digest;
use crate::environment::entropy;
use crate::environment::entropy::Entropy;
use crate::registry::name::Name;
use crate::registry::slug::Slug;

/// A key as the authority keeps it. It has the digest of its secret, and not the secret.
#[derive(Clone, Debug)]
pub struct Key {
    /// Its name in the API, for good.
    pub id: Id,
    /// The organization that it belongs to.
    pub org: Slug,
    /// What people call it.
    pub name: Name,
    /// Its type, where the contract has types.
    pub kind: Option<String>,
    /// What it may do, as far as the organization's plan allows.
    pub scopes: Scopes,
    /// Whether it is switched on.
    pub status: Status,
    /// When it stops working by itself.
    pub expires_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// The digest of its secret.
    pub digest: Digest,
    /// The secret that it had before, where that still works.
    pub previous: Option<Previous>,
    /// The last secret that was replaced, and when. The pass of the one before the current knows when the key was last
    /// used, until the current one is.
    pub predecessor: Option<Predecessor>,
    /// Counts the changes to it; a write checks that the version is still the one read.
    pub version: i64,
}

/// A secret that was replaced, and keeps working for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Previous {
    /// Its digest.
    pub digest: Digest,
    /// When it stops working.
    pub until: Timestamp,
}

/// A secret that was replaced, whether it still works or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Predecessor {
    /// The digest of the last secret that was used before, or could have been.
    pub digest: Digest,
    /// When it was replaced.
    pub at: Timestamp,
}

/// Whether a key works, going by the key alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Standing {
    /// It does.
    Active,
    /// Somebody has switched it off.
    Inactive,
    /// Its time is over.
    Expired,
}

impl Key {
    /// Whether it works at `now`.
    pub fn standing(&self, now: Timestamp) -> Standing {
        match self.status {
            Status::Inactive => Standing::Inactive,
            Status::Active if self.expires_at.is_some_and(|at| at <= now) => Standing::Expired,
            Status::Active => Standing::Active,
        }
    }

    /// The secret before the current one and until when it works, while it does.
    pub fn overlap(&self, now: Timestamp) -> Option<Previous> {
        self.previous.filter(|previous| previous.until > now)
    }

    /// Whether the secret that `digest` stands for is this key's at `now`.
    pub fn answers_to(&self, digest: &Digest, now: Timestamp) -> bool {
        self.digest == *digest || self.overlap(now).is_some_and(|previous| previous.digest == *digest)
    }
}

/// Whether a key is switched on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Status {
    /// It works.
    Active,
    /// It is refused until somebody switches it on again.
    Inactive,
}

/// `key_` and 26 characters of Crockford's base 32: a version 7 UUID, so that ids sort by the time they were made.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(inline, extend("pattern" = "^key_[0-9A-HJKMNP-TV-Z]{26}$"))]
pub struct Id(String);

/// How many characters of base 32 a UUID has.
const LENGTH: usize = 26;

const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

impl Id {
    const PREFIX: &str = "key_";

    /// A new id, made at `now`.
    ///
    /// # Errors
    /// The operating system has no randomness to give.
    pub fn new(now: Timestamp, entropy: Entropy) -> Result<Self, entropy::Error> {
        Ok(Self(format!("{}{}", Self::PREFIX, dated_digits(now, entropy)?)))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Id {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        if text.strip_prefix(Self::PREFIX).is_some_and(are_digits) {
            Ok(Self(text))
        } else {
            Err("must be the id of a key")
        }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A version 7 UUID of something that is made at `now`, in Crockford's base 32.
///
/// # Errors
/// The operating system has no randomness to give.
pub(crate) fn dated_digits(now: Timestamp, entropy: Entropy) -> Result<String, entropy::Error> {
    let bits = dated_uuid(now, entropy)?.as_u128();
    let digits = (0..LENGTH).rev().map(|place| (bits >> place.saturating_mul(5)) & 31);

    Ok(digits.filter_map(|digit| CROCKFORD.get(usize::try_from(digit).ok()?)).map(|byte| char::from(*byte)).collect())
}

/// Whether `digits` are those of a UUID in Crockford's base 32.
pub(crate) fn are_digits(digits: &str) -> bool {
    digits.len() == LENGTH && digits.bytes().all(|byte| CROCKFORD.contains(&byte))
}

/// The id of something that is made at `now`: version 7, so that ids sort by the time they were made.
///
/// # Errors
/// The operating system has no randomness to give.
pub fn dated_uuid(now: Timestamp, entropy: Entropy) -> Result<Uuid, entropy::Error> {
    let mut random = [0; 10];
    entropy.fill(&mut random)?;
    let millis = u64::try_from(now.as_millisecond()).unwrap_or_default();

    Ok(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_the_time_they_were_made() {
        let at = |second| Id::new(Timestamp::from_second(second).unwrap(), Entropy::system()).unwrap();
        let ids = [at(0), at(1_700_000_000), at(1_700_000_001), at(4_000_000_000)];
        assert!(ids.windows(2).all(|pair| pair[0].as_str() < pair[1].as_str()), "{ids:?}");
        assert!(ids.iter().all(|id| Id::try_from(id.to_string()).as_ref() == Ok(id)));
    }
}
