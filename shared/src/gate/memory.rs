//! What the gate remembers: refusals of the last second, and terms that DynamoDB is asked to find unchanged. Never a yes.
//!
//! Without it, a key that is used far above its limit would cost a write for each refusal, and a made-up key two calls.
//! So the third refusal of a digest within a second is remembered, and later ones are given from memory. They are given
//! for at most a second by the clock of events *and* by that of the machine: each may stand still while the other goes
//! on. Only refusals that do no harm are remembered: a limit is reached, a digest belongs to no key, a pass is
//! throttled. Single calls stay exact. A change that takes something away is in force at once, one that gives something
//! within a second.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use crate::contract::secret::Digest;
use crate::registry::counts::Counts;
use crate::registry::pass::Pass;

/// For how long a refusal is remembered, and within what time three of them must come.
const SECOND_MILLIS: i64 = 1_000;

/// How many refusals in a row it takes until a digest's refusal is remembered.
const REFUSALS: usize = 3;

/// How many requests about a digest within a second DynamoDB must get before that digest can be the hot one.
const HOT: usize = 20;

/// How many digests are known at once; the maximum is twice that. Those that nobody asks for are dropped.
const MOST: usize = 512;

/// Why a digest is refused, where that can be remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// It belongs to no key.
    Unknown,
    /// A limit of this pass is reached. The pass and the time tell whether it still is.
    Reached(Box<Pass>),
    /// A limit that all keys of its organization share is reached: the pass, and what all have counted.
    ReachedTogether(Box<Pass>, Counts),
    /// Its pass cannot be written.
    Throttled {
        /// Whether the reason is that this very key is asked for too often.
        is_hot: bool,
    },
}

/// The memory of a process.
#[derive(Debug, Default)]
pub struct Memory(Mutex<Generations>);

/// Digests by how recently they were asked for. Once there are enough young ones, they become the old ones, and the old
/// ones are forgotten.
#[derive(Debug, Default)]
struct Generations {
    young: HashMap<Digest, Recent>,
    old: HashMap<Digest, Recent>,
}

/// What is known of a digest.
#[derive(Debug, Default)]
struct Recent {
    /// When it was last asked for, and when DynamoDB was asked for it: both by the clock of events.
    asked: VecDeque<i64>,
    sent: VecDeque<i64>,
    /// When it was last refused since it was last let in, by the clock of events.
    refused: VecDeque<i64>,
    /// The last refusal that is remembered, even when its second is over.
    kept: Option<Kept>,
    /// Whether the last refusal was because there is no such key, and whether it was because the key is hot.
    is_unknown: bool,
    is_hot: bool,
    /// Its pass as it was last seen, where a condition has to name terms of it.
    pass: Option<Arc<Pass>>,
}

#[derive(Clone, Debug)]
struct Kept {
    why: Why,
    event: i64,
    machine: i64,
}

impl Memory {
    /// Notes that `digest` is asked for by an event of `now`, when the machine's clock says `machine`. Returns why it
    /// is refused, if that is remembered.
    pub(super) fn ask(&self, digest: &Digest, now: Timestamp, machine: Timestamp) -> Option<Why> {
        let mut known = self.known();
        let recent = known.of(digest);
        note(&mut recent.asked, now, HOT);
        let Some(kept) = recent.kept.as_ref().filter(|kept| kept.holds(now, machine)) else {
            note(&mut recent.sent, now, HOT);
            return None;
        };
        let why = kept.why.clone();
        note(&mut recent.refused, now, REFUSALS);

        Some(why)
    }

    /// Notes that `digest` was refused.
    pub(super) fn refused(&self, digest: &Digest, why: Why, now: Timestamp, machine: Timestamp) {
        let mut known = self.known();
        let recent = known.of(digest);
        recent.is_unknown = why == Why::Unknown;
        recent.is_hot = why == Why::Throttled { is_hot: true };
        note(&mut recent.refused, now, REFUSALS);
        if all_within_a_second(&recent.refused, now, REFUSALS) {
            let (event, machine) = (now.as_millisecond(), machine.as_millisecond());
            recent.kept = Some(Kept { why, event, machine });
        }
    }

