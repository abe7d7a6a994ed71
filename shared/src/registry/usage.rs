//! What became of requests, in numbers: whose they were, and how many had each outcome.
//!
//! The numbers add up: every request counts once, as exactly one [`Outcome`].

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::contract::denial::Kind;
use crate::contract::envelope::Reply;
use crate::contract::limit::Window;
use crate::registry::key;
use crate::registry::slug::Slug;

/// Whose usage is counted: a request with a key counts in three accounts, its key's and two sums.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Account {
    /// A key's, by the hour.
    Key(Holder),
    /// All keys' of an organization together, by the day: those of keys that are deleted by now, too.
    Organization(Slug),
    /// All organizations' of the stack together, by the day.
    Stack,
}

impl Account {
    /// Whether it is a sum of other accounts.
    pub(crate) const fn is_sum(&self) -> bool {
        !matches!(self, Self::Key(_))
    }
}

/// The part of a day of UTC that is counted by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// An hour, 0 to 23.
    Hour(i64),
    /// The whole day: a sum has no hours.
    Whole,
}

/// The owner of a key's usage.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Holder {
    /// The organization.
    pub org: Slug,
    /// Its key.
    pub key: key::Id,
}

/// A request with a key, as its usage is counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// Whose key it came with.
    pub holder: Holder,
    /// Whether it came with a secret of that key that has been replaced, and still works.
    pub is_old: bool,
    /// Whether it is perhaps the key's first use after a month or more: whoever knows all of its usage can tell.
    pub is_awake: bool,
    /// The windows of which the key has used half of its limit or more.
    pub peaks: Vec<Peak>,
}

/// A key's use was counted near a limit, or over it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Peak {
    /// The window.
    pub window: Window,
    /// Its number since 1970.
    pub number: i64,
    /// How many requests had been counted in it.
    pub used: i64,
    /// How many it admits.
    pub limit: u32,
}

impl Peak {
    /// Whether so many per cent of the limit are used.
    pub fn has(&self, share: u8) -> bool {
        self.used.saturating_mul(100) >= i64::from(self.limit).saturating_mul(i64::from(share))
    }

    /// Its share of the limit, in whole per cent.
    pub fn share(&self) -> i64 {
        self.used.saturating_mul(100).checked_div(i64::from(self.limit)).unwrap_or(100)
    }

    /// When its window ends.
    pub fn ends(&self) -> Timestamp {
        self.window.begin(self.number.saturating_add(1))
    }
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
    /// Let in by a verification. Only the service that asked knows what became of the request then.
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

/// How many requests had each outcome.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally(BTreeMap<Outcome, i64>);

impl Tally {
    /// Adds `requests` with this outcome.
    pub fn add(&mut self, outcome: Outcome, requests: i64) {
        let count = self.0.entry(outcome).or_default();
        *count = count.saturating_add(requests);
    }

    /// Adds all of `other`.
    pub fn merge(&mut self, other: &Self) {
        for (outcome, requests) in other.iter() {
            self.add(outcome, requests);
        }
    }

    /// How many had this outcome.
    pub fn get(&self, outcome: Outcome) -> i64 {
        self.0.get(&outcome).copied().unwrap_or_default()
    }

    /// Every outcome that occurred.
    pub fn iter(&self) -> impl Iterator<Item = (Outcome, i64)> + '_ {
        self.0.iter().map(|(outcome, requests)| (*outcome, *requests))
    }

    /// How many were refused, by every reason that occurred.
    pub fn refusals(&self) -> impl Iterator<Item = (Kind, i64)> + '_ {
        self.iter().filter_map(|(outcome, requests)| match outcome {
            Outcome::Refused(reason) => Some((reason, requests)),
            Outcome::Success | Outcome::ClientError | Outcome::ServerError | Outcome::Verified => None,
        })
    }

    /// How many requests there are in all.
    pub fn requests(&self) -> i64 {
        self.0.values().fold(0, |all, requests| all.saturating_add(*requests))
    }
}

