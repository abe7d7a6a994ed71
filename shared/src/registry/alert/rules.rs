//! The rules: whether what is known of a key is worth an alert. Each kind that is judged key by key has one.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::baseline::{Baseline, real, wilson};
use crate::contract::alerts::{Kind, Of, Rule};
use crate::contract::denial;
use crate::contract::limit::Window;
use crate::environment::clock;
use crate::registry::key::{Key, Standing, Status};
use crate::registry::leak::Leak;
use crate::registry::usage::{Day, Outcome, Part, Peak, Tally};

/// How long a key must have been silent to wake up, in days.
pub(crate) const SILENCE: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How young a key is of which nothing is unusual yet.
const YOUNG: SignedDuration = SignedDuration::from_hours(7 * 24);

/// How long before an old secret ends its use is told of.
pub(crate) const LINGERING: SignedDuration = SignedDuration::from_hours(24);

/// How much later than it ended a window is still looked at: whoever opens alerts comes by once a minute.
const LATE: SignedDuration = SignedDuration::from_mins(5);

/// In how many minutes of an hour a minute's limit must be approached: one burst is no news.
const MINUTES: usize = 3;

/// The ways in which activity is unusual, and how bad that is: who was busy, and is silent, is told of at once.
const SPIKE: (&str, u8) = ("spike", 1);
const DROP: (&str, u8) = ("drop", 2);

/// What became of the requests with a key, by the hours since 1970.
#[derive(Clone, Debug, Default)]
pub struct Hours(BTreeMap<i64, Tally>);

impl Hours {
    /// The hours of `days`.
    pub fn of(days: &[Day]) -> Self {
        let mut hours = Self::default();
        for day in days {
            for (part, tally) in &day.parts {
                if let Part::Hour(hour) = part {
                    hours.add(day.number.saturating_mul(24).saturating_add(*hour), tally);
                }
            }
        }

        hours
    }

    /// Adds `tally` to that hour.
    pub fn add(&mut self, hour: i64, tally: &Tally) {
        self.0.entry(hour).or_default().merge(tally);
    }

    fn get(&self, hour: i64) -> Tally {
        self.0.get(&hour).cloned().unwrap_or_default()
    }

    fn requests(&self, hour: i64) -> i64 {
        self.0.get(&hour).map_or(0, Tally::requests)
    }

    /// The most requests of one of these hours.
    pub(crate) fn busiest(&self, hours: [i64; 2]) -> i64 {
        hours.into_iter().map(|hour| self.requests(hour)).max().unwrap_or_default()
    }

    /// What is usual in `hour`, for a key that was there since `since`: the same hour of the last four of this day of the
    /// week or, for a younger key, of the last fourteen days and of a week ago. `None` for a key that was not there a week ago.
    pub(crate) fn baseline(&self, hour: i64, since: Timestamp) -> Option<Baseline> {
        let first = Window::Hour.number(since).saturating_add(1);
        let samples = |days: i64, count: i64| -> Vec<i64> {
            let hours = (1..=count).map(|place| hour.saturating_sub(place.saturating_mul(days).saturating_mul(24)));
            hours.filter(|hour| *hour >= first).map(|hour| self.requests(hour)).collect()
        };
        let weekly = samples(7, 4);
        if weekly.len() == 4 {
            return Baseline::of(&weekly);
        }
        let week_ago = *weekly.first()?;

        Some(Baseline::of(&samples(1, 14))?.as_a_week_ago(week_ago))
    }
}

/// What is known of a key.
#[derive(Clone, Debug)]
pub struct Evidence<'a> {
    /// When this is judged.
    pub now: Timestamp,
    /// The key.
    pub key: &'a Key,
    /// What became of its requests: of today and yesterday, and where [`Evidence::is_busy`] of four weeks.
    pub hours: &'a Hours,
    /// Whether `hours` go back four weeks.
    pub is_busy: bool,
    /// Its use near limits: the highest of each window that was reported.
    pub peaks: &'a [Peak],
    /// When a secret that was replaced was last used.
    pub old_used: Option<Timestamp>,
    /// If the key was just used after a long silence: when that began, which is when it was last used or made.
    pub silent_since: Option<Timestamp>,
}

/// What a rule says.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Verdict {
    /// There is reason for an alert.
    Fires {
        /// How bad it is: an open alert escalates if this grows.
        level: u8,
        /// The window that it is about, where the alert is over with it: its last second since 1970.
        until: Option<i64>,
        /// The figures.
        numbers: Value,
    },
    /// There is none, and an alert that is open is over.
    Over,
    /// There is none, but an alert that is open stays open.
    Holds,
}

impl Verdict {
    const fn fires(numbers: Value) -> Self {
        Self::Fires { level: 1, until: None, numbers }
    }
}

