#![expect(clippy::arithmetic_side_effects, reason = "tests count in small numbers")]

use proptest::prelude::*;

use super::*;
use crate::contract::alerts::{Kind, RuleChange};
use crate::contract::denial;
use crate::registry::alert::Watched;
use crate::registry::alert::tests::{Watcher, hour, id, minute, tally};
use crate::registry::usage::{LastUses, Outcome};

const LIMITED: Outcome = Outcome::Refused(denial::Kind::RateLimited);

fn holder() -> Holder {
    Holder { org: "acme".to_owned().try_into().unwrap(), key: id(1) }
}

/// The day of `hour(0)`, with this in some of its hours.
fn day<const N: usize>(hours: [(i64, Tally); N]) -> Day {
    let parts = hours.into_iter().map(|(hour, tally)| (Part::Hour(hour), tally)).collect();

    Day { number: Window::Day.number(hour(0)), parts, last: LastUses::default(), ceiling: None }
}

fn peaks(used: i64, now: Timestamp) -> Signs {
    let peaks = BTreeMap::from([((Window::Hour, Window::Hour.number(now)), (used, 100))]);

    Signs { peaks, ..Signs::default() }
}

#[test]
fn nothing_is_hinted_at_twice_but_what_is_worse_or_of_another_hour() {
    let mut lookout = Lookout::default();
    let mut see = |day: &Day, signs: Signs, now| lookout.see(&holder(), day, signs, now).is_some();
    let refused = day([(1, tally([(LIMITED, 10)]))]);
    assert!(see(&refused, Signs::default(), hour(1)));
    assert!(!see(&refused, Signs::default(), minute(90)));
    assert!(!see(&refused, Signs::default(), minute(130)), "it is known of the hour before");
    let again = day([(1, tally([(LIMITED, 10)])), (2, tally([(LIMITED, 10)]))]);
    assert!(see(&again, Signs::default(), minute(131)));
    assert!(!see(&again, Signs::default(), minute(179)));

    // A share that falls and rises again is no news until it is higher than it was.
    let failing = |failed: i64, succeeded: i64| {
        day([(5, tally([(Outcome::ServerError, failed), (Outcome::Success, succeeded)]))])
    };
    for (failed, succeeded, is_news) in
        [(1, 99, false), (10, 90, true), (10, 150, false), (12, 150, false), (30, 150, true), (30, 150, false)]
    {
        assert_eq!(see(&failing(failed, succeeded), Signs::default(), hour(5)), is_news, "{failed} {succeeded}");
    }
    let nothing = day([]);
    // What was used can be given back, and is news when it is used again.
    for (used, is_news) in [(50, true), (50, false), (52, true), (50, false), (51, true)] {
        assert_eq!(see(&nothing, peaks(used, hour(7)), hour(7)), is_news, "{used}");
    }
    assert!(see(&nothing, peaks(50, hour(8)), hour(8)));
}

#[test]
fn what_could_not_be_written_is_hinted_at_again() {
    let mut lookout = Lookout::default();
    let refused = day([(1, tally([(LIMITED, 10)]))]);
    let hint = lookout.see(&holder(), &refused, Signs::default(), hour(1)).unwrap();
    lookout.take_back(hint.clone());
    assert_eq!(lookout.see(&holder(), &refused, Signs::default(), hour(1)), Some(hint));
    // What only a request could tell, too, and once.
    let nothing = day([]);
    let signs = Signs { awake: Some(hour(-900)), ..peaks(90, hour(1)) };
    let hint = lookout.see(&holder(), &nothing, signs, hour(1)).unwrap();
    lookout.take_back(hint.clone());
    assert_eq!(lookout.see(&holder(), &nothing, Signs::default(), hour(1)), Some(hint));
    assert_eq!(lookout.see(&holder(), &nothing, Signs::default(), hour(1)), None);
}

#[test]
fn what_was_written_after_its_hour_is_hinted_at() {
    let mut lookout = Lookout::default();
    let refused = day([(1, tally([(LIMITED, 10)]))]);
    assert!(lookout.see(&holder(), &refused, Signs::default(), minute(121)).is_some());
    // Yesterday's last hour is in yesterday's day.
    let late = day([(23, tally([(LIMITED, 10)]))]);
    assert!(lookout.see(&holder(), &late, Signs::default(), minute(24 * 60 + 1)).is_some());
    assert!(lookout.see(&holder(), &late, Signs::default(), minute(25 * 60 + 1)).is_none());
}

