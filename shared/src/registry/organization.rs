//! An organization: the owner of keys, and the terms that they are on.

mod change;
mod filter;
mod view;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use change::Change;
pub use filter::Filter;
pub use view::View;

use crate::contract::InForce;
use crate::contract::leaks::Policy;
use crate::contract::limit::Limits;
use crate::contract::secret::Digest;
use crate::registry::external_id::ExternalId;
use crate::registry::key;
use crate::registry::metadata::Metadata;
use crate::registry::name::Name;
use crate::registry::page::Seal;
use crate::registry::slug::Slug;

/// How long a change is pending at most: as long as a pass is valid, plus ten minutes, because both go by events that
/// may come five minutes late or early.
pub(crate) const PENDING_SECS: i64 = 4_200;

/// An organization as the authority keeps it.
#[derive(Clone, Debug)]
pub struct Organization {
    /// Its name in paths, for good.
    pub slug: Slug,
    /// What people call it.
    pub name: Name,
    /// What it is in the operator's own system.
    pub external_id: Option<ExternalId>,
    /// What the operator has written down beside it.
    pub metadata: Metadata,
    /// One of the contract's plans.
    pub plan: String,
    /// Whether its keys are let in.
    pub status: Status,
    /// Limits of its own, in place of its plan's.
    pub limits: Option<Limits>,
    /// What all of its keys may do together, in place of what its plan says of that.
    pub shared_limits: Option<Limits>,
    /// What is done about its keys that have leaked, in place of what the contract says.
    pub leaks: Option<Policy>,
    /// How many keys it has.
    pub keys: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its terms last changed.
    pub updated_at: Timestamp,
    /// The seal of the cursors into its lists.
    pub seal: Seal,
    /// How far the last change has come, while it is not in force for all keys.
    pub pending: Option<Pending>,
    /// The version of its plan's override that its last change went by: all that its keys were let in by before is out of force.
    pub numbers: i64,
    /// Counts the changes to its terms; a write checks that the version is still the one read.
    pub version: i64,
    /// How many events it has had: every change to it or to its keys is one, and checks that the number is still the one
    /// read.
    pub sequence: i64,
}

/// How far a change has come that is not in force for all keys yet. Keys are processed in the order of their ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pending {
    /// For how many keys it is in force.
    pub(crate) done: i64,
    /// How many keys there were when the change was made.
    pub(crate) of: i64,
    /// The last key that was processed.
    pub(crate) after: Option<key::Id>,
    /// The keys up to that one for which it is not in force, by the digests of their secrets.
    pub(crate) left: Vec<Digest>,
}

impl Pending {
    /// A change that is not in force yet for this number of keys.
    pub(crate) fn of(keys: i64) -> Self {
        Self { of: keys, ..Self::default() }
    }

    /// Notes that `count` more keys were processed, and that those in `failed` failed.
    pub(crate) fn went_on(&mut self, count: usize, failed: Vec<Digest>) {
        let done = i64::try_from(count.saturating_sub(failed.len())).unwrap_or(i64::MAX);
        self.done = self.done.saturating_add(done);
        self.left.extend(failed);
    }
}

/// Whether an organization's keys are let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Status {
    /// Its keys are let in.
    Active,
    /// None of its keys is let in until it is unlocked.
    Locked,
}

impl Organization {
    /// What all of its keys may do together, on its plan, which is `plan`.
    pub fn shared_on(&self, plan: &InForce<'_>) -> Option<Limits> {
        self.shared_limits.clone().or_else(|| plan.shared_limits())
    }

    /// How far the last change has come at `now`, while it is not in force for all keys. A pass that was not withdrawn
    /// ends by itself. All have ended once the longest pass from before the change has, by the clock of events, which
    /// may be off.
    pub fn pending_at(&self, now: Timestamp) -> Option<&Pending> {
        let over = self.updated_at.as_second().saturating_add(PENDING_SECS);

        self.pending.as_ref().filter(|_| now.as_second() < over)
    }

    /// Whether a change from one to the other would change nothing.
    pub(crate) fn is_as(&self, other: &Self) -> bool {
        self.name == other.name
            && self.metadata == other.metadata
            && self.leaks == other.leaks
            && self.is_on_terms_of(other)
    }

    /// Whether keys are let in on the same terms in both.
    pub(crate) fn is_on_terms_of(&self, other: &Self) -> bool {
        let is_limited_alike = self.limits == other.limits && self.shared_limits == other.shared_limits;

        self.plan == other.plan
            && self.status == other.status
            && self.numbers == other.numbers
            && self.external_id == other.external_id
            && is_limited_alike
    }
}