impl Evidence<'_> {
    fn hour(&self) -> i64 {
        Window::Hour.number(self.now)
    }

    /// What `kind` says of the key, by `rule`. `open_since`: when the alert that is open was opened.
    pub(super) fn judge(&self, kind: Kind, rule: &Rule, open_since: Option<Timestamp>) -> Verdict {
        match kind {
            // Of a key in quarantine, a request a minute is all.
            Kind::LimitApproaching if self.key.status == Status::Quarantined => Verdict::Over,
            Kind::LimitApproaching => self.approaching(rule),
            Kind::LimitReached => self.by_hour(reached),
            Kind::ErrorsHigh => self.errors(rule, open_since),
            Kind::ActivityUnusual => self.unusual(),
            Kind::ActivityWoke => self.woke(),
            Kind::ActivityProbing => self.by_hour(probing),
            Kind::KeyExposed => self.exposed(),
            Kind::RotationLingering => self.lingering(),
            // These are told of an organization's keys together.
            Kind::KeyUnused | Kind::KeyExpiring => Verdict::Holds,
        }
    }

    /// The running hour, or the last one if the running one is quiet so far. It is over once neither says anything.
    fn by_hour(&self, rule: impl Fn(&Tally) -> Option<Value>) -> Verdict {
        for hour in [self.hour(), self.hour().saturating_sub(1)] {
            if let Some(mut numbers) = rule(&self.hours.get(hour)) {
                in_hour(&mut numbers, hour);
                return Verdict::fires(numbers);
            }
        }

        Verdict::Over
    }

    fn approaching(&self, rule: &Rule) -> Verdict {
        let Some(shares) = &rule.thresholds else { return Verdict::Holds };
        let passed = |peak: &Peak| shares.iter().filter(|share| peak.has(*share)).count();
        let is_late = |peak: &Peak| peak.ends().saturating_add(LATE).is_ok_and(|end| end < self.now);
        // The longest window that says something: its alert lasts longest.
        let long = self.peaks.iter().filter(|peak| peak.window != Window::Minute && !is_late(peak) && passed(peak) > 0);
        if let Some(peak) = long.max_by_key(|peak| (peak.window, peak.number, peak.used)) {
            return near(peak, passed(peak), shares.iter().nth(passed(peak).saturating_sub(1)), true);
        }
        let hour_ago = Window::Minute.number(self.now).saturating_sub(60);
        let minutes = self.peaks.iter().filter(|peak| peak.window == Window::Minute && peak.number > hour_ago);
        let mut minutes: Vec<_> = minutes.filter(|peak| passed(peak) > 0).collect();
        minutes.sort_by_key(|peak| std::cmp::Reverse((peak.share(), peak.number)));
        match minutes.get(MINUTES.saturating_sub(1)) {
            Some(peak) => {
                let level = passed(peak);
                near(peak, level, shares.iter().nth(level.saturating_sub(1)), false)
            }
            None if minutes.is_empty() => Verdict::Over,
            None => Verdict::Holds,
        }
    }

    fn errors(&self, rule: &Rule, open_since: Option<Timestamp>) -> Verdict {
        let (Some(rate), Some(of)) = (rule.rate, rule.of) else { return Verdict::Holds };
        for hour in [self.hour(), self.hour().saturating_sub(1)] {
            let (failed, answered) = failures(&self.hours.get(hour), of);
            let (earlier, others) = failures(&self.hours.get(hour.saturating_sub(1)), of);
            let both = wilson(failed.saturating_add(earlier), answered.saturating_add(others));
            if answered >= 50 && wilson(failed, answered) >= rate.get() && both >= rate.get() {
                let by_reason: BTreeMap<_, _> = self.hours.get(hour).refusals().collect();
                let refused = by_reason.values().fold(0_i64, |all, one| all.saturating_add(*one));
                let mut numbers = json!({
                    "failed": failed, "answered": answered, "rate": share(failed, answered), "threshold": rate.get(),
                    "of": of, "refused": refused, "byReason": by_reason,
                });
                in_hour(&mut numbers, hour);
                return Verdict::fires(numbers);
            }
        }
        let last = self.hour().saturating_sub(1);
        let (failed, answered) = failures(&self.hours.get(last), of);
        let is_whole = open_since.is_some_and(|since| Window::Hour.number(since) < last);

        if is_whole && share(failed, answered) < 0.7 * rate.get() { Verdict::Over } else { Verdict::Holds }
    }

    fn unusual(&self) -> Verdict {
        if !self.is_busy || self.now.duration_since(self.key.created_at) < YOUNG {
            return Verdict::Over;
        }
        let (hour, last) = (self.hour(), self.hour().saturating_sub(1));
        let usual = |hour| self.hours.baseline(hour, self.key.created_at);
        for hour in [hour, last] {
            let requests = self.hours.requests(hour);
            if let Some(baseline) = usual(hour).filter(|baseline| requests >= baseline.ceiling()) {
                return unusual(SPIKE, requests, baseline, hour);
            }
        }
        let requests = self.hours.requests(last);
        if let Some(baseline) = usual(last).filter(|baseline| baseline.is_drop(requests)) {
            return unusual(DROP, requests, baseline, last);
        }
        let is_usual = |hour| usual(hour).is_some_and(|baseline| baseline.is_usual(self.hours.requests(hour)));

        if is_usual(last) && is_usual(last.saturating_sub(1)) { Verdict::Over } else { Verdict::Holds }
    }

    fn woke(&self) -> Verdict {
        let Some(since) = self.silent_since.filter(|since| self.now.duration_since(*since) >= SILENCE) else {
            return Verdict::Over;
        };
        let days = self.now.duration_since(since).as_hours().div_euclid(24);

        Verdict::fires(json!({"silentSince": clock::seconds(since), "days": days}))
    }

    /// A key that nobody is let in with does no harm.
    fn exposed(&self) -> Verdict {
        let is_over = matches!(self.key.standing(self.now), Standing::Inactive | Standing::Expired);
        let Some(leak) = self.key.exposed(self.now).filter(|_| !is_over) else { return Verdict::Over };
        let Leak { at, source, place, policy, .. } = leak;

        Verdict::fires(json!({"leakedAt": clock::seconds(*at), "source": source, "url": place, "done": policy}))
    }

    fn lingering(&self) -> Verdict {
        let Some(previous) = self.key.overlap(self.now) else { return Verdict::Over };
        // The last half of a short overlap: in the first one people are still changing over.
        let whole = self.key.predecessor.map(|predecessor| previous.until.duration_since(predecessor.at));
        let half = whole.and_then(|whole| whole.checked_div(2)).unwrap_or(LINGERING);
        let near = half.min(LINGERING);
        let is_near = previous.until.duration_since(self.now) <= near;
        // And used of late: who was done with it well before has taken over the new one.
        let late = near.saturating_add(near.checked_div(2).unwrap_or_default());
        let used = self.old_used.filter(|used| previous.until.duration_since(*used) <= late);
        match used {
            Some(used) if is_near => Verdict::fires(json!({
                "lastUsedAt": clock::seconds(used), "overlapEndsAt": clock::seconds(previous.until),
            })),
            Some(_) | None => Verdict::Holds,
        }
    }
}

