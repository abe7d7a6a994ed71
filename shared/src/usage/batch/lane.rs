//! Entries of one kind that wait for their write, and how soon it may come.
//!
//! While little happens, each outcome is written after its own answer: what somebody does by hand shows at once, and
//! nothing is left in a process that gets no further request. While much happens, writes are rare. A budget of writes makes
//! the difference: it is spent by early writes, and comes back with time.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use crate::registry::usage::{Account, Entry, LastUses, Part, Signs, Tally};

/// The most entries that are kept while they cannot be written: about 300 KB.
pub(super) const MAX: usize = 1_024;

/// How many writes may be made at once: so many requests in a row are each written after their answer.
const AT_ONCE: u32 = 10;

/// How often a lane may be written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// In how many seconds a write comes back.
    pub(super) refill_secs: i64,
    /// How many seconds old the oldest outcome may get, whatever the budget.
    pub(super) age_secs: i64,
    /// How many entries are due, whatever the budget and their age.
    pub(super) many: usize,
}

/// Entries that wait.
#[derive(Debug)]
pub(super) struct Lane {
    pace: Pace,
    entries: HashMap<(Account, i64), Counted>,
    /// When the oldest outcome was.
    since: Option<Timestamp>,
    /// How many writes may be made early.
    budget: u32,
    /// When the budget last grew.
    grown: Timestamp,
    is_due: bool,
}

/// What is noted of one account and day.
#[derive(Debug, Default)]
struct Counted {
    parts: BTreeMap<Part, Tally>,
    last: LastUses,
    signs: Signs,
}

impl Lane {
    /// A lane without entries, and with a whole budget.
    pub(super) fn new(pace: Pace) -> Self {
        let (entries, since) = (HashMap::new(), None);

        Self { pace, entries, since, budget: AT_ONCE, grown: Timestamp::MIN, is_due: false }
    }

    /// Adds `entry`, and returns whether there was a place for it.
    pub(super) fn merge(&mut self, entry: Entry) -> bool {
        let is_full = self.entries.len() >= MAX;
        let place = (entry.account, entry.day);
        if is_full && !self.entries.contains_key(&place) {
            return false;
        }
        let counted = self.entries.entry(place).or_default();
        counted.last.merge(entry.last);
        counted.signs.merge(entry.signs);
        for (part, tally) in entry.parts {
            counted.parts.entry(part).or_default().merge(&tally);
        }

        true
    }

    /// Judges whether the entries are due, now that there was an outcome at `now`; they are if they `hurry`.
    pub(super) fn judge(&mut self, hurry: bool, now: Timestamp) {
        if self.entries.is_empty() {
            return;
        }
        self.grow(now);
        // Clocks can go back.
        let since = self.since.map_or(now, |since| since.min(now));
        self.since = Some(since);
        let is_aged = seconds(&since, now) >= self.pace.age_secs;
        let (many, budget) = (self.entries.len(), usize::try_from(self.budget).unwrap_or(usize::MAX));
        self.is_due = self.is_due || hurry || is_aged || many >= self.pace.many || many <= budget;
    }

    /// Makes the oldest outcome one of `now`: what is left of a write that failed waits as if it had just happened.
    pub(super) const fn renew(&mut self, now: Timestamp) {
        self.since = Some(now);
        self.is_due = false;
    }

    /// All entries, if they are due.
    pub(super) fn take_due(&mut self) -> Vec<Entry> {
        if self.is_due { self.take() } else { Vec::new() }
    }

    /// All entries.
    pub(super) fn take(&mut self) -> Vec<Entry> {
        self.since = None;
        self.is_due = false;
        let writes = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        self.budget = self.budget.saturating_sub(writes);
        let entries = self.entries.drain();
        let entry = |((account, day), Counted { parts, last, signs })| Entry { account, day, parts, last, signs };

        entries.map(entry).collect()
    }

    /// Lets the budget grow by the time since it last did.
    fn grow(&mut self, now: Timestamp) {
        let refill = self.pace.refill_secs;
        self.grown = self.grown.min(now);
        let grown = seconds(&self.grown, now).checked_div(refill).unwrap_or_default().max(0);
        self.budget = self.budget.saturating_add(u32::try_from(grown).unwrap_or(u32::MAX)).min(AT_ONCE);
        let until = if self.budget == AT_ONCE { now } else { later(self.grown, grown.saturating_mul(refill)) };
        self.grown = self.grown.max(until);
    }
}

/// The seconds from `from` to `to`.
pub(in crate::usage) fn seconds(from: &Timestamp, to: Timestamp) -> i64 {
    to.as_second().saturating_sub(from.as_second())
}

fn later(at: Timestamp, seconds: i64) -> Timestamp {
    Timestamp::from_second(at.as_second().saturating_add(seconds)).unwrap_or(at)
}