/// What is to be added to one account on one day of UTC: it is one item in the store, and one write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Whose usage it is.
    pub(crate) account: Account,
    /// The day, by its number since 1970.
    pub(crate) day: i64,
    /// What happened in each of its parts.
    pub(crate) parts: BTreeMap<Part, Tally>,
    /// When its secrets were last used.
    pub(crate) last: LastUses,
    /// What may be worth an alert.
    pub(crate) signs: Signs,
}

/// What requests with a key have shown that their counts do not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Signs {
    /// How much of each window's limit was used at most: requests, of how many.
    pub(crate) peaks: BTreeMap<(Window, i64), (i64, u32)>,
    /// When the key was perhaps used for the first time in a month or more.
    pub(crate) awake: Option<Timestamp>,
    /// Whether a secret was used that has been replaced.
    pub(crate) is_old: bool,
}

impl Signs {
    /// What `used` shows at `now`.
    pub(crate) fn of(used: &Use, now: Timestamp) -> Self {
        let peaks = used.peaks.iter().map(|peak| ((peak.window, peak.number), (peak.used, peak.limit)));

        Self { peaks: peaks.collect(), awake: used.is_awake.then_some(now), is_old: used.is_old }
    }

    /// Adds what `other` shows.
    pub(crate) fn merge(&mut self, other: Self) {
        for (window, peak) in other.peaks {
            let known = self.peaks.entry(window).or_insert(peak);
            *known = (*known).max(peak);
        }
        self.awake = self.awake.or(other.awake);
        self.is_old |= other.is_old;
    }
}

/// The usage of one account on one day of UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Day {
    /// The day, by its number since 1970.
    pub number: i64,
    /// What happened in each of its parts.
    pub parts: BTreeMap<Part, Tally>,
    /// When its secrets were last used.
    pub last: LastUses,
    /// From how many requests on an hour of it is unusual, where somebody has worked that out: the hour, and the requests.
    pub ceiling: Option<(i64, i64)>,
}

/// When the secrets of a key were last used by requests that were let in: while there are two, people want to know whether
/// the old one can go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LastUses {
    /// The current one.
    pub current: Option<Timestamp>,
    /// One that has been replaced, and still worked.
    pub old: Option<Timestamp>,
}

impl LastUses {
    /// One use of the current secret, or of an old one, at `now`.
    pub(crate) const fn one(is_old: bool, now: Timestamp) -> Self {
        if is_old { Self { current: None, old: Some(now) } } else { Self { current: Some(now), old: None } }
    }

    /// The last use of either.
    pub fn latest(self) -> Option<Timestamp> {
        self.current.max(self.old)
    }

    /// These, without those that are before the ones that were `seen`.
    pub(crate) fn unless_before(self, seen: Self) -> Self {
        let later =
            |own: Option<Timestamp>, seen: Option<Timestamp>| own.filter(|own| seen.is_none_or(|seen| seen <= *own));

        Self { current: later(self.current, seen.current), old: later(self.old, seen.old) }
    }

    /// The later of both.
    pub(crate) fn merge(&mut self, other: Self) {
        self.current = self.current.max(other.current);
        self.old = self.old.max(other.old);
    }
}

impl Entry {
    /// How many requests it is about.
    pub(crate) fn requests(&self) -> i64 {
        self.parts.values().fold(0, |all, tally| all.saturating_add(tally.requests()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_stays_unless_a_later_one_was_seen_of_the_same_secret() {
        let at = |second: i64| (second > 0).then(|| Timestamp::from_second(second).unwrap());
        let uses = |[old, current]: [i64; 2]| LastUses { current: at(current), old: at(old) };
        for (own, seen, left) in [
            ([5, 5], [0, 0], [5, 5]),
            ([5, 5], [6, 4], [0, 5]),
            ([5, 5], [4, 6], [5, 0]),
            ([5, 5], [6, 6], [0, 0]),
            ([5, 5], [5, 5], [5, 5]),
            ([0, 5], [9, 4], [0, 5]),
            ([0, 0], [9, 9], [0, 0]),
        ] {
            assert_eq!(uses(own).unless_before(uses(seen)), uses(left), "{own:?} {seen:?}");
        }
    }
}