    /// Notes that `digest` was let in, or refused for a reason that is not remembered: earlier refusals no longer
    /// count.
    pub(super) fn forget(&self, digest: &Digest) {
        let mut known = self.known();
        let recent = known.of(digest);
        recent.refused.clear();
        recent.kept = None;
        recent.is_unknown = false;
        recent.is_hot = false;
    }

    /// Whether `digest` belonged to no key when it was last asked for. It may belong to one now.
    pub(super) fn was_unknown(&self, digest: &Digest) -> bool {
        self.known().of(digest).is_unknown
    }

    /// Whether `digest` can be the hot one where a range of keys is hot. It can if this process has sent twenty
    /// requests for it within the last second, or would have, had it not found it hot before.
    pub(super) fn is_hot(&self, digest: &Digest, now: Timestamp) -> bool {
        let mut known = self.known();
        let recent = known.of(digest);

        all_within_a_second(&recent.sent, now, HOT) || (recent.is_hot && all_within_a_second(&recent.asked, now, HOT))
    }

    /// The pass of `digest` as it was last seen, if it was kept.
    pub(super) fn pass(&self, digest: &Digest) -> Option<Arc<Pass>> {
        self.known().of(digest).pass.clone()
    }

    /// Keeps the pass of `digest` as it was seen now.
    pub(super) fn keep(&self, digest: &Digest, pass: &Pass) {
        self.known().of(digest).pass = Some(Arc::new(pass.clone()));
    }

    fn known(&self) -> MutexGuard<'_, Generations> {
        // No update leaves it half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Generations {
    fn of(&mut self, digest: &Digest) -> &mut Recent {
        if self.young.len() >= MOST && !self.young.contains_key(digest) {
            self.old = std::mem::take(&mut self.young);
        }
        let Self { young, old } = self;

        young.entry(*digest).or_insert_with(|| old.remove(digest).unwrap_or_default())
    }
}

impl Kept {
    fn holds(&self, now: Timestamp, machine: Timestamp) -> bool {
        let is_near = |at: i64, then: i64| at.abs_diff(then) < SECOND_MILLIS.unsigned_abs();

        is_near(now.as_millisecond(), self.event) && is_near(machine.as_millisecond(), self.machine)
    }
}

/// Adds `now` to the last `most` times.
fn note(times: &mut VecDeque<i64>, now: Timestamp, most: usize) {
    if times.len() >= most {
        times.pop_front();
    }
    times.push_back(now.as_millisecond());
}

