//! What a process has seen in the usage that it wrote, and may be worth an alert. Pure, and rough: it never overlooks what
//! the rules would tell of, and whoever opens alerts looks closely.
//!
//! A hint is a write, so nothing is hinted at twice: only what has got worse, or is of another hour.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use crate::contract::alerts::{Of, Rate};
use crate::contract::limit::Window;
use crate::registry::alert::{Baseline, Hint, failures, probing, reached, wilson};
use crate::registry::usage::{Day, Holder, Part, Peak, Signs, Tally};

/// Of how many keys is remembered what was hinted at. Those of more are hinted at again.
const MAX: usize = 4_096;

/// What was hinted at.
#[derive(Debug, Default)]
pub(super) struct Lookout {
    known: HashMap<Holder, Known>,
}

/// What was hinted at of one key: how bad it was by hour, and how much was used by window.
#[derive(Clone, Debug, Default)]
struct Known {
    sights: BTreeMap<(i64, Sight), i64>,
    peaks: BTreeMap<(Window, i64), i64>,
}

/// Something that was seen. How bad it was is a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Sight {
    Reached,
    Probing,
    Old,
    Awake,
    /// The share of failures, in per cent.
    Errors,
    /// A busy hour of which nobody has said how busy is unusual.
    Busy,
    /// More than is usual.
    Unusual,
}

impl Lookout {
    /// What is to be hinted at, now that `hours` of `holder` were written with `signs`, and their day is `day`. The last of
    /// it was at `now`.
    pub(super) fn see(
        &mut self,
        holder: &Holder,
        day: &Day,
        hours: impl Iterator<Item = Part>,
        signs: Signs,
        now: Timestamp,
    ) -> Option<Hint> {
        let last = Window::Hour.number(now).saturating_sub(1);
        if self.known.len() >= MAX && !self.known.contains_key(holder) {
            self.known.retain(|_, known| known.sights.keys().any(|(hour, _)| *hour > last));
            if self.known.len() >= MAX {
                self.known.clear();
            }
        }
        let known = self.known.entry(holder.clone()).or_default();
        known.sights.retain(|(hour, _), _| *hour >= last);
        known.peaks.retain(|(window, number), _| *number >= window.number(now).saturating_sub(1));
        let mut is_news = false;
        for part in hours {
            let Part::Hour(of_day) = part else { continue };
            let hour = day.number.saturating_mul(24).saturating_add(of_day);
            for (sight, degree) in sights(day, part, &signs) {
                let before = known.sights.insert((hour, sight), degree);
                is_news |= before.is_none_or(|before| before < degree);
            }
        }
        let mut peaks = Vec::new();
        for ((window, number), (used, limit)) in signs.peaks {
            let peak = Peak { window, number, used, limit };
            let before = known.peaks.insert((window, number), peak.share());
            if before.is_none_or(|before| before < peak.share()) {
                peaks.push(peak);
            }
        }
        let woke = signs.awake;

        (is_news || !peaks.is_empty()).then(|| Hint { holder: holder.clone(), peaks, woke, at: now })
    }

    /// Forgets what was said in `hint`: it could not be written.
    pub(super) fn take_back(&mut self, hint: &Hint) {
        self.known.remove(&hint.holder);
    }
}

/// What is to be seen in this hour of `day`.
fn sights(day: &Day, part: Part, signs: &Signs) -> Vec<(Sight, i64)> {
    let nothing = Tally::default();
    let tally = day.parts.get(&part).unwrap_or(&nothing);
    let (failed, answered) = failures(tally, Of::All);
    let share = wilson(failed, answered);
    let per_cent = (1..=100).take_while(|per_cent| f64::from(*per_cent) <= share * 100.0).last();
    let requests = tally.requests();
    let ceiling = day.ceiling.filter(|(of, _)| Part::Hour(*of) == part).map(|(_, requests)| requests);
    let seen = [
        (Sight::Reached, reached(tally).map(|_| 1)),
        (Sight::Probing, probing(tally).map(|_| 1)),
        (Sight::Old, signs.is_old.then_some(1)),
        (Sight::Awake, signs.awake.map(|_| 1)),
        (Sight::Errors, per_cent.filter(|_| answered >= 50 && share >= Rate::LOWEST.get()).map(i64::from)),
        (Sight::Busy, (ceiling.is_none() && requests >= Baseline::LEAST).then_some(1)),
        (Sight::Unusual, ceiling.filter(|ceiling| requests >= *ceiling).map(|_| 1)),
    ];

    seen.into_iter().filter_map(|(sight, degree)| Some((sight, degree?))).collect()
}
