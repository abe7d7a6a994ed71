//! A key: its name, its owner, its scopes, and how long it works.

mod cycle;
mod filter;
mod limits;
mod view;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use cycle::{Cycle, Every, Overlap};
pub use filter::Filter;
pub use limits::{OwnLimit, OwnLimits, SetBy};
pub use view::View;
pub(crate) use view::{Description, Rotation};

use crate::contract::InForce;
use crate::contract::leaks::{Leaks, Policy};
use crate::contract::limit::Limits;
use crate::contract::scope::Scopes;
use crate::contract::secret::Digest;
use crate::registry::addresses::Addresses;
use crate::registry::external_id::ExternalId;
use crate::registry::id::dated_id;
use crate::registry::leak::Leak;
use crate::registry::metadata::Metadata;
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
    /// What it belongs to in the operator's own system.
    pub external_id: Option<ExternalId>,
    /// What the operator has written down beside it.
    pub metadata: Metadata,
    /// Its type, where the contract has types.
    pub kind: Option<String>,
    /// What it may do, as far as the organization's plan allows.
    pub scopes: Scopes,
    /// Limits of its own.
    pub limits: OwnLimits,
    /// From where it may be used; from everywhere where there are none.
    pub addresses: Addresses,
    /// Whether it is switched on.
    pub status: Status,
    /// When it stops working by itself.
    pub expires_at: Option<Timestamp>,
    /// That it is given a new secret by itself, if it is.
    pub cycle: Option<Cycle>,
    /// The last leak of one of its secrets.
    pub leak: Option<Leak>,
    /// When it was made.
    pub created_at: Timestamp,
    /// The digest of its secret.
    pub digest: Digest,
    /// What people recognise its secret by: the prefix and the last four characters. `None` where the contract has no hints, or only
    /// the digest was ever known here.
    pub hint: Option<String>,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Standing {
    /// It does.
    Active,
    /// Somebody has switched it off.
    Inactive,
    /// It has leaked: it works for little, and once a minute.
    Quarantined,
    /// Its time is over.
    Expired,
}

impl Key {
    /// Whether a change from one to the other would change nothing.
    pub(crate) fn is_as(&self, other: &Self) -> bool {
        self.name == other.name
            && self.metadata == other.metadata
            && self.leak == other.leak
            && self.cycle == other.cycle
            && self.is_on_terms_of(other)
    }

    /// Whether it is let in on the same terms as `other`, which is the same key at another time.
    pub(crate) fn is_on_terms_of(&self, other: &Self) -> bool {
        self.scopes == other.scopes
            && self.limits == other.limits
            && self.addresses == other.addresses
            && self.status == other.status
            && self.expires_at == other.expires_at
            && self.external_id == other.external_id
    }

    /// The limits that it is held to on `plan`, in an organization with limits of its own or without; `None` where neither has any.
    pub fn limits_on(&self, plan: &InForce<'_>, organization: Option<&Limits>) -> Option<Limits> {
        let base = organization.cloned().or_else(|| plan.limits_for(self.kind.as_deref()));

        let limits = base.map(|base| self.limits.over(&base));

        match self.status {
            Status::Active | Status::Inactive => limits,
            Status::Quarantined => limits.map(|limits| limits.lowered_by(&Leaks::limits())),
        }
    }

    /// Whether it works at `now`.
    pub fn standing(&self, now: Timestamp) -> Standing {
        match self.status {
            Status::Inactive => Standing::Inactive,
            Status::Active | Status::Quarantined if self.has_expired(now) => Standing::Expired,
            Status::Active => Standing::Active,
            Status::Quarantined => Standing::Quarantined,
        }
    }

    /// Whether its time is over at `now`.
    pub(crate) fn has_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
    }

    /// When it was last given another secret, if it was.
    pub fn rotated_at(&self) -> Option<Timestamp> {
        self.predecessor.map(|predecessor| predecessor.at)
    }

    /// Since when it has the secret that it has.
    pub(crate) fn secret_since(&self) -> Timestamp {
        self.rotated_at().unwrap_or(self.created_at)
    }

    /// The secret before the current one and until when it works, while it does.
    pub fn overlap(&self, now: Timestamp) -> Option<Previous> {
        let previous = self.previous?;
        let until = self.until(previous.until);

        (until > now).then_some(Previous { until, ..previous })
    }

    /// Until when a secret of its works that would until `at`: none works longer than its key.
    pub(crate) fn until(&self, at: Timestamp) -> Timestamp {
        self.expires_at.map_or(at, |expires| at.min(expires))
    }

    /// The leak of a secret that still works at `now`, if there was one.
    pub fn exposed(&self, now: Timestamp) -> Option<&Leak> {
        self.leak.as_ref().filter(|leak| self.answers_to(&leak.digest, now))
    }

    /// Whether its secret has leaked, its policy was that it must not work as before until it has a new one, and nobody has settled that.
    pub(crate) fn must_be_confined(&self, now: Timestamp) -> bool {
        self.exposed(now)
            .is_some_and(|leak| leak.digest == self.digest && leak.policy >= Policy::Quarantine && !leak.settled)
    }

    /// Whether its secret must not go on working beside a new one: it must be confined, and nobody has let it out.
    pub fn must_be_alone(&self, now: Timestamp) -> bool {
        self.status == Status::Quarantined || (self.status == Status::Inactive && self.must_be_confined(now))
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
    /// One of its secrets has leaked: it may do little, once a minute, until it has a new secret or somebody switches it on again.
    /// Nobody asks for that.
    #[serde(skip_deserializing)]
    Quarantined,
}

dated_id! {
    /// `key_` and 26 characters of Crockford's base 32: a version 7 UUID, so that ids sort by the time they were made.
    "key_", "a key"
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::environment::entropy::Entropy;

    /// An active key without a type or limits, with the scope `read` and this secret.
    pub(crate) fn key(digest: Digest) -> Key {
        Key {
            id: Id::new(Timestamp::UNIX_EPOCH, Entropy::system()).unwrap(),
            org: "acme".to_owned().try_into().unwrap(),
            name: "server".to_owned().try_into().unwrap(),
            external_id: None,
            metadata: Metadata::default(),
            kind: None,
            scopes: ["read"].into_iter().collect(),
            limits: OwnLimits::default(),
            addresses: Addresses::default(),
            status: Status::Active,
            expires_at: None,
            cycle: None,
            leak: None,
            created_at: Timestamp::UNIX_EPOCH,
            digest,
            hint: None,
            previous: None,
            predecessor: None,
            version: 1,
        }
    }

    #[test]
    fn ids_sort_by_the_time_they_were_made() {
        let at = |second| Id::new(Timestamp::from_second(second).unwrap(), Entropy::system()).unwrap();
        let ids = [at(0), at(1_700_000_000), at(1_700_000_001), at(4_000_000_000)];
        assert!(ids.windows(2).all(|pair| pair[0].as_str() < pair[1].as_str()), "{ids:?}");
        assert!(ids.iter().all(|id| Id::try_from(id.to_string()).as_ref() == Ok(id)));
        assert_eq!(ids.map(|id| id.made_at().unwrap().as_second()), [0, 1_700_000_000, 1_700_000_001, 4_000_000_000]);
        let other = Id::try_from("key_ZZZZZZZZZZZZZZZZZZZZZZZZZZ".to_owned()).unwrap();
        assert_eq!(other.made_at(), None, "it is more than a UUID holds");
    }
}
