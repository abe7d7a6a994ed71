//! Outcomes that are not written yet: by key and day, in memory. Pure: no store, and no clock but the requests' own.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use crate::contract::limit::Window;
use crate::registry::usage::{Entry, Holder, Outcome, Tally};

/// How old the oldest outcome may get before the batch is written, by the time of the requests: 30 seconds. A key that
/// is in steady use costs each process one write in that time. After a failed write, nothing is tried for as long.
const AGE_SECS: i64 = 30;

/// How many entries make a batch due at once. Written one after the other they take a tenth of a second.
const DUE: usize = 32;

/// The most entries that are kept while they cannot be written: about 300 KB.
const MAX: usize = 1_024;

/// Outcomes to be written.
#[derive(Debug, Default)]
pub(super) struct Batch {
    entries: HashMap<(Holder, i64), BTreeMap<i64, Tally>>,
    /// When the oldest outcome was.
    since: Option<Timestamp>,
    /// When the last outcome was.
    latest: Timestamp,
    /// Until when no write is tried, after a failure.
    rests_until: Option<Timestamp>,
    is_due: bool,
    /// How many requests found no place.
    turned_away: i64,
}

impl Batch {
    /// Notes what became of a request at `now`.
    pub(super) fn record(&mut self, holder: Holder, outcome: Outcome, now: Timestamp) {
        let day = Window::Day.number(now);
        let hour = Window::Hour.number(now).rem_euclid(24);
        let mut one = Tally::default();
        one.add(outcome, 1);
        self.merge(Entry { holder, day, hours: BTreeMap::from([(hour, one)]) });

        self.latest = now;
        let since = *self.since.get_or_insert(now);
        let is_old = now.as_second().saturating_sub(since.as_second()) >= AGE_SECS;
        let rests = self.rests_until.is_some_and(|until| now < until);
        self.is_due = (is_old || self.entries.len() >= DUE) && !rests;
    }

    /// All entries, if they are due. They only become due by a request that the gate has judged: the store has just
    /// answered, on the connection that will be used.
    pub(super) fn take_due(&mut self) -> Vec<Entry> {
        if self.is_due { self.take() } else { Vec::new() }
    }

    /// All entries.
    pub(super) fn take(&mut self) -> Vec<Entry> {
        self.since = None;
        self.is_due = false;
        self.entries.drain().map(|((holder, day), hours)| Entry { holder, day, hours }).collect()
    }

    /// Keeps entries that could not be written, for later.
    pub(super) fn keep(&mut self, entries: Vec<Entry>) {
        if entries.is_empty() {
            return;
        }
        for entry in entries {
            self.merge(entry);
        }
        self.since = Some(self.latest);
        let until = self.latest.as_second().saturating_add(AGE_SECS);
        self.rests_until = Timestamp::from_second(until).ok();
    }

    /// How many requests found no place since this was last asked.
    pub(super) fn turned_away(&mut self) -> i64 {
        std::mem::take(&mut self.turned_away)
    }

    fn merge(&mut self, entry: Entry) {
        let requests = entry.requests();
        let is_full = self.entries.len() >= MAX;
        let place = (entry.holder, entry.day);
        if is_full && !self.entries.contains_key(&place) {
            self.turned_away = self.turned_away.saturating_add(requests);
            return;
        }
        let hours = self.entries.entry(place).or_default();
        for (hour, tally) in entry.hours {
            hours.entry(hour).or_default().merge(&tally);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::denial::Kind;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn holder(number: usize) -> Holder {
        let key = crate::registry::key::Id::try_from(format!("key_{number:026}")).unwrap();
        Holder { org: "acme".to_owned().try_into().unwrap(), key }
    }

    #[test]
    fn a_batch_is_due_when_its_oldest_outcome_is_half_a_minute_old() {
        let mut batch = Batch::default();
        for (now, due) in [
            ("2030-01-01T00:00:00Z", false),
            ("2030-01-01T00:00:29.999Z", false),
            ("2030-01-01T00:00:30Z", true),
            ("2030-01-01T00:00:30Z", false),
            ("2030-01-01T00:00:59Z", false),
            ("2030-01-01T00:01:00Z", true),
        ] {
            batch.record(holder(1), Outcome::Success, at(now));
            assert_eq!(!batch.take_due().is_empty(), due, "{now}");
        }
    }

    #[test]
    fn a_batch_of_many_keys_is_due_at_once() {
        let mut batch = Batch::default();
        for number in 0..DUE {
            assert!(batch.take_due().is_empty(), "{number}");
            batch.record(holder(number), Outcome::Success, at("2030-01-01T00:00:00Z"));
        }
        assert_eq!(batch.take_due().len(), DUE);
    }

    #[test]
    fn an_entry_is_one_day_of_one_key_by_hours() {
        let mut batch = Batch::default();
        batch.record(holder(1), Outcome::Success, at("2030-01-01T22:59:59.999Z"));
        batch.record(holder(1), Outcome::Success, at("2030-01-01T23:00:00Z"));
        batch.record(holder(1), Outcome::Refused(Kind::RateLimited), at("2030-01-01T23:59:59Z"));
        batch.record(holder(1), Outcome::Success, at("2030-01-02T00:00:00Z"));
        let mut entries = batch.take();
        entries.sort_by_key(|entry| entry.day);
        let hours: Vec<_> = entries.iter().map(|entry| entry.hours.keys().copied().collect::<Vec<_>>()).collect();
        assert_eq!((hours, entries[0].requests()), (vec![vec![22, 23], vec![0]], 3));
        assert_eq!(entries[0].hours[&23].get(Outcome::Refused(Kind::RateLimited)), 1);
    }

    #[test]
    fn what_could_not_be_written_rests_and_is_due_again() {
        let mut batch = Batch::default();
        batch.record(holder(1), Outcome::Success, at("2030-01-01T00:00:10Z"));
        let entries = batch.take();
        batch.keep(entries);
        batch.record(holder(1), Outcome::Success, at("2030-01-01T00:00:39Z"));
        assert!(batch.take_due().is_empty());
        batch.record(holder(1), Outcome::Success, at("2030-01-01T00:00:40Z"));
        let entries = batch.take_due();
        assert_eq!((entries.len(), entries[0].requests()), (1, 3));
    }

    #[test]
    fn memory_is_bounded_and_known_keys_go_on_counting() {
        let mut batch = Batch::default();
        for number in 0..MAX + 7 {
            batch.record(holder(number), Outcome::Success, at("2030-01-01T00:00:00Z"));
        }
        batch.record(holder(0), Outcome::Success, at("2030-01-01T00:00:00Z"));
        assert_eq!((batch.turned_away(), batch.turned_away()), (7, 0));
        let entries = batch.take();
        assert_eq!(entries.iter().map(Entry::requests).sum::<i64>(), i64::try_from(MAX).unwrap() + 1);
    }
}