/// Whether there are `most` times, none of them a second or more from `now`.
fn all_within_a_second(times: &VecDeque<i64>, now: Timestamp, most: usize) -> bool {
    let now = now.as_millisecond();

    times.len() >= most && times.iter().all(|at| now.abs_diff(*at) < SECOND_MILLIS.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millisecond(1_907_712_000_000)
            .unwrap()
            .checked_add(jiff::SignedDuration::from_millis(millis))
            .unwrap()
    }

    fn digest(number: u16) -> Digest {
        let [high, low] = number.to_be_bytes();
        let mut bytes = vec![0; 32];
        (bytes[0], bytes[1]) = (high, low);
        Digest::try_from(bytes).unwrap()
    }

    /// A memory that has three refusals of `digest`, at these times of events and at 0 of the machine.
    fn refused(times: [i64; 3]) -> Memory {
        let memory = Memory::default();
        for time in times {
            assert_eq!(memory.ask(&digest(1), at(time), at(0)), None, "single calls are not answered from memory");
            memory.refused(&digest(1), Why::Unknown, at(time), at(0));
        }
        memory
    }

    #[test]
    fn the_third_refusal_within_a_second_is_remembered_for_a_second_by_either_clock() {
        for (times, event, machine, remembered) in [
            ([0, 400, 999], 1_000, 0, true),
            ([0, 400, 1_000], 1_001, 0, false),
            ([0, 0, 0], 999, 999, true),
            ([0, 0, 0], 1_000, 0, false),
            ([0, 0, 0], 0, 1_000, false),
            // A late event is as near as an early one; a machine's clock can be set back.
            ([500, 500, 500], 0, 0, true),
            ([500, 500, 500], -500, 0, false),
            ([0, 0, 0], 0, -1_000, false),
        ] {
            let why = refused(times).ask(&digest(1), at(event), at(machine));
            assert_eq!(why.is_some(), remembered, "{times:?} {event} {machine}");
        }
        assert_eq!(refused([0, 0, 0]).ask(&digest(2), at(0), at(0)), None, "another digest is another matter");
    }

    #[test]
    fn a_refusal_that_is_found_to_be_still_true_is_remembered_at_once() {
        let memory = refused([0, 0, 0]);
        assert_eq!(memory.ask(&digest(1), at(950), at(950)), Some(Why::Unknown));
        assert_eq!(memory.ask(&digest(1), at(990), at(990)), Some(Why::Unknown));
        assert_eq!(memory.ask(&digest(1), at(1_000), at(1_000)), None, "its time is over");
        memory.refused(&digest(1), Why::Unknown, at(1_000), at(1_000));
        assert_eq!(memory.ask(&digest(1), at(1_001), at(1_001)), Some(Why::Unknown));
    }

    #[test]
    fn what_was_unknown_is_looked_up_first_until_it_is_known() {
        let memory = refused([0, 5_000, 9_000]);
        assert!(memory.was_unknown(&digest(1)) && !memory.was_unknown(&digest(2)));
        memory.forget(&digest(1));
        assert!(!memory.was_unknown(&digest(1)));
        memory.refused(&digest(1), Why::Unknown, at(9_000), at(0));
        memory.refused(&digest(1), Why::Throttled { is_hot: true }, at(9_000), at(0));
        assert!(!memory.was_unknown(&digest(1)));
    }

    #[test]
    fn a_key_is_hot_that_is_asked_for_twenty_times_within_a_second() {
        let memory = Memory::default();
        for number in 1..=40 {
            let now = at(number * 50);
            assert_eq!(memory.ask(&digest(1), now, now), None);
            // The twentieth before is 950 ms ago.
            assert_eq!(memory.is_hot(&digest(1), now), number >= 20, "{number}");
        }
        assert!(!memory.is_hot(&digest(1), at(2_051)));
    }

    #[test]
    fn a_key_that_was_hot_stays_so_while_it_is_asked_for_as_often_and_a_neighbour_never_becomes_it() {
        let memory = Memory::default();
        let throttled = |number: i64| {
            let now = at(number * 50);
            if memory.ask(&digest(1), now, now).is_none() {
                let is_hot = memory.is_hot(&digest(1), now);
                memory.refused(&digest(1), Why::Throttled { is_hot }, now, now);
                return Some(is_hot);
            }
            None
        };
        // It is asked for twenty times a second, but nearly always answered from memory: it is not the hot one.
        let told: Vec<_> = (0..100).filter_map(throttled).collect();
        assert!(told.len() < 10 && !told.contains(&true), "{told:?}");
        memory.forget(&digest(1));
        for number in 100..120 {
            assert_eq!(memory.ask(&digest(1), at(number * 50), at(number * 50)), None);
        }
        let told: Vec<_> = (120..220).filter_map(throttled).collect();
        assert!(told.len() < 10 && !told.contains(&false), "{told:?}");
    }

    #[test]
    fn refusals_are_remembered_that_come_in_a_row() {
        let memory = Memory::default();
        for number in 0..100 {
            let now = at(number * 20);
            assert_eq!(memory.ask(&digest(1), now, now), None, "{number}");
            if number % 3 == 0 {
                memory.forget(&digest(1));
            } else {
                memory.refused(&digest(1), Why::Throttled { is_hot: false }, now, now);
            }
        }
    }

    #[test]
    fn however_many_digests_there_are_few_are_known_and_a_busy_one_is_among_them() {
        let memory = refused([0, 0, 0]);
        for number in 2..5_000 {
            memory.ask(&digest(number), at(0), at(0));
            if number % 400 == 0 {
                assert_eq!(memory.ask(&digest(1), at(0), at(0)), Some(Why::Unknown), "{number}");
            }
        }
        let known = memory.known();
        assert!(known.young.len() + known.old.len() <= 2 * MOST);
    }
}
