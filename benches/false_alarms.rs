//! Whether alerts cry wolf: simulated keys over eight weeks, each minute of each, through the same rules as on AWS:
//! `cargo bench --bench false_alarms`. The same seed gives the same table.
//!
//! The first four weeks are for getting to know a key. What is told in the last four is counted, and so is what is told in
//! the first four of keys that are at least a week old. A key is looked at every five minutes and at every hour turn, which is
//! at least as often as it is on AWS.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use shared::contract::Contract;
use shared::contract::alerts::{Kind, Rule};
use shared::contract::denial;
use shared::contract::limit::Window;
use shared::contract::secret::Digest;
use shared::registry::alert::{Baseline, Change, Evidence, Hours, Settings, Turn, Watched};
use shared::registry::key::{Key, Status};
use shared::registry::usage::{Outcome, Peak, Tally};

type Failure = Box<dyn std::error::Error>;

const WEEKS: i64 = 8;
const HOURS: i64 = WEEKS * 7 * 24;
/// From here on a key is known.
const KNOWN: i64 = HOURS / 2;
/// From here on it is old enough for anything to be unusual.
const WEEK: i64 = 7 * 24;
/// When what is wrong begins: on the Tuesday of the sixth week, at ten.
const WRONG: i64 = 5 * WEEK + 24 + 10;
/// How often a key is looked at.
const EVERY: i64 = 5;
const SEED: u64 = 20_261_126;

/// A kind of traffic.
struct Traffic {
    name: &'static str,
    keys: u64,
    /// Limits: how many requests, for each window.
    limits: &'static [(Window, u32)],
    /// How many requests are to be expected in that minute of that hour, as people would say it.
    expected: fn(hour: i64, minute: i64) -> f64,
    /// Which shares of them fail: by the server, by callers.
    failing: fn(hour: i64, minute: i64) -> (f64, f64),
    /// The kinds of alert that are right, and between which hours.
    right: Vec<(Kind, i64, i64)>,
    /// Whether failures of callers count.
    is_all: bool,
}

/// `SplitMix64`, by Sebastiano Vigna: <https://prng.di.unimi.it/splitmix64.c>.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);

        mixed ^ (mixed >> 31)
    }

    /// From 0 to 1, of 32 bits.
    fn share(&mut self) -> f64 {
        f64::from(u32::try_from(self.next() >> 32).unwrap_or_default()) / 4_294_967_296.0
    }

    /// Poisson's distribution, by multiplication for small means, and by the normal one for large ones.
    fn poisson(&mut self, mean: f64) -> i64 {
        if mean > 60.0 {
            let (one, other) = (1.0 - self.share(), self.share());
            let normal = (-2.0 * one.ln()).sqrt() * (std::f64::consts::TAU * other).cos();
            return whole((normal * mean.sqrt() + mean + 0.5).max(0.0));
        }
        let (limit, mut product, mut count) = ((-mean).exp(), self.share(), 0);
        while product > limit {
            product *= self.share();
            count += 1;
        }

        count
    }

    /// How many of `all` something happens to that happens to this `share`.
    fn of(&mut self, all: i64, share: f64) -> i64 {
        if share <= 0.0 {
            return 0;
        }
        (0..all).map(|_| i64::from(self.share() < share)).sum()
    }
}

#[expect(clippy::as_conversions, clippy::cast_possible_truncation, reason = "a bench counts in small numbers")]
fn whole(number: f64) -> i64 {
    number.floor() as i64
}

const NONE: fn(i64, i64) -> (f64, f64) = |_, _| (0.0, 0.0);

/// As people work: much from eight to eighteen on weekdays, a tenth in the evening, and hardly anything at night and on weekends.
fn weekday(hour: i64, much: f64) -> f64 {
    let (day, of_day) = (hour.div_euclid(24).rem_euclid(7), hour.rem_euclid(24));
    let share = match (day, of_day) {
        (0..5, 8..18) => 1.0,
        (0..5, 6..8 | 18..22) => 0.1,
        _ => 0.01,
    };

    much * share / 60.0
}

