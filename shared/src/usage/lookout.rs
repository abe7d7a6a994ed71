//! What a process has seen in the usage that it wrote, and may be worth an alert. Pure, and rough: it never overlooks what
//! the rules would tell of, and whoever opens alerts looks closely.
//!
//! A hint is a write, so nothing is hinted at twice: only what has got worse, or is of another hour.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use crate::contract::alerts::{Of, Rate};
use crate::contract::limit::Window;
use crate::registry::alert::{Baseline, Hint, failures, probing, reached, whole, wilson};
use crate::registry::usage::{Day, Holder, Part, Peak, Signs, Tally};

/// Of how many keys is remembered what was hinted at. Those of more are hinted at again.
const MAX: usize = 4_096;

/// What was hinted at.
#[derive(Debug, Default)]
pub(super) struct Lookout {
    known: HashMap<Holder, Known>,
}

/// What was hinted at of one key, in the last two hours, and how bad it was then.
#[derive(Clone, Debug, Default)]
struct Known {
    hour: i64,
    sights: BTreeMap<(i64, Sight), i64>,
    peaks: BTreeMap<(Window, i64), i64>,
    /// A hint that could not be written: it is said again with the key's next usage.
    unsaid: Option<Hint>,
}

/// Something that was seen. How bad it was is a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Sight {
    Reached,
    Probing,
    Old,
    Awake,
    /// The share of the server's failures, in thousandths.
    ServerErrors,
    /// The share of all failures, in thousandths.
    Errors,
    /// How many failures there are, as a power of two, where nobody knows how many there were an hour before.
    Failures,
    /// A busy hour of which nobody has said how busy is unusual.
    Busy,
    /// More than is usual.
    Unusual,
}

impl Lookout {
    /// What is to be hinted at, now that `signs` of `holder` were written at `now` and its day is `day`.
    pub(super) fn see(&mut self, holder: &Holder, day: &Day, signs: Signs, now: Timestamp) -> Option<Hint> {
        let hour = Window::Hour.number(now);
        if self.known.len() >= MAX && !self.known.contains_key(holder) {
            self.known.retain(|_, known| known.hour == hour);
            if self.known.len() >= MAX {
                self.known.clear();
            }
        }
        let known = self.known.entry(holder.clone()).or_default();
        known.hour = hour;
        known.sights.retain(|(of, _), _| *of >= hour.saturating_sub(1));
        // The peak of a window that goes on was hinted at all the same.
        known.peaks.retain(|(window, number), _| *number >= window.number(now).saturating_sub(1));
        let mut is_news = false;
        for (sight, degree) in sights(day, &signs, hour) {
            is_news |= is_worse(&mut known.sights, sight, degree);
        }
        let mut peaks = Vec::new();
        for ((window, number), (used, limit)) in signs.peaks {
            let peak = Peak { window, number, used, limit };
            // Less than before is what comes after some was given back: from there on, more is news again.
            let before = known.peaks.insert((window, number), peak.share());
            if before.is_none_or(|before| peak.share() > before) {
                peaks.push(peak);
            }
        }
        let mut woke = signs.awake;
        if let Some(unsaid) = known.unsaid.take() {
            is_news = true;
            woke = woke.or(unsaid.woke);
            let is_older = |peak: &Peak| peaks.iter().all(|of| (of.window, of.number) != (peak.window, peak.number));
            let older: Vec<_> = unsaid.peaks.into_iter().filter(is_older).collect();
            peaks.extend(older);
        }

        (is_news || !peaks.is_empty()).then(|| Hint { holder: holder.clone(), peaks, woke, at: now })
    }

    /// Takes back `hint`, which could not be written.
    pub(super) fn take_back(&mut self, hint: Hint) {
        self.known.insert(hint.holder.clone(), Known { unsaid: Some(hint), ..Known::default() });
    }
}

/// Whether `what` is worse than it ever was, as far as is `known`: then that is known from now on.
fn is_worse<K: Ord>(known: &mut BTreeMap<K, i64>, what: K, degree: i64) -> bool {
    if known.get(&what).is_some_and(|before| degree <= *before) {
        return false;
    }
    known.insert(what, degree);

    true
}

/// What is to be seen in `hour` and, of what was written late, in the one before, as far as `day` has them.
fn sights(day: &Day, signs: &Signs, hour: i64) -> Vec<((i64, Sight), i64)> {
    let requests = [(Sight::Old, signs.is_old.then_some(1)), (Sight::Awake, signs.awake.map(|_| 1))];
    let of_requests = requests.into_iter().map(|(sight, degree)| ((hour, sight), degree));
    let hours = [hour, hour.saturating_sub(1)].into_iter().filter(|hour| hour.div_euclid(24) == day.number);
    let of_hours =
        hours.flat_map(|hour| sights_of(day, hour).into_iter().map(move |(sight, degree)| ((hour, sight), degree)));

    of_requests.chain(of_hours).filter_map(|(sight, degree)| Some((sight, degree?))).collect()
}

/// What is to be seen in `hour`, which is one of `day`.
fn sights_of(day: &Day, hour: i64) -> [(Sight, Option<i64>); 7] {
    let place = hour.rem_euclid(24);
    let of = |place: i64| day.parts.get(&Part::Hour(place)).cloned().unwrap_or_default();
    let (tally, earlier) = (of(place), of(place.saturating_sub(1)));
    let requests = tally.requests();
    let first = day.number.saturating_mul(24);
    let ceiling = day.ceiling.map(|(of, requests)| (first.saturating_add(of), requests));
    let failing = |of: Of| thousandths(&tally, &earlier, of);
    let all = failing(Of::All);
    let failures = (place == 0).then(|| failures(&tally, Of::All).0.checked_ilog2()).flatten();

    [
        (Sight::Reached, reached(&tally).map(|_| 1)),
        (Sight::Probing, probing(&tally).map(|_| 1)),
        (Sight::ServerErrors, failing(Of::Server)),
        (Sight::Errors, all),
        (Sight::Failures, failures.filter(|_| all.is_some()).map(i64::from)),
        (Sight::Busy, (requests >= Baseline::LEAST && ceiling.is_none_or(|(of, _)| of < hour)).then_some(1)),
        (Sight::Unusual, ceiling.filter(|(of, least)| *of == hour && requests >= *least).map(|_| 1)),
    ]
}

/// The share of failures that is certain both in an hour and in that and the `earlier` one, in thousandths, if anybody can
/// want to hear of it.
fn thousandths(tally: &Tally, earlier: &Tally, of: Of) -> Option<i64> {
    let ((failed, answered), (before, others)) = (failures(tally, of), failures(earlier, of));
    let both = wilson(failed.saturating_add(before), answered.saturating_add(others));
    let share = wilson(failed, answered).min(both);

    (answered >= 50 && share >= Rate::LOWEST.get()).then(|| whole((share * 1_000.0).floor()).unwrap_or_default())
}

#[cfg(test)]
mod tests;
