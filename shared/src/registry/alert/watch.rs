//! What is remembered of the alerts of one key, so that each is told once: when it opens, when it gets worse, and when it
//! is over, and no more than that of something that comes and goes.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Baseline;
use super::by_kind::ByKind;
use super::rules::{Evidence, Verdict};
use super::telling::{Telling, Turn};
use crate::contract::alerts::{Kind, Rule};
use crate::contract::limit::Window;
use crate::environment::clock;
use crate::registry::usage::Peak;

/// How long after an alert was told it is not told again, if it closes and opens meanwhile.
const COOL_DOWN: SignedDuration = SignedDuration::from_hours(6);

/// How long after an alert was told it is told again, if it is still open and that is news, or if it keeps opening.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// So many openings in a day, and an alert is told once a day.
const FLAPPING: usize = 3;

/// The windows that are longer than all else that is watched. A week may end after its month, or before it.
const LONG: [Window; 2] = [Window::Week, Window::Month];

/// For how long a busy key is looked at every hour after its last busy one.
const BUSY: SignedDuration = SignedDuration::from_hours(15 * 24);

/// The alerts of one key.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Watched {
    #[serde(default)]
    alerts: ByKind<State>,
    /// What of `limit.approaching` is about long windows, each by itself.
    #[serde(default)]
    long: BTreeMap<Window, State>,
    /// The minutes of the last hour in which a minute's limit was near: how many requests, of how many.
    #[serde(default)]
    minutes: BTreeMap<i64, (i64, u32)>,
    /// When the key last had a busy hour.
    #[serde(default)]
    busy: Option<Timestamp>,
}

/// What is remembered of one kind.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct State {
    /// The alert that is open.
    #[serde(default)]
    open: Option<Open>,
    /// When it opened in the last day, whether it was told or not.
    #[serde(default)]
    openings: Vec<Timestamp>,
    /// When it was last told that it opened.
    #[serde(default)]
    told: Option<Timestamp>,
    /// When it was last told that it keeps opening.
    #[serde(default)]
    flapped: Option<Timestamp>,
    /// The last second of the last window that an alert is over with.
    #[serde(default)]
    ended: Option<i64>,
}

/// An alert that is open.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Open {
    since: Timestamp,
    /// How bad it was when people were last told.
    level: u8,
    /// The last second of the window that it is about, where it is over with it.
    #[serde(default)]
    until: Option<i64>,
    /// Whether anybody was told.
    told: bool,
}

impl Watched {
    /// Whether the key was busy of late, so that a drop would be news.
    pub fn is_busy(&self, now: Timestamp) -> bool {
        self.busy.is_some_and(|at| now.duration_since(at) < BUSY)
    }

    /// The kinds of which people were told that they are open, and since when.
    pub fn open(&self) -> impl Iterator<Item = (Kind, Timestamp)> + use<> {
        let long = self.long.values().map(|state| (Kind::LimitApproaching, state));
        let mut since = BTreeMap::new();
        for (kind, state) in self.alerts.iter().map(|(kind, state)| (*kind, state)).chain(long) {
            if let Some(open) = state.open.as_ref().filter(|open| open.told) {
                let first = since.entry(kind).or_insert(open.since);
                *first = open.since.min(*first);
            }
        }

        since.into_iter()
    }

    /// Ends without a word what is open at `now` about limits, since what was used of them was given back: what is used from now
    /// on is news again, also in a window that goes on.
    pub(crate) fn give_back(&mut self, now: Timestamp) {
        let goes_on = |until: &i64| *until > now.as_second();
        for state in self.alerts.get_mut(&Kind::LimitApproaching).into_iter().chain(self.long.values_mut()) {
            state.open = state.open.take().filter(|open| open.until.is_some_and(|until| !goes_on(&until)));
            state.ended = state.ended.filter(|until| !goes_on(until));
        }
        self.minutes.clear();
    }

    /// Whether nothing is left to remember at `now`.
    pub fn is_idle(&self, now: Timestamp) -> bool {
        let is_quiet = |state: &State| {
            let is_recent = |at: &Timestamp| now.duration_since(*at) < DAY;
            state.open.is_none() && !state.openings.iter().any(is_recent) && !state.told.as_ref().is_some_and(is_recent)
        };

        let is_known = !self.alerts.has_unknown();

        is_known
            && !self.is_busy(now)
            && self.minutes.is_empty()
            && self.alerts.values().chain(self.long.values()).all(is_quiet)
    }

