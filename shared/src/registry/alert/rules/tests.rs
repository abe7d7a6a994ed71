use super::*;
use crate::registry::alert::tests::{hour, key, rules, tally};
use crate::registry::key::{Predecessor, Previous};

fn rule(kind: Kind) -> Rule {
    rules(&[kind]).remove(&kind).unwrap()
}

fn evidence<'a>(key: &'a Key, hours: &'a Hours, now: Timestamp) -> Evidence<'a> {
    Evidence { now, key, hours, is_busy: true, peaks: &[], old_used: None, silent_since: None }
}

fn fires(kind: Kind, evidence: &Evidence<'_>) -> bool {
    matches!(evidence.judge(kind, &rule(kind), None), Verdict::Fires { .. })
}

/// So many successes in each hour before hour 0, as `requests` says.
fn past(requests: impl Fn(i64) -> i64) -> Hours {
    let mut hours = Hours::default();
    for before in -40 * 24..0 {
        hours.add(Window::Hour.number(hour(before)), &tally([(Outcome::Success, requests(before))]));
    }

    hours
}

#[test]
fn failures_count_when_they_are_certain_in_the_hour_and_with_the_one_before() {
    let failing = |(failed, succeeded): (i64, i64), (before, others): (i64, i64)| {
        let mut hours = Hours::default();
        for (at, failed, succeeded) in [(5, failed, succeeded), (4, before, others)] {
            let counts = [(Outcome::ServerError, failed), (Outcome::Success, succeeded)];
            hours.add(Window::Hour.number(hour(at)), &tally(counts));
        }
        fires(Kind::ErrorsHigh, &evidence(&key(1), &hours, hour(5)))
    };
    for (now, before, told) in [
        ((49, 0), (0, 0), false),
        ((50, 0), (0, 0), true),
        ((8, 42), (0, 0), true),
        ((5, 45), (0, 0), false),
        ((8, 42), (0, 1_000), false),
        ((8, 42), (30, 0), true),
        // The hour before by itself, which is looked at till this one is over.
        ((0, 1_000), (50, 50), true),
    ] {
        assert_eq!(failing(now, before), told, "{now:?} {before:?}");
    }
}

#[test]
fn refusals_are_told_beside_failures_and_are_no_part_of_their_share() {
    let mut hours = Hours::default();
    let [limited, lacking] = [denial::Kind::RateLimited, denial::Kind::MissingScope].map(Outcome::Refused);
    let counts = [(Outcome::ServerError, 25), (Outcome::Success, 25), (limited, 70), (lacking, 30)];
    hours.add(Window::Hour.number(hour(5)), &tally(counts));
    let verdict = evidence(&key(1), &hours, hour(5)).judge(Kind::ErrorsHigh, &rule(Kind::ErrorsHigh), None);
    let Verdict::Fires { numbers, .. } = verdict else { panic!("{verdict:?}") };
    assert_eq!((&numbers["failed"], &numbers["answered"], &numbers["rate"]), (&json!(25), &json!(50), &json!(0.5)));
    let by_reason = json!({"rate_limited": 70, "missing_scope": 30});
    assert_eq!((&numbers["refused"], &numbers["byReason"]), (&json!(100), &by_reason));
}

#[test]
fn verifications_and_refusals_are_no_answers() {
    let mut hours = Hours::default();
    let limited = Outcome::Refused(denial::Kind::RateLimited);
    let counts = [(Outcome::Verified, 500), (limited, 500), (Outcome::ServerError, 49), (Outcome::ClientError, 0)];
    hours.add(Window::Hour.number(hour(5)), &tally(counts));
    assert!(!fires(Kind::ErrorsHigh, &evidence(&key(1), &hours, hour(5))));
}

#[test]
fn a_quiet_weekend_is_no_drop_of_a_young_key_or_an_old_one() {
    // Hour 0 is that of a Monday.
    let weekday = |at: i64| if at.div_euclid(24).rem_euclid(7) < 5 { 1_000 } else { 20 };
    let hours = past(weekday);
    for days in [8, 13, 20, 27, 40] {
        let key = Key { created_at: hour(-days * 24), ..key(1) };
        for before in -24 * 4..0 {
            let evidence = evidence(&key, &hours, hour(before));
            let now = evidence.now.duration_since(key.created_at);
            // The running hour is judged by what there is so far, the last one as a whole.
            assert!(now < YOUNG || !fires(Kind::ActivityUnusual, &evidence), "{days} {before}");
        }
    }
    // A weekday without a request is one.
    let silent = past(|at| if at >= -2 * 24 - 14 { 0 } else { weekday(at) });
    for days in [12, 40] {
        let key = Key { created_at: hour(-days * 24), ..key(1) };
        assert!(fires(Kind::ActivityUnusual, &evidence(&key, &silent, hour(-2 * 24 - 12))), "{days}");
    }
}

#[test]
fn of_a_young_key_and_of_one_that_is_not_busy_nothing_is_unusual() {
    let mut hours = past(|_| 300);
    hours.add(Window::Hour.number(hour(0)), &tally([(Outcome::Success, 9_000)]));
    for (days, is_busy, told) in [(6, true, false), (8, true, true), (40, true, true), (40, false, false)] {
        let key = Key { created_at: hour(-days * 24), ..key(1) };
        let evidence = Evidence { is_busy, ..evidence(&key, &hours, hour(0)) };
        assert_eq!(fires(Kind::ActivityUnusual, &evidence), told, "{days} {is_busy}");
    }
}

#[test]
fn an_old_secret_lingers_in_the_last_day_or_in_the_last_half_of_its_time_if_it_was_used_of_late() {
    let digest = key(1).digest;
    for (whole, left, used_ago, told) in [
        (72, 25, 1, false),
        (72, 24, 1, true),
        (72, 24, 12, true),
        (72, 24, 13, false),
        (72, 1, 22, true),
        (72, 0, 1, false),
        // A day: people are changing over.
        (24, 23, 1, false),
        (24, 12, 1, true),
        (24, 12, 6, true),
        // Taken over in the first hours.
        (24, 12, 7, false),
        (24, 1, 10, true),
        (2, 2, 0, false),
        (2, 1, 0, true),
    ] {
        let previous = Some(Previous { digest, until: hour(left) });
        let predecessor = Some(Predecessor { digest, at: hour(left - whole) });
        let (key, hours) = (Key { previous, predecessor, ..key(1) }, Hours::default());
        let evidence = Evidence { old_used: Some(hour(-used_ago)), ..evidence(&key, &hours, hour(0)) };
        assert_eq!(fires(Kind::RotationLingering, &evidence), told, "{whole} {left} {used_ago}");
    }
}

#[test]
fn a_key_wakes_after_thirty_days() {
    let (key, hours) = (key(1), Hours::default());
    for (days, told) in [(29, false), (30, true)] {
        let evidence = Evidence { silent_since: Some(hour(-days * 24)), ..evidence(&key, &hours, hour(0)) };
        assert_eq!(fires(Kind::ActivityWoke, &evidence), told, "{days}");
    }
    assert!(!fires(Kind::ActivityWoke, &evidence(&key, &hours, hour(0))));
}