fn growing(hour: i64, much: f64, a_week: f64) -> f64 {
    let weeks = f64::from(i32::try_from(hour).unwrap_or_default()) / f64::from(i32::try_from(WEEK).unwrap_or(1));

    much * a_week.powf(weeks) / 60.0
}

const HOURLY: &[(Window, u32)] = &[(Window::Minute, 100_000), (Window::Hour, 1_000_000)];

/// Until an alert that is right can be open: till it recovers, and its last two looks back.
const fn until(hours: i64) -> i64 {
    WRONG + hours + 4
}

#[expect(clippy::too_many_lines, reason = "a table")]
fn kinds_of_traffic() -> Vec<Traffic> {
    let plain = |name, keys, expected| Traffic {
        name,
        keys,
        limits: HOURLY,
        expected,
        failing: NONE,
        right: vec![],
        is_all: false,
    };

    vec![
        plain("steady, 2 an hour", 40, |_, _| 2.0 / 60.0),
        plain("steady, 50 an hour", 40, |_, _| 50.0 / 60.0),
        plain("steady, 300 an hour", 40, |_, _| 300.0 / 60.0),
        plain("steady, 5,000 an hour", 40, |_, _| 5_000.0 / 60.0),
        plain("weekdays, 400 an hour", 40, |hour, _| weekday(hour, 400.0)),
        plain("weekdays, 3,000 an hour", 40, |hour, _| weekday(hour, 3_000.0)),
        plain("once a week: 5,000 on Sundays at three", 40, |hour, _| {
            if hour.rem_euclid(WEEK) == 6 * 24 + 3 { 5_000.0 / 60.0 } else { 1.0 / 60.0 }
        }),
        Traffic {
            limits: &[(Window::Minute, 600)],
            ..plain(
                "bursts: 500 in a minute of each hour, of 600",
                40,
                |_, minute| {
                    if minute == 0 { 500.0 } else { 0.2 }
                },
            )
        },
        plain("growth, 5 % a week from 1,000 an hour", 40, |hour, _| growing(hour, 1_000.0, 1.05)),
        plain("growth, 20 % a week from 300 an hour", 40, |hour, _| growing(hour, 300.0, 1.2)),
        Traffic { failing: |_, _| (0.0, 0.03), ..plain("3 % of callers' errors, 300 an hour", 40, |_, _| 5.0) },
        Traffic {
            failing: |_, _| (0.0, 0.03),
            is_all: true,
            ..plain("the same, and callers' errors count", 40, |_, _| 5.0)
        },
        Traffic { failing: |_, _| (0.0, 0.03), is_all: true, ..plain("the same, 60 an hour", 40, |_, _| 1.0) },
        Traffic { failing: |_, _| (0.005, 0.0), ..plain("0.5 % of 5xx, 300 an hour", 40, |_, _| 5.0) },
        Traffic {
            right: vec![(Kind::ActivityUnusual, WRONG, HOURS)],
            ..plain(
                "launch: ten times 300 from the sixth week on",
                40,
                |hour, _| {
                    if hour >= WRONG { 50.0 } else { 5.0 }
                },
            )
        },
        Traffic {
            failing: |hour, minute| if hour == WRONG && minute < 40 { (0.5, 0.0) } else { (0.0, 0.0) },
            right: vec![(Kind::ErrorsHigh, WRONG, until(2))],
            ..plain("outage: half are 5xx for 40 minutes", 40, |_, _| 5.0)
        },
        Traffic {
            right: vec![(Kind::ActivityUnusual, WRONG, until(5))],
            ..plain("the caller is silent for 5 hours of 300", 40, |hour, _| {
                if (WRONG..WRONG + 5).contains(&hour) { 0.0 } else { 5.0 }
            })
        },
        Traffic {
            failing: |hour, _| if hour >= KNOWN && hour.rem_euclid(4) == 0 { (0.3, 0.0) } else { (0.0, 0.0) },
            right: vec![(Kind::ErrorsHigh, KNOWN, HOURS)],
            ..plain("flapping: 30 % 5xx, one hour in four", 40, |_, _| 5.0)
        },
        Traffic {
            limits: &[(Window::Hour, 1_000)],
            right: vec![
                (Kind::LimitApproaching, WRONG, until(4)),
                (Kind::LimitReached, WRONG, until(4)),
                (Kind::ActivityUnusual, WRONG, until(4)),
            ],
            ..plain("over its limit of 1,000 for 3 hours", 40, |hour, _| {
                if (WRONG..WRONG + 3).contains(&hour) { 25.0 } else { 5.0 }
            })
        },
    ]
}

