//! Outcomes that are not written yet, in memory, by account and day. Pure: no store, and no clock but the requests' own.
//!
//! A key's usage is what people look at: it is written early while that costs little. Once it is written, it is added to the
//! sums over keys, which are written more rarely. So a sum is never more than what was written of its keys. A key in
//! steady use costs a process five writes a minute, whatever its traffic.

mod lane;

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

pub(super) use self::lane::seconds;
use self::lane::{Lane, MAX, Pace};
use crate::contract::denial::Kind;
use crate::contract::limit::Window;
use crate::registry::usage::{Account, Entry, Holder, LastUses, Outcome, Part, Signs, Tally, Use};

/// For how long nothing is tried after a failed write, by the time of the requests; and how often the use of an old secret
/// is written at once.
const REST_SECS: i64 = 30;

/// Keys: three writes a minute. Where there are more keys than writes, the oldest outcome waits for half a minute.
/// Thirty-two of them are due at once: written one after the other they take a tenth of a second.
const KEYS: Pace = Pace { refill_secs: 20, age_secs: 30, many: 32 };

/// Sums: two writes a minute, which is one of the organization and one of the stack.
/// Where there are many organizations, each waits for its minute.
const SUMS: Pace = Pace { refill_secs: 30, age_secs: 60, many: MAX / 2 };

/// Outcomes to be written.
#[derive(Debug)]
pub(super) struct Batch {
    keys: Lane,
    sums: Lane,
    /// When the use of an old secret last made the batch due, by key.
    hurried: HashMap<Holder, Timestamp>,
    /// When the last outcome was.
    latest: Timestamp,
    /// Until when no write is tried, after a failure.
    rests_until: Option<Timestamp>,
    /// How many requests found no place.
    turned_away: i64,
}

impl Default for Batch {
    fn default() -> Self {
        Self {
            keys: Lane::new(KEYS),
            sums: Lane::new(SUMS),
            hurried: HashMap::new(),
            latest: Timestamp::default(),
            rests_until: None,
            turned_away: 0,
        }
    }
}

impl Batch {
    /// Notes what became of a request at `now`. The first one in [`REST_SECS`] that came with a secret which has been replaced
    /// is due at once: somebody may be looking whether the old secret can go.
    pub(super) fn record(&mut self, used: Use, outcome: Outcome, now: Timestamp) {
        let signs = Signs::of(&used, now);
        let Use { holder, is_old, .. } = used;
        let hurry = is_old && self.hurries(&holder, now);
        let hour = Window::Hour.number(now).rem_euclid(24);
        let day = Window::Day.number(now);
        let mut one = Tally::default();
        one.add(outcome, 1);
        // A refused request is no use of either.
        let is_use = !matches!(outcome, Outcome::Refused(reason) if reason != Kind::MissingScope);
        let last = if is_use { LastUses::one(is_old, now) } else { LastUses::default() };
        let parts = BTreeMap::from([(Part::Hour(hour), one)]);
        self.merge(Entry { account: Account::Key(holder), day, parts, last, signs });

        self.latest = now;
        if !self.rests() {
            self.keys.judge(hurry, now);
            self.sums.judge(false, now);
        }
    }

    /// Adds what was `written` of keys to the sums. Those may be due at once.
    pub(super) fn sum(&mut self, written: Vec<Entry>) {
        for Entry { account, day, parts, .. } in written {
            let Account::Key(holder) = account else { continue };
            let mut whole = Tally::default();
            for tally in parts.values() {
                whole.merge(tally);
            }
            for account in [Account::Organization(holder.org), Account::Stack] {
                let parts = BTreeMap::from([(Part::Whole, whole.clone())]);
                self.merge(Entry { account, day, parts, last: LastUses::default(), signs: Signs::default() });
            }
        }
        self.sums.judge(false, self.latest);
    }

    /// Whether the use of an old secret of `holder` at `now` is to be written at once.
    fn hurries(&mut self, holder: &Holder, now: Timestamp) -> bool {
        let is_recent = |at: &Timestamp| seconds(at, now).abs() < REST_SECS;
        if self.hurried.get(holder).is_some_and(is_recent) {
            return false;
        }
        self.hurried.retain(|_, at| is_recent(at));
        self.hurried.insert(holder.clone(), now);

        true
    }

    /// What is due, keys first. It only becomes due by a request that the gate has judged: the store has just answered, on
    /// the connection that will be used.
    pub(super) fn take_due(&mut self) -> Vec<Entry> {
        if self.rests() {
            return Vec::new();
        }
        let mut entries = self.keys.take_due();
        entries.extend(self.sums.take_due());

        entries
    }

    /// All entries, keys first.
    pub(super) fn take(&mut self) -> Vec<Entry> {
        let mut entries = self.keys.take();
        entries.extend(self.sums.take());

        entries
    }

    /// Keeps entries that could not be written, for later.
    pub(super) fn keep(&mut self, entries: Vec<Entry>) {
        for entry in entries {
            let lane = if entry.account.is_sum() { &mut self.sums } else { &mut self.keys };
            lane.renew(self.latest);
            self.merge(entry);
        }
    }

    /// Tries nothing for a while: a write has failed, or got no answer.
    pub(super) fn rest(&mut self) {
        self.rests_until = Timestamp::from_second(self.latest.as_second().saturating_add(REST_SECS)).ok();
    }

    /// When the last outcome was.
    pub(super) const fn latest(&self) -> Timestamp {
        self.latest
    }

    /// Whether nothing is to be tried yet. Clocks can go back: nothing rests for longer than it was to.
    fn rests(&self) -> bool {
        let left = self.rests_until.map_or(0, |until| seconds(&self.latest, until));

        (1..=REST_SECS).contains(&left)
    }

    /// How many requests found no place since this was last asked.
    pub(super) fn turned_away(&mut self) -> i64 {
        std::mem::take(&mut self.turned_away)
    }

    fn merge(&mut self, entry: Entry) {
        let (requests, is_sum) = (entry.requests(), entry.account.is_sum());
        let lane = if is_sum { &mut self.sums } else { &mut self.keys };
        if !lane.merge(entry) && !is_sum {
            self.turned_away = self.turned_away.saturating_add(requests);
        }
    }
}

#[cfg(test)]
mod tests;
