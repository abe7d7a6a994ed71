//! The kinds of traffic that are simulated.

use shared::contract::alerts::Kind;
use shared::contract::limit::Window;

use super::{HOURS, KNOWN, WEEK, WRONG};

/// A kind of traffic.
pub(super) struct Traffic {
    pub(super) name: &'static str,
    pub(super) keys: u64,
    /// Limits: how many requests, for each window.
    pub(super) limits: &'static [(Window, u32)],
    /// How many requests are to be expected in that minute of that hour, as people would say it.
    pub(super) expected: fn(hour: i64, minute: i64) -> f64,
    /// Which shares of them fail: by the server, by callers.
    pub(super) failing: fn(hour: i64, minute: i64) -> (f64, f64),
    /// Which share of them is refused because the key lacks a scope.
    pub(super) lacking: f64,
    /// For how long of which hours the key's old secret works beside the new one, and until when somebody uses it.
    pub(super) rotation: Option<Rotation>,
    /// The kinds of alert that are right, and between which hours.
    pub(super) right: Vec<(Kind, i64, i64)>,
    /// Whether failures of callers count.
    pub(super) is_all: bool,
}

/// A new secret for a key, at [`WRONG`].
#[derive(Clone, Copy)]
pub(super) struct Rotation {
    /// For how many hours the old one works.
    pub(super) overlap: i64,
    /// For how many hours somebody uses it.
    pub(super) used: i64,
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
pub(super) fn kinds_of_traffic() -> Vec<Traffic> {
    let plain = |name, keys, expected| Traffic {
        name,
        keys,
        limits: HOURLY,
        expected,
        failing: NONE,
        lacking: 0.0,
        rotation: None,
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
        plain("a job every two weeks: 50 requests", 40, |hour, _| job(hour, 14)),
        plain("a job every 31 days: 50 requests", 40, |hour, _| job(hour, 31)),
        Traffic {
            right: vec![(Kind::ActivityWoke, WRONG, until(1))],
            ..plain("forgotten for five weeks, and then found", 40, |hour, _| {
                if hour < 24 || (WRONG..WRONG + 2).contains(&hour) { 0.5 } else { 0.0 }
            })
        },
        Traffic { lacking: 0.01, ..plain("1 % lack a scope, 300 an hour", 40, |_, _| 5.0) },
        Traffic { lacking: 0.03, ..plain("3 % lack a scope, 300 an hour", 40, |_, _| 5.0) },
        Traffic { lacking: 0.001, ..plain("0.1 % lack a scope, 5,000 an hour", 40, |_, _| 5_000.0 / 60.0) },
        Traffic {
            lacking: 1.0,
            // It was never used before.
            right: vec![(Kind::ActivityProbing, WRONG, until(3)), (Kind::ActivityWoke, WRONG, until(3))],
            ..plain("tried for 3 hours for what it may not do", 40, |hour, _| {
                if (WRONG..WRONG + 3).contains(&hour) { 1.0 } else { 0.0 }
            })
        },
        Traffic {
            rotation: Some(Rotation { overlap: 24, used: 5 }),
            ..plain("a new secret, taken over in 5 hours of 24", 40, |_, _| 5.0)
        },
        Traffic {
            rotation: Some(Rotation { overlap: 24, used: 11 }),
            ..plain("a new secret, taken over in 11 hours of 24", 40, |_, _| 5.0)
        },
        Traffic {
            rotation: Some(Rotation { overlap: 7 * 24, used: 3 * 24 }),
            ..plain("a new secret, taken over in 3 days of 7", 40, |_, _| 5.0)
        },
        Traffic {
            rotation: Some(Rotation { overlap: 7 * 24, used: 7 * 24 }),
            right: vec![(Kind::RotationLingering, WRONG, until(7 * 24))],
            ..plain("a new secret that nobody takes over in 7 days", 40, |_, _| 5.0)
        },
    ]
}

/// Fifty requests at three in the morning of each so many days, and none in between.
const fn job(hour: i64, days: i64) -> f64 {
    if hour.rem_euclid(days * 24) == 3 { 50.0 / 60.0 } else { 0.0 }
}