    /// Looks at `evidence` by the `rules` of the kinds that people want to hear of, and returns what they are to be told:
    /// nothing if the key `is_muted`.
    pub fn look(&mut self, evidence: &Evidence<'_>, rules: &BTreeMap<Kind, Rule>, is_muted: bool) -> Vec<Telling> {
        let now = evidence.now;
        let hour = Window::Hour.number(now);
        let is_busy = evidence.hours.busiest([hour, hour.saturating_sub(1)]) >= Baseline::LEAST;
        // To the hour is enough, and each time would be a write.
        if is_busy && self.busy.is_none_or(|at| Window::Hour.number(at) < hour) {
            self.busy = Some(now);
        }
        let peaks = self.remember(evidence.peaks, now);
        let (long, short): (Vec<_>, Vec<_>) = peaks.into_iter().partition(|peak| LONG.contains(&peak.window));
        // An alert that nobody wants to hear of any more is over without a word.
        self.alerts.retain(|kind, _| rules.contains_key(kind));
        let alerts = &mut *self.alerts;
        let told = rules
            .iter()
            .filter_map(|(kind, rule)| step(alerts, *kind, (*kind, rule), &with(evidence, &short), is_muted));
        let mut told: Vec<_> = told.collect();
        let kind = Kind::LimitApproaching;
        match rules.get(&kind) {
            Some(rule) => told.extend(LONG.into_iter().filter_map(|window| {
                let peaks: Vec<_> = long.iter().filter(|peak| peak.window == window).copied().collect();
                step(&mut self.long, window, (kind, rule), &with(evidence, &peaks), is_muted)
            })),
            None => self.long.clear(),
        }

        told
    }

    /// Notes minutes that were near their limit, and returns `peaks` with all of the last hour.
    fn remember(&mut self, peaks: &[Peak], now: Timestamp) -> Vec<Peak> {
        let minutes = peaks.iter().filter(|peak| peak.window == Window::Minute);
        for Peak { number, used, limit, .. } in minutes {
            let known = self.minutes.entry(*number).or_insert((*used, *limit));
            *known = (*known).max((*used, *limit));
        }
        let hour_ago = Window::Minute.number(now).saturating_sub(60);
        self.minutes.retain(|number, _| *number > hour_ago);
        let minutes = self.minutes.iter();
        let minutes = minutes.map(|(number, (used, limit))| Peak {
            window: Window::Minute,
            number: *number,
            used: *used,
            limit: *limit,
        });
        let others = peaks.iter().filter(|peak| peak.window != Window::Minute).copied();

        minutes.chain(others).collect()
    }
}

/// `evidence`, with `peaks` in place of its own.
fn with<'e>(evidence: &Evidence<'e>, peaks: &'e [Peak]) -> Evidence<'e> {
    Evidence { peaks, ..evidence.clone() }
}

/// One step of what `states` has under `place`, an alert of this kind and rule: what people are to be told of it.
fn step<K: Ord>(
    states: &mut BTreeMap<K, State>,
    place: K,
    (kind, rule): (Kind, &Rule),
    evidence: &Evidence<'_>,
    is_muted: bool,
) -> Option<Telling> {
    let since = states.get(&place).and_then(|state| state.open.as_ref()).map(|open| open.since);
    let verdict = evidence.judge(kind, rule, since);
    if since.is_none() && matches!(verdict, Verdict::Over | Verdict::Holds) {
        return None;
    }
    let (turn, numbers) = states.entry(place).or_default().step(kind, verdict, is_muted, evidence.now)?;

    Some(Telling { kind, turn, key: Some(evidence.key.id.clone()), numbers })
}

