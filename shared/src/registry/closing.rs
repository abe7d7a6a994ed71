//! The end of an organization: what is remembered until nothing is left of it, and for a day afterwards.

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What becomes of an organization's audit trail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Trail {
    /// It stays.
    #[default]
    Keep,
    /// It goes with everything else.
    Delete,
}

impl Trail {
    /// Its name in requests.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Delete => "delete",
        }
    }
}

/// An organization that is being deleted, and how far that has come.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Closing {
    /// What becomes of its audit trail.
    pub(crate) trail: Trail,
    /// The last row of the audit trail that was looked at, for keys that were revoked before and whose usage is still there.
    pub(crate) row: Option<String>,
}

/// An organization that was deleted, of which nothing is left.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Closed {
    /// Since when, in milliseconds since 1970.
    at: i64,
}

impl Closed {
    /// How long this is remembered, in seconds: so long, deleting the organization again is answered by that it is deleted.
    pub(crate) const KEPT_SECS: i64 = 86_400;

    /// For how long its slug is nobody's: longer than a run can last that has not noticed that there is nothing left to delete, by clocks
    /// that may be five minutes off. It would delete what another organization of that slug has by then.
    const HELD: SignedDuration = SignedDuration::from_mins(15);

    /// One of which nothing is left since `now`.
    pub(crate) fn since(now: Timestamp) -> Self {
        Self { at: now.as_millisecond() }
    }

    /// From when on its slug can be another organization's.
    pub(crate) fn free_at(self) -> Timestamp {
        let at = Timestamp::from_millisecond(self.at).unwrap_or_default();

        at.saturating_add(Self::HELD).unwrap_or(at)
    }

    /// Whether it is still to be remembered at `now`.
    pub(crate) fn is_remembered(self, now: Timestamp) -> bool {
        now.as_millisecond().saturating_sub(self.at) < Self::KEPT_SECS.saturating_mul(1_000)
    }
}
