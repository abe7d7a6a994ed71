//! Outcomes that are not written yet: by key and day, in memory. Pure: no store, and no clock but the requests' own.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use crate::contract::denial::Kind;
use crate::contract::limit::Window;
use crate::registry::usage::{Entry, Holder, LastUses, Outcome, Tally};

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
    entries: HashMap<(Holder, i64), Counted>,
    /// When the use of an old secret last made the batch due, by key.
    hurried: HashMap<Holder, Timestamp>,
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

/// What is noted of one key and day.
#[derive(Debug, Default)]
struct Counted {
    hours: BTreeMap<i64, Tally>,
    last: LastUses,
}

impl Batch {
    /// Notes what became of a request at `now`, and whether it came with a secret that has been replaced (`is_old`). The
    /// first of those in [`AGE_SECS`] is due at once: somebody may be looking whether the old secret can go.
    pub(super) fn record(&mut self, holder: Holder, outcome: Outcome, is_old: bool, now: Timestamp) {
        let is_urgent = is_old && self.hurries(&holder, now);
        let day = Window::Day.number(now);
        let hour = Window::Hour.number(now).rem_euclid(24);
        let mut one = Tally::default();
        one.add(outcome, 1);
        // A refused request is no use of either.
        let is_use = !matches!(outcome, Outcome::Refused(reason) if reason != Kind::MissingScope);
        let last = if is_use { LastUses::one(is_old, now) } else { LastUses::default() };
        self.merge(Entry { holder, day, hours: BTreeMap::from([(hour, one)]), last });

        self.latest = now;
        let since = *self.since.get_or_insert(now);
        let is_aged = now.as_second().saturating_sub(since.as_second()) >= AGE_SECS;
        let rests = self.rests_until.is_some_and(|until| now < until);
        self.is_due = (self.is_due || is_urgent || is_aged || self.entries.len() >= DUE) && !rests;
    }

    /// Whether the use of an old secret of `holder` at `now` is to be written at once.
    fn hurries(&mut self, holder: &Holder, now: Timestamp) -> bool {
        let is_recent = |at: &Timestamp| now.as_second().saturating_sub(at.as_second()) < AGE_SECS;
        if self.hurried.get(holder).is_some_and(is_recent) {
            return false;
        }
        self.hurried.retain(|_, at| is_recent(at));
        self.hurried.insert(holder.clone(), now);

        true
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
        let entries = self.entries.drain();
        let entry = |((holder, day), Counted { hours, last })| Entry { holder, day, hours, last };

        entries.map(entry).collect()
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
        let counted = self.entries.entry(place).or_default();
        counted.last.merge(entry.last);
        for (hour, tally) in entry.hours {
            counted.hours.entry(hour).or_default().merge(&tally);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            batch.record(holder(1), Outcome::Success, false, at(now));
            assert_eq!(!batch.take_due().is_empty(), due, "{now}");
        }
    }

    #[test]
    fn a_batch_of_many_keys_is_due_at_once() {
        let mut batch = Batch::default();
        for number in 0..DUE {
            assert!(batch.take_due().is_empty(), "{number}");
            batch.record(holder(number), Outcome::Success, false, at("2030-01-01T00:00:00Z"));
        }
        assert_eq!(batch.take_due().len(), DUE);
    }

    #[test]
    fn an_entry_is_one_day_of_one_key_by_hours() {
        let mut batch = Batch::default();
        batch.record(holder(1), Outcome::Success, false, at("2030-01-01T22:59:59.999Z"));
        batch.record(holder(1), Outcome::Success, false, at("2030-01-01T23:00:00Z"));
        batch.record(holder(1), Outcome::Refused(Kind::RateLimited), false, at("2030-01-01T23:59:59Z"));
        batch.record(holder(1), Outcome::Success, false, at("2030-01-02T00:00:00Z"));
        let mut entries = batch.take();
        entries.sort_by_key(|entry| entry.day);
        let hours: Vec<_> = entries.iter().map(|entry| entry.hours.keys().copied().collect::<Vec<_>>()).collect();
        assert_eq!((hours, entries[0].requests()), (vec![vec![22, 23], vec![0]], 3));
        assert_eq!(entries[0].hours[&23].get(Outcome::Refused(Kind::RateLimited)), 1);
    }

    #[test]
    fn what_could_not_be_written_rests_and_is_due_again() {
        let mut batch = Batch::default();
        batch.record(holder(1), Outcome::Success, false, at("2030-01-01T00:00:10Z"));
        let entries = batch.take();
        batch.keep(entries);
        batch.record(holder(1), Outcome::Success, false, at("2030-01-01T00:00:39Z"));
        assert!(batch.take_due().is_empty());
        batch.record(holder(1), Outcome::Success, false, at("2030-01-01T00:00:40Z"));
        let entries = batch.take_due();
        assert_eq!((entries.len(), entries[0].requests()), (1, 3));
    }

    #[test]
    fn memory_is_bounded_and_known_keys_go_on_counting() {
        let mut batch = Batch::default();
        for number in 0..MAX + 7 {
            batch.record(holder(number), Outcome::Success, false, at("2030-01-01T00:00:00Z"));
        }
        batch.record(holder(0), Outcome::Success, false, at("2030-01-01T00:00:00Z"));
        assert_eq!((batch.turned_away(), batch.turned_away()), (7, 0));
        let entries = batch.take();
        assert_eq!(entries.iter().map(Entry::requests).sum::<i64>(), i64::try_from(MAX).unwrap() + 1);
    }

    #[test]
    fn the_first_use_of_an_old_secret_is_written_at_once_and_then_one_in_half_a_minute() {
        let mut batch = Batch::default();
        for (number, now, is_old, due) in [
            (1, "2030-06-15T00:00:00Z", true, 1),
            (1, "2030-06-15T00:00:05Z", true, 0),
            (1, "2030-06-15T00:00:10Z", false, 0),
            (2, "2030-06-15T00:00:11Z", false, 0),
            (2, "2030-06-15T00:00:12Z", true, 2),
            (1, "2030-06-15T00:00:31Z", true, 1),
        ] {
            batch.record(holder(number), Outcome::Success, is_old, at(now));
            let written = batch.take_due();
            assert_eq!(written.len(), due, "{number} {now}");
            let is_told = written.iter().any(|entry| entry.last.old == Some(at(now)));
            assert_eq!(is_told, due > 0, "{number} {now}");
        }
    }

    #[test]
    fn the_last_use_of_each_of_two_secrets_is_noted_and_a_refusal_is_no_use() {
        let mut batch = Batch::default();
        for (now, outcome, is_old) in [
            ("2030-06-15T07:00:00Z", Outcome::Success, true),
            ("2030-06-15T07:00:02Z", Outcome::Success, false),
            ("2030-06-15T07:00:01Z", Outcome::ServerError, true),
            ("2030-06-15T07:00:03Z", Outcome::Refused(Kind::RateLimited), false),
        ] {
            batch.record(holder(1), outcome, is_old, at(now));
        }
        let entry = batch.take().remove(0);
        assert_eq!(entry.requests(), 4);
        let [current, old] = ["2030-06-15T07:00:02Z", "2030-06-15T07:00:01Z"].map(|time| Some(at(time)));
        assert_eq!(entry.last, LastUses { current, old });
    }
}
