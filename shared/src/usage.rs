//! What became of the requests that came with a key.
//!
//! The numbers add up: every request counts once, as exactly one [`Outcome`]. `requests` is all of them, the refused ones
//! included. The rates are over those whose outcome is known, which is all but the verifications that let somebody in.
//!
//! Outcomes are recorded in memory once the answer is made, and written in batches when the answer has left, so
//! that nobody waits for it. Whose key it was is known to whoever asked the gate; it costs no call. What is no key, or
//! none that exists, is nobody's usage.

mod batch;
mod meter;
mod report;

use std::collections::BTreeMap;

use crate::denial::Kind;
use crate::key;
use crate::organization::Slug;
use crate::reply::Reply;

pub(crate) use batch::Entry;
pub use meter::Meter;
pub use report::{Asked, Granularity, Range, Report};

/// Whose usage it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Holder {
    /// The organization.
    pub org: Slug,
    /// Its key.
    pub key: key::Id,
}

/// What became of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Let in, and answered with 2xx or 3xx.
    Success,
    /// Let in, and answered with 4xx.
    ClientError,
    /// Let in, and answered with 5xx.
    ServerError,
    /// Let in by a verification. What came of the request then, only the service knows that had asked.
    Verified,
    /// Refused by the gate.
    Refused(Kind),
}

impl Outcome {
    /// What became of a request that was let in, and got `reply`.
    pub fn of(reply: &Reply) -> Self {
        if reply.status.is_server_error() {
            Self::ServerError
        } else if reply.status.is_client_error() {
            Self::ClientError
        } else {
            Self::Success
        }
    }
}

/// How many requests had which outcome.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally(BTreeMap<Outcome, i64>);

impl Tally {
    /// So many more with this outcome.
    pub fn add(&mut self, outcome: Outcome, requests: i64) {
        let count = self.0.entry(outcome).or_default();
        *count = count.saturating_add(requests);
    }

    /// All of `other` too.
    pub fn merge(&mut self, other: &Self) {
        for (outcome, requests) in other.iter() {
            self.add(outcome, requests);
        }
    }

    /// How many had this outcome.
    pub fn get(&self, outcome: Outcome) -> i64 {
        self.0.get(&outcome).copied().unwrap_or_default()
    }

    /// Every outcome that there was.
    pub fn iter(&self) -> impl Iterator<Item = (Outcome, i64)> + '_ {
        self.0.iter().map(|(outcome, requests)| (*outcome, *requests))
    }

    /// How many there are in all.
    pub fn requests(&self) -> i64 {
        self.0.values().fold(0, |all, requests| all.saturating_add(*requests))
    }
}