#[test]
fn servers_errors_are_seen_behind_many_of_callers() {
    let mut lookout = Lookout::default();
    let of = |server: i64| {
        day([(3, tally([(Outcome::ClientError, 500), (Outcome::Success, 500), (Outcome::ServerError, server)]))])
    };
    assert!(lookout.see(&holder(), &of(0), Signs::default(), hour(3)).is_some());
    assert!(lookout.see(&holder(), &of(100), Signs::default(), hour(3)).is_some());
}

#[test]
fn a_busy_hour_is_hinted_at_until_somebody_says_what_is_unusual_and_then_what_is_unusual() {
    let mut lookout = Lookout::default();
    let mut see = |requests: i64, ceiling: Option<(i64, i64)>| {
        let day = Day { ceiling, ..day([(4, tally([(Outcome::Success, requests)]))]) };
        lookout.see(&holder(), &day, Signs::default(), hour(4)).is_some()
    };
    for (requests, ceiling, is_news) in [
        (199, None, false),
        (200, None, true),
        (250, None, false),
        (300, Some((4, 400)), false),
        (399, Some((4, 400)), false),
        (400, Some((4, 400)), true),
        (900, Some((4, 400)), false),
    ] {
        assert_eq!(see(requests, ceiling), is_news, "{requests} {ceiling:?}");
    }
}

#[test]
fn of_more_keys_than_are_remembered_the_others_are_hinted_at_again() {
    let mut lookout = Lookout::default();
    let refused = day([(1, tally([(LIMITED, 10)]))]);
    for number in 0..=4_096 {
        let holder = Holder { key: id(number), ..holder() };
        assert!(lookout.see(&holder, &refused, Signs::default(), hour(1)).is_some());
    }
    assert!(lookout.known.len() <= MAX);
}

fn outcomes() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        6 => Just(Outcome::Success),
        2 => Just(Outcome::ClientError),
        1 => Just(Outcome::ServerError),
        1 => Just(LIMITED),
        1 => Just(Outcome::Refused(denial::Kind::MissingScope)),
        1 => Just(Outcome::Refused(denial::Kind::ExpiredKey)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// When a rule says for the first time in an hour that there is reason for an alert, it is hinted at.
    #[test]
    fn nothing_that_a_rule_tells_of_is_overlooked(
        writes in prop::collection::vec((1_i64..12, outcomes(), 1_i64..60), 1..80),
        rate in 10_i32..300,
        of in prop_oneof![Just(Of::Server), Just(Of::All)],
    ) {
        let mut watcher = Watcher::of(&[Kind::LimitReached, Kind::ErrorsHigh, Kind::ActivityProbing]);
        let rate = Rate::try_from(f64::from(rate) / 1_000.0).unwrap();
        let change = RuleChange { rate: Some(rate), of: Some(of), ..RuleChange::default() };
        let rule = watcher.rules[&Kind::ErrorsHigh].with(&change);
        watcher.rules.insert(Kind::ErrorsHigh, rule);
        let (mut lookout, mut day) = (Lookout::default(), day([]));
        let mut fired = std::collections::BTreeSet::new();
        // From the second hour on: what was before midnight is not in the day.
        let mut now = 60;
        for (wait, outcome, requests) in writes {
            now += wait;
            let at = minute(now);
            watcher.count(at, [(outcome, requests)]);
            let part = Part::Hour(Window::Hour.number(at).rem_euclid(24));
            day.parts.entry(part).or_default().add(outcome, requests);
            let is_hinted = lookout.see(&holder(), &day, Signs::default(), at).is_some();
            // Of somebody who remembers nothing.
            watcher.watched = Watched::default();
            for (kind, numbers) in watcher.kinds(at) {
                let is_first = fired.insert((kind, numbers["hour"].to_string()));
                prop_assert!(!is_first || is_hinted, "{kind:?} {at} {day:?}");
            }
        }
    }
}
