//! What is left of limits, and whose they are.

use std::cmp::Reverse;
use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use crate::contract::limit::Window;

/// Whose requests a limit is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Holder {
    /// Those with one key.
    Key,
    /// Those with any key of an organization.
    Organization,
}

impl Holder {
    /// The name of its limit of `window` among the policies of a `RateLimit-Policy`.
    pub fn policy(self, window: Window) -> String {
        match self {
            Self::Key => window.to_string(),
            Self::Organization => format!("organization-{window}"),
        }
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Key => "key",
            Self::Organization => "organization",
        })
    }
}

/// What is left of one limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// Whose limit it is.
    pub scope: Holder,
    /// Requests per window.
    pub limit: u32,
    /// Requests left in it.
    pub remaining: u32,
    /// When it ends, in Unix seconds; of one that slides, when all that is counted now will be out of it.
    pub reset: i64,
    /// Seconds until then or, where a request like this one does not fit into one that slides, until it does: at least 1.
    pub wait: u32,
    /// Which window.
    pub per: Window,
}

impl Quota {
    /// What the tightest of several has least of: what is left and, of equal ones, the one that lasts longest: the caller has to wait
    /// for that one.
    const fn tightness(&self) -> (u32, Reverse<i64>) {
        (self.remaining, Reverse(self.reset))
    }
}

/// What is left of each limit that a request was held against: of the key's first, then of those that its organization's keys share.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quotas(Vec<Quota>);

impl Quotas {
    /// That of the limit that has least left; `None` where there is none.
    pub fn tightest(&self) -> Option<Quota> {
        self.iter().min_by_key(Quota::tightness)
    }

    /// All of them: the key's own, and then those that it shares, each with the shortest window first.
    pub fn iter(&self) -> impl Iterator<Item = Quota> + '_ {
        self.0.iter().copied()
    }

    /// These, and `others` after them.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.0.extend(others.0);

        self
    }
}

impl FromIterator<Quota> for Quotas {
    fn from_iter<I: IntoIterator<Item = Quota>>(quotas: I) -> Self {
        Self(quotas.into_iter().collect())
    }
}