/// A peak that has passed so many shares, the highest of them `threshold`. The alert `is_over_with` its window or, for
/// minutes, when an hour is without one.
fn near(peak: &Peak, passed: usize, threshold: Option<u8>, is_over_with: bool) -> Verdict {
    let mut numbers = json!({"window": peak.window, "limit": peak.limit, "used": peak.used, "threshold": threshold});
    if let Some(numbers) = numbers.as_object_mut().filter(|_| is_over_with) {
        numbers.insert("windowEndsAt".to_owned(), json!(clock::seconds(peak.ends())));
    }

    Verdict::Fires {
        level: u8::try_from(passed).unwrap_or(u8::MAX),
        until: is_over_with.then(|| peak.ends().as_second()),
        numbers,
    }
}

/// Ten requests and one in a hundred were refused because a limit was reached.
pub(crate) fn reached(tally: &Tally) -> Option<Value> {
    let limits = [denial::Kind::RateLimited, denial::Kind::OrganizationRateLimited];
    let refused = limits.map(|kind| tally.get(Outcome::Refused(kind))).into_iter().fold(0, i64::saturating_add);
    let requests = tally.requests();

    (refused >= 10 && refused.saturating_mul(100) >= requests)
        .then(|| json!({"refused": refused, "requests": requests}))
}

/// Twenty requests were refused because a key may not do this, or does not work any more.
pub(crate) fn probing(tally: &Tally) -> Option<Value> {
    let refused = |reason| tally.get(Outcome::Refused(reason));
    let dead = refused(denial::Kind::InactiveKey).saturating_add(refused(denial::Kind::ExpiredKey));
    let lacking = refused(denial::Kind::MissingScope);
    let (reason, refused) = if lacking >= dead { ("missing_scope", lacking) } else { ("not_active", dead) };

    (refused >= 20).then(|| json!({"reason": reason, "refused": refused}))
}

/// How many of the requests whose outcome is known have failed, and how many those are.
pub(crate) fn failures(tally: &Tally, of: Of) -> (i64, i64) {
    let (client, server) = (tally.get(Outcome::ClientError), tally.get(Outcome::ServerError));
    let answered = tally.get(Outcome::Success).saturating_add(client).saturating_add(server);
    let failed = match of {
        Of::Server => server,
        Of::All => client.saturating_add(server),
    };

    (failed, answered)
}

fn share(part: i64, whole: i64) -> f64 {
    if whole > 0 { (real(part) / real(whole) * 10_000.0).round() / 10_000.0 } else { 0.0 }
}

fn unusual((direction, level): (&str, u8), requests: i64, baseline: Baseline, hour: i64) -> Verdict {
    let mut numbers = json!({"direction": direction, "requests": requests, "usual": baseline.median().round()});
    in_hour(&mut numbers, hour);

    Verdict::Fires { level, until: None, numbers }
}

/// Says in `numbers` which hour they are of.
fn in_hour(numbers: &mut Value, hour: i64) {
    let begin = Window::Hour.begin(hour);
    if let Some(members) = numbers.as_object_mut() {
        members.insert("hour".to_owned(), clock::seconds(begin).into());
    }
}

#[cfg(test)]
mod tests;