/// What was told.
#[derive(Default)]
struct Told {
    /// Openings of keys that are known.
    known: BTreeMap<(Kind, bool), i64>,
    /// Openings of keys of one to four weeks.
    young: i64,
    /// Keys of which what is wrong was told.
    seen: u64,
}

fn main() -> Result<(), Failure> {
    let contract = Contract::load("fanfare")?;
    print_head();
    for (place, traffic) in (0..).zip(kinds_of_traffic()) {
        let mut told = Told::default();
        let mut settings = Settings::default();
        if traffic.is_all {
            let change: Change = serde_json::from_str(r#"{"kinds": {"errors.high": {"of": "all"}}}"#)?;
            let changed = settings.after(&change, &contract.alerts, true, Timestamp::UNIX_EPOCH);
            settings = changed.map_err(|wrong| format!("{wrong:?}"))?;
        }
        let rules = settings.enabled(&contract.alerts);
        for number in 0..traffic.keys {
            let mut random = Random(SEED ^ (place << 32) ^ number);
            live(&traffic, &rules, &mut random, &mut told)?;
        }
        print_row(&traffic, &told);
    }

    Ok(())
}

/// The life of one key.
fn live(traffic: &Traffic, rules: &BTreeMap<Kind, Rule>, random: &mut Random, told: &mut Told) -> Result<(), Failure> {
    // A Monday.
    let begin: Timestamp = "2030-01-07T00:00:00Z".parse()?;
    let key = key(begin)?;
    let (mut hours, mut watched) = (Hours::default(), Watched::default());
    let first = Window::Hour.number(begin);
    let mut used: BTreeMap<(Window, i64), i64> = BTreeMap::new();
    let mut peaks: BTreeMap<(Window, i64), Peak> = BTreeMap::new();
    let (mut in_hour, mut is_seen) = (0, false);
    let mut last_hour = 0;
    for minute in 0..HOURS * 60 {
        let (hour, of_hour) = (minute.div_euclid(60), minute.rem_euclid(60));
        let at = begin + SignedDuration::from_mins(minute);
        if of_hour == 0 {
            (last_hour, in_hour) = (in_hour, 0);
            used.retain(|(window, number), _| *number >= window.number(at));
        }
        let requests = random.poisson((traffic.expected)(hour, of_hour));
        let (let_in, refused) = count(traffic, requests, at, &mut used, &mut peaks);
        let (server, client) = (traffic.failing)(hour, of_hour);
        let server = random.of(let_in, server);
        let client = random.of(let_in - server, client);
        let mut tally = Tally::default();
        for (outcome, requests) in [
            (Outcome::Success, let_in - server - client),
            (Outcome::ServerError, server),
            (Outcome::ClientError, client),
            (Outcome::Refused(denial::Kind::RateLimited), refused),
        ] {
            if requests > 0 {
                tally.add(outcome, requests);
            }
        }
        hours.add(first + hour, &tally);
        in_hour += requests;
        // The end of an hour is the turn to the next one: the schedule comes by each minute.
        if (minute + 1) % EVERY != 0 && of_hour != 0 {
            continue;
        }
        let now = if of_hour == 0 { at + SignedDuration::from_secs(30) } else { at + SignedDuration::from_secs(59) };
        let near: Vec<_> = peaks.values().copied().collect();
        peaks.clear();
        let is_busy = watched.is_busy(now) || in_hour.max(last_hour) >= Baseline::LEAST;
        let evidence =
            Evidence { now, key: &key, hours: &hours, is_busy, peaks: &near, old_used: None, silent_since: None };
        for telling in watched.look(&evidence, rules, false) {
            let is_right =
                traffic.right.iter().any(|(kind, from, to)| *kind == telling.kind && (*from..*to).contains(&hour));
            match telling.turn {
                Turn::Opened if hour >= KNOWN => {
                    *told.known.entry((telling.kind, is_right)).or_default() += 1;
                    is_seen |= is_right;
                }
                Turn::Opened if !is_right => told.young += 1,
                Turn::Opened | Turn::Escalated | Turn::Recovered => (),
            }
        }
    }
    told.seen += u64::from(is_seen);

    Ok(())
}

/// Counts as the gate does: how many are let in, and how many are not because a limit is reached.
fn count(
    traffic: &Traffic,
    requests: i64,
    at: Timestamp,
    used: &mut BTreeMap<(Window, i64), i64>,
    peaks: &mut BTreeMap<(Window, i64), Peak>,
) -> (i64, i64) {
    let room = traffic.limits.iter().map(|(window, limit)| {
        i64::from(*limit) - used.get(&(*window, window.number(at))).copied().unwrap_or_default()
    });
    let let_in = requests.min(room.min().unwrap_or(requests));
    for (window, limit) in traffic.limits {
        let number = window.number(at);
        let count = used.entry((*window, number)).or_default();
        *count += let_in;
        let peak = Peak { window: *window, number, used: *count, limit: *limit };
        if peak.has(50) {
            peaks.insert((*window, number), peak);
        }
    }

    (let_in, requests - let_in)
}

fn key(made: Timestamp) -> Result<Key, Failure> {
    Ok(Key {
        id: "key_00000000000000000000000000".to_owned().try_into()?,
        org: "acme".to_owned().try_into()?,
        name: "simulated".to_owned().try_into()?,
        kind: None,
        scopes: ["read"].into_iter().collect(),
        status: Status::Active,
        expires_at: None,
        created_at: made,
        digest: Digest::from_hexadecimal(&"0".repeat(64)).ok_or("no digest")?,
        previous: None,
        predecessor: None,
        version: 1,
    })
}

#[expect(clippy::print_stdout, reason = "a bench is for people")]
fn print_head() {
    println!("Openings that are told, per 1,000 key-days. False, unless the kind stands in the last columns.\n");
    println!(
        "| traffic | key-days | limit. approaching | limit. reached | errors. high | activity. unusual | of young keys | true | keys told of |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
}

#[expect(clippy::print_stdout, reason = "a bench is for people")]
fn print_row(traffic: &Traffic, told: &Told) {
    let days = i64::try_from(traffic.keys).unwrap_or_default() * (HOURS - KNOWN) / 24;
    let young_days = i64::try_from(traffic.keys).unwrap_or_default() * (KNOWN - WEEK) / 24;
    let per = |count: i64, days: i64| {
        if count == 0 { "0".to_owned() } else { format!("{:.1}", real(count) * 1_000.0 / real(days)) }
    };
    let of = |kind, is_right| told.known.get(&(kind, is_right)).copied().unwrap_or_default();
    let kinds = [Kind::LimitApproaching, Kind::LimitReached, Kind::ErrorsHigh, Kind::ActivityUnusual];
    let wrong: Vec<_> = kinds.iter().map(|kind| per(of(*kind, false), days)).collect();
    let right: i64 = told.known.iter().filter(|((_, is_right), _)| *is_right).map(|(_, count)| count).sum();
    let seen = if traffic.right.is_empty() { String::new() } else { format!("{} of {}", told.seen, traffic.keys) };
    println!(
        "| {} | {days} | {} | {} | {} | {seen} |",
        traffic.name,
        wrong.join(" | "),
        per(told.young, young_days),
        if traffic.right.is_empty() { String::new() } else { per(right, days) },
    );
}

fn real(count: i64) -> f64 {
    f64::from(i32::try_from(count).unwrap_or(i32::MAX))
}
