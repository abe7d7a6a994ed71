//! Whether alerts cry wolf: simulated keys over eight weeks, each minute of each, through the same rules as on AWS:
//! `cargo bench -p shared --bench false_alarms`. The same seed gives the same table.
//!
//! The first four weeks are for getting to know a key. What is told in the last four is counted, and so is what is told in
//! the first four of keys that are at least a week old. A key is looked at every five minutes and at every hour turn, which is
//! at least as often as it is on AWS.
//!
//! Unused and expiring keys are not among it: they are told of in one message a day or a week, by dates alone.

mod traffic;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use shared::contract::Contract;
use shared::contract::alerts::{Kind, Rule};
use shared::contract::denial;
use shared::contract::limit::Window;
use shared::contract::secret::Digest;
use shared::registry::alert::{Baseline, Change, Evidence, Hours, Settings, Turn, Watched};
use shared::registry::key::{Key, OwnLimits, Predecessor, Previous, Status};
use shared::registry::usage::{Outcome, Peak, Tally};

use self::traffic::{Rotation, Traffic, kinds_of_traffic};

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
    let mut recent = Uses { last: begin, silent_since: None, old: None };
    let rotated = traffic.rotation.map(|rotation| key_with(&key, begin, rotation)).transpose()?;
    for minute in 0..HOURS * 60 {
        let (hour, of_hour) = (minute.div_euclid(60), minute.rem_euclid(60));
        let at = begin + SignedDuration::from_mins(minute);
        if of_hour == 0 {
            (last_hour, in_hour) = (in_hour, 0);
            used.retain(|(window, number), _| *number >= window.number(at));
        }
        let requests = random.poisson((traffic.expected)(hour, of_hour));
        let (let_in, refused) = count(traffic, requests, at, &mut used, &mut peaks);
        recent.note(traffic, let_in, hour, at);
        let tally = outcomes(traffic, (let_in, refused), minute, random);
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
        let key = rotated.as_ref().filter(|_| hour >= WRONG).unwrap_or(&key);
        let silent_since = recent.silent_since.take();
        let evidence = Evidence { now, key, hours: &hours, is_busy, peaks: &near, old_used: recent.old, silent_since };
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

/// What became of the requests of `minute`, as many as were let in and as were not.
fn outcomes(traffic: &Traffic, (let_in, refused): (i64, i64), minute: i64, random: &mut Random) -> Tally {
    let (server, client) = (traffic.failing)(minute.div_euclid(60), minute.rem_euclid(60));
    let lacking = random.of(let_in, traffic.lacking);
    let answered = let_in - lacking;
    let server = random.of(answered, server);
    let client = random.of(answered - server, client);
    let mut tally = Tally::default();
    for (outcome, requests) in [
        (Outcome::Success, answered - server - client),
        (Outcome::ServerError, server),
        (Outcome::ClientError, client),
        (Outcome::Refused(denial::Kind::RateLimited), refused),
        (Outcome::Refused(denial::Kind::MissingScope), lacking),
    ] {
        if requests > 0 {
            tally.add(outcome, requests);
        }
    }

    tally
}

/// When a key was used.
struct Uses {
    last: Timestamp,
    /// Since when it had not been, if that was for long and nobody has looked since.
    silent_since: Option<Timestamp>,
    /// When its old secret was last used.
    old: Option<Timestamp>,
}

impl Uses {
    fn note(&mut self, traffic: &Traffic, requests: i64, hour: i64, at: Timestamp) {
        if requests == 0 {
            return;
        }
        // The rule says how long is long. Less than a day is not worth the look.
        if at.duration_since(self.last) >= SignedDuration::from_hours(24) {
            self.silent_since = Some(self.last);
        }
        self.last = at;
        if traffic.rotation.is_some_and(|Rotation { used, .. }| (WRONG..WRONG + used).contains(&hour)) {
            self.old = Some(at);
        }
    }
}

/// `key`, made at `begin`, after this `rotation`.
fn key_with(key: &Key, begin: Timestamp, rotation: Rotation) -> Result<Key, Failure> {
    let at = begin + SignedDuration::from_hours(WRONG);
    let digest = Digest::from_hexadecimal(&"1".repeat(64)).ok_or("no digest")?;
    let previous = Some(Previous { digest, until: at + SignedDuration::from_hours(rotation.overlap) });

    Ok(Key { previous, predecessor: Some(Predecessor { digest, at }), ..key.clone() })
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
        external_id: None,
        metadata: shared::registry::metadata::Metadata::default(),
        kind: None,
        scopes: ["read"].into_iter().collect(),
        limits: OwnLimits::default(),
        addresses: shared::registry::addresses::Addresses::default(),
        status: Status::Active,
        expires_at: None,
        created_at: made,
        digest: Digest::from_hexadecimal(&"0".repeat(64)).ok_or("no digest")?,
        hint: None,
        previous: None,
        predecessor: None,
        cycle: None,
        leak: None,
        version: 1,
    })
}

#[expect(clippy::print_stdout, reason = "a bench is for people")]
fn print_head() {
    println!("Openings that are told, per 1,000 key-days. False, unless the kind stands in the last columns.\n");
    println!(
        "| traffic | key-days | limit. approaching | limit. reached | errors. high | activity. unusual | activity. woke | activity. probing | rotation. lingering | of young keys | true | keys told of |"
    );
    println!("| --- |{}", " ---: |".repeat(11));
}

#[expect(clippy::print_stdout, reason = "a bench is for people")]
fn print_row(traffic: &Traffic, told: &Told) {
    let days = i64::try_from(traffic.keys).unwrap_or_default() * (HOURS - KNOWN) / 24;
    let young_days = i64::try_from(traffic.keys).unwrap_or_default() * (KNOWN - WEEK) / 24;
    let per = |count: i64, days: i64| {
        if count == 0 { "0".to_owned() } else { format!("{:.1}", real(count) * 1_000.0 / real(days)) }
    };
    let of = |kind, is_right| told.known.get(&(kind, is_right)).copied().unwrap_or_default();
    let kinds = [
        Kind::LimitApproaching,
        Kind::LimitReached,
        Kind::ErrorsHigh,
        Kind::ActivityUnusual,
        Kind::ActivityWoke,
        Kind::ActivityProbing,
        Kind::RotationLingering,
    ];
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