impl State {
    fn step(&mut self, kind: Kind, verdict: Verdict, is_muted: bool, now: Timestamp) -> Option<(Turn, Value)> {
        // What is about a window is over with it, and not before.
        let verdict =
            match (&self.open, verdict) {
                (Some(Open { until: Some(until), .. }), Verdict::Holds | Verdict::Over) => {
                    if *until <= now.as_second() { Verdict::Over } else { Verdict::Holds }
                }
                (_, verdict) => verdict,
            };
        match verdict {
            Verdict::Holds => None,
            Verdict::Over => {
                let open = self.open.take()?;
                self.ended = open.until.max(self.ended);
                let is_news = open.told && !is_muted && self.openings_of_a_day(now) < FLAPPING && has_end(kind);
                is_news.then(|| (Turn::Recovered, json!({"since": clock::seconds(open.since)})))
            }
            Verdict::Fires { level, until, numbers } => self.fires(kind, (level, until), numbers, is_muted, now),
        }
    }

    fn fires(
        &mut self,
        kind: Kind,
        (level, until): (u8, Option<i64>),
        numbers: Value,
        is_muted: bool,
        now: Timestamp,
    ) -> Option<(Turn, Value)> {
        // Some processes write what they have counted after others have, when the window is over.
        let is_of_open = self.open.as_ref().is_some_and(|open| open.until == until);
        if until.is_some() && until <= self.ended && !is_of_open {
            return None;
        }
        // A shorter window than the one of the open alert says nothing that is worse.
        let is_shorter = |open: &Open| match (open.until, until) {
            (Some(open), Some(until)) => until < open,
            (Some(open), None) => now.as_second() < open,
            (None, Some(_) | None) => false,
        };
        if self.open.as_ref().is_some_and(is_shorter) {
            return None;
        }
        if self.open.as_ref().is_none_or(|open| open.until != until) {
            let replaced = self.open.as_ref().and_then(|open| open.until);
            self.ended = replaced.max(self.ended);
            self.openings.retain(|at| now.duration_since(*at) < DAY);
            self.openings.push(now);
            self.open = Some(Open { since: now, level, until, told: false });
        }
        let times = self.openings_of_a_day(now);
        let flaps = times >= FLAPPING;
        let is_within =
            |at: Option<Timestamp>, wait: SignedDuration| at.is_some_and(|at| now.duration_since(at) < wait);
        let open = self.open.as_mut()?;
        if is_muted {
            return None;
        }
        if open.told && level > open.level {
            open.level = level;
            return Some((Turn::Escalated, numbers));
        }
        // A window has its end: until then it is said once.
        let is_news = (is_told_daily(kind) && until.is_none()) || level != open.level;
        if open.told && (is_within(self.told, DAY) || !is_news) {
            return None;
        }
        // That it keeps opening is news once a day. A new window is news, whenever the last one was told.
        let is_too_soon =
            if flaps { is_within(self.flapped, DAY) } else { until.is_none() && is_within(self.told, COOL_DOWN) };
        if is_too_soon {
            return None;
        }
        (open.told, open.level) = (true, level);
        let since = open.since;
        self.told = Some(now);
        self.flapped = if flaps { Some(now) } else { self.flapped };

        Some((Turn::Opened, with_history(numbers, since, flaps.then_some(times))))
    }

    /// How often it has opened in the last day. From [`FLAPPING`] on each time is no news.
    fn openings_of_a_day(&self, now: Timestamp) -> usize {
        self.openings.iter().filter(|at| now.duration_since(**at) < DAY).count()
    }
}

/// Whether it is news that an alert of `kind` is over. The others are events: they happen, and that is all.
const fn has_end(kind: Kind) -> bool {
    !matches!(kind, Kind::ActivityWoke | Kind::RotationLingering)
}

/// Whether an alert of `kind` that is still open is news each day. That a key is used otherwise is news once: what is so for long
/// becomes what is usual.
const fn is_told_daily(kind: Kind) -> bool {
    !matches!(kind, Kind::ActivityUnusual)
}

/// `numbers`, with the time since when it is so and, if it keeps opening, how often it has in a day.
fn with_history(mut numbers: Value, since: Timestamp, openings: Option<usize>) -> Value {
    if let Some(members) = numbers.as_object_mut() {
        members.insert("since".to_owned(), json!(clock::seconds(since)));
        if let Some(openings) = openings {
            members.insert("openingsInADay".to_owned(), json!(openings));
        }
    }

    numbers
}

#[cfg(test)]
mod tests;
