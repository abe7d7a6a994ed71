#![expect(clippy::arithmetic_side_effects, reason = "tests count in small numbers")]

use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::contract::denial;
use crate::registry::alert::tests::{Watcher, hour, minute};
use crate::registry::usage::Outcome;

const LIMITED: Outcome = Outcome::Refused(denial::Kind::RateLimited);
const FIRES: [(Outcome, i64); 1] = [(LIMITED, 10)];

/// `used` of 100 in the window that `now` is in.
fn peak(window: Window, used: i64, now: Timestamp) -> Peak {
    Peak { window, number: window.number(now), used, limit: 100 }
}

/// A watcher of a kind that is open while an hour or the one before it has refusals.
fn reached() -> Watcher {
    Watcher::of(&[Kind::LimitReached])
}

#[test]
fn an_alert_opens_once_and_is_over_once() {
    let mut watcher = reached();
    assert_eq!(watcher.look(minute(0)), []);
    watcher.count(minute(0), FIRES);
    assert_eq!(watcher.look(minute(1)), [Turn::Opened]);
    for later in 2..120 {
        assert_eq!(watcher.look(minute(later)), [], "{later}");
    }
    assert_eq!(watcher.look(minute(120)), [Turn::Recovered]);
    for later in 121..200 {
        assert_eq!(watcher.look(minute(later)), [], "{later}");
    }
}

#[test]
fn within_six_hours_it_is_not_told_again_and_then_its_end_is_not_told_either() {
    for (again, told) in [(3, vec![]), (5, vec![]), (6, vec![Turn::Opened]), (7, vec![Turn::Opened])] {
        let mut watcher = reached();
        watcher.count(hour(0), FIRES);
        assert_eq!(watcher.look(hour(0)), [Turn::Opened]);
        assert_eq!(watcher.look(hour(2)), [Turn::Recovered]);
        watcher.count(hour(again), FIRES);
        assert_eq!(watcher.look(hour(again)), told, "{again}");
        let end = if told.is_empty() { vec![] } else { vec![Turn::Recovered] };
        assert_eq!(watcher.look(hour(again + 2)), end, "{again}");
    }
}

#[test]
fn what_stays_open_through_the_cool_down_is_told_when_that_is_over() {
    let mut watcher = reached();
    watcher.count(hour(0), FIRES);
    assert_eq!(watcher.look(hour(0)), [Turn::Opened]);
    assert_eq!(watcher.look(hour(2)), [Turn::Recovered]);
    let mut told = Vec::new();
    for later in 4..10 {
        watcher.count(hour(later), FIRES);
        told.extend(watcher.look_at(&[], hour(later)).into_iter().map(|(turn, numbers)| (later, turn, numbers)));
    }
    let [(6, Turn::Opened, numbers)] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(numbers["since"], "2030-06-17T04:00:00Z");
}

#[test]
fn what_is_still_open_is_told_again_each_day() {
    let mut watcher = reached();
    let mut told = Vec::new();
    for later in 0..72 {
        watcher.count(hour(later), FIRES);
        told.extend(watcher.look(hour(later)).into_iter().map(|turn| (later, turn)));
    }
    assert_eq!(told, [(0, Turn::Opened), (24, Turn::Opened), (48, Turn::Opened)]);
}

/// Looks at a key that has 300 requests an hour for four weeks, and then `requests`, hour by hour: what is told, and when.
fn after_four_weeks(hours: i64, requests: impl Fn(i64) -> i64) -> Vec<(i64, Turn, Value)> {
    let mut watcher = Watcher::of(&[Kind::ActivityUnusual]);
    for earlier in -5 * 7 * 24..0 {
        watcher.count(hour(earlier), [(Outcome::Success, 300)]);
    }
    let mut told = Vec::new();
    for now in 0..hours {
        watcher.count(hour(now), [(Outcome::Success, requests(now))]);
        let turns = watcher.look_at(&[], hour(now)).into_iter();
        told.extend(turns.map(|(turn, numbers)| (now, turn, numbers["direction"].clone())));
    }

    told
}

#[test]
fn a_spike_that_stays_is_told_once_until_it_is_what_is_usual() {
    let told = after_four_weeks(5 * 7 * 24, |_| 3_000);
    let [(0, Turn::Opened, _), (over, Turn::Recovered, _)] = told.as_slice() else { panic!("{told:?}") };
    assert!((14 * 24..22 * 24).contains(over), "{over}");
}

#[test]
fn a_drop_after_a_spike_is_worse_and_a_spike_after_a_drop_is_news_a_day_later() {
    let told = after_four_weeks(100, |now| if (10..14).contains(&now) { 0 } else { 3_000 });
    let [spike, drop] = [json!("spike"), json!("drop")];
    let expected = [(0, Turn::Opened, spike.clone()), (11, Turn::Escalated, drop), (24, Turn::Opened, spike)];
    assert_eq!(told, expected);
}

#[test]
fn what_gets_worse_is_told_of_once_for_each_threshold() {
    let mut watcher = Watcher::of(&[Kind::LimitApproaching]);
    let told: Vec<_> =
        (70..=100).flat_map(|used| watcher.turns(&[peak(Window::Hour, used, minute(5))], minute(5))).collect();
    assert_eq!(told, [Turn::Opened, Turn::Escalated]);
}

#[test]
fn the_third_opening_of_a_day_says_so_and_then_it_is_told_once_a_day() {
    let mut watcher = reached();
    let mut told = Vec::new();
    // Every three hours, for three days.
    for later in 0..72 {
        if later % 3 == 0 {
            watcher.count(hour(later), FIRES);
        }
        for (turn, numbers) in watcher.look_at(&[], hour(later)) {
            told.push((later, turn, numbers["openingsInADay"].clone()));
        }
    }
    let openings = [
        (0, Turn::Opened, json!(null)),
        (2, Turn::Recovered, json!(null)),
        // Three: in the cool-down, and told all the same.
        (6, Turn::Opened, json!(3)),
        (30, Turn::Opened, json!(8)),
        (54, Turn::Opened, json!(8)),
    ];
    assert_eq!(told, openings);
}

#[test]
fn what_opens_every_eight_hours_is_told_once_a_day_too() {
    let mut watcher = reached();
    let mut told = 0;
    for later in 0..(24 * 10) {
        if later % 8 == 0 {
            watcher.count(hour(later), FIRES);
        }
        told += watcher.look(hour(later)).iter().filter(|turn| **turn == Turn::Opened).count();
    }
    assert!(told <= 2 + 10, "{told}");
}

#[test]
fn a_muted_key_tells_nothing_and_what_is_open_then_is_told_when_it_ends() {
    let mut watcher = reached();
    watcher.is_muted = true;
    for later in 0..5 {
        watcher.count(hour(later), FIRES);
        assert_eq!(watcher.look(hour(later)), []);
    }
    assert_eq!(watcher.watched.open().count(), 0, "nobody was told");
    watcher.is_muted = false;
    assert_eq!(watcher.look(hour(5)), [Turn::Opened]);
    // What was told is not told to be over while it is muted.
    watcher.is_muted = true;
    assert_eq!(watcher.look(hour(9)), []);
    watcher.is_muted = false;
    assert_eq!(watcher.look(hour(10)), []);
}

#[test]
fn an_alert_about_a_window_is_over_with_it() {
    let mut watcher = Watcher::of(&[Kind::LimitApproaching]);
    let used = peak(Window::Hour, 80, minute(5));
    assert_eq!(watcher.turns(&[used], minute(5)), [Turn::Opened]);
    assert_eq!(watcher.look(minute(59)), []);
    assert_eq!(watcher.look(minute(60)), [Turn::Recovered]);
    // What some process writes late opens nothing twice.
    for late in [61, 62, 64, 65, 66, 90] {
        assert_eq!(watcher.turns(&[Peak { used: 99, ..used }], minute(late)), [], "{late}");
    }
    let next = peak(Window::Hour, 80, minute(70));
    assert_eq!(watcher.turns(&[next], minute(70)), [Turn::Opened]);
    assert_eq!(watcher.turns(&[Peak { used: 99, ..used }], minute(71)), []);
}

#[test]
fn what_was_given_back_is_news_when_it_is_used_again_in_the_same_window() {
    for window in [Window::Hour, Window::Day, Window::Month] {
        let mut watcher = Watcher::of(&[Kind::LimitApproaching]);
        assert_eq!(watcher.turns(&[peak(window, 96, minute(5))], minute(5)), [Turn::Opened]);
        watcher.watched.give_back(minute(6));
        assert_eq!(watcher.watched.open().count(), 0);
        assert_eq!(watcher.turns(&[peak(window, 79, minute(7))], minute(7)), []);
        assert_eq!(watcher.turns(&[peak(window, 80, minute(8))], minute(8)), [Turn::Opened]);
        assert_eq!(watcher.turns(&[peak(window, 81, minute(9))], minute(9)), []);
        assert_eq!(watcher.turns(&[peak(window, 95, minute(10))], minute(10)), [Turn::Escalated]);
    }
}

#[test]
fn giving_back_opens_nothing_about_a_window_that_is_over() {
    let mut watcher = Watcher::of(&[Kind::LimitApproaching]);
    let used = peak(Window::Hour, 80, minute(58));
    assert_eq!(watcher.turns(&[used], minute(58)), [Turn::Opened]);
    watcher.watched.give_back(minute(60));
    assert_eq!(watcher.look(minute(61)), [Turn::Recovered]);
    watcher.watched.give_back(minute(62));
    assert_eq!(watcher.turns(&[Peak { used: 99, ..used }], minute(63)), []);
}

#[test]
fn a_window_that_is_over_opens_nothing_though_its_minutes_do() {
    let mut watcher = Watcher::of(&[Kind::LimitApproaching]);
    let minutes: Vec<_> = [50, 55, 58].map(|at| peak(Window::Minute, 90, minute(at))).to_vec();
    let used = peak(Window::Hour, 80, minute(58));
    assert_eq!(watcher.turns(&[minutes.as_slice(), &[used]].concat(), minute(58)), [Turn::Opened]);
    // The three minutes are still of the last hour: another opening, within the cool-down.
    assert_eq!(watcher.look(minute(61)), []);
    assert_eq!(watcher.turns(&[used], minute(62)), []);
    assert_eq!(watcher.turns(&[Peak { used: 99, ..used }], minute(63)), []);
}

#[test]
fn a_longer_window_is_news_and_a_shorter_one_within_it_is_not() {
    let mut watcher = Watcher::of(&[Kind::LimitApproaching]);
    assert_eq!(watcher.turns(&[peak(Window::Hour, 80, hour(9))], hour(9)), [Turn::Opened]);
    assert_eq!(watcher.turns(&[peak(Window::Day, 80, hour(9))], hour(9)), [Turn::Opened]);
    assert_eq!(watcher.turns(&[peak(Window::Hour, 96, hour(11))], hour(11)), []);
    // The day's own second threshold is told, whatever hours have passed.
    assert_eq!(watcher.turns(&[peak(Window::Day, 95, hour(12))], hour(12)), [Turn::Escalated]);
    assert_eq!(watcher.look(hour(23)), []);
    assert_eq!(watcher.look(hour(24)), [Turn::Recovered]);
}

#[test]
fn a_week_and_a_month_are_told_each_by_itself_however_they_overlap() {
    let mut watcher = Watcher::of(&[Kind::LimitApproaching]);
    // From the Monday before the first of August, a Thursday, to the Monday after it.
    let monday = 42 * 24;
    let mut told = Vec::new();
    for later in 0..=7 * 24 {
        let now = hour(monday + later);
        let peaks = match later {
            1 => vec![peak(Window::Week, 81, now)],
            24 => vec![peak(Window::Month, 81, now)],
            25 => vec![peak(Window::Week, 90, now), peak(Window::Month, 96, now), peak(Window::Hour, 80, now)],
            50 => vec![peak(Window::Week, 97, now), peak(Window::Month, 99, now)],
            // Written late: of the month that is over.
            73 => vec![Peak { number: Window::Month.number(now) - 1, ..peak(Window::Month, 99, now) }],
            _ => Vec::new(),
        };
        let turns = watcher.look_at(&peaks, now).into_iter();
        told.extend(turns.map(|(turn, numbers)| (later, turn, numbers["window"].clone())));
    }
    let [hourly, week, month] = [json!("hour"), json!("week"), json!("month")];
    let expected = [
        (1, Turn::Opened, week.clone()),
        (24, Turn::Opened, month.clone()),
        (25, Turn::Opened, hourly),
        (25, Turn::Escalated, month),
        (26, Turn::Recovered, json!(null)),
        (50, Turn::Escalated, week),
        (72, Turn::Recovered, json!(null)),
        (7 * 24, Turn::Recovered, json!(null)),
    ];
    assert_eq!(told, expected);
    assert_eq!(watcher.watched.open().count(), 0);
}

#[test]
fn three_minutes_of_an_hour_are_near_their_limit_or_nobody_is_told() {
    let mut watcher = Watcher::of(&[Kind::LimitApproaching]);
    for (at, told) in [(0, 0), (30, 0), (60, 0), (90, 0), (91, 1), (92, 0)] {
        let turns = watcher.turns(&[peak(Window::Minute, 80, minute(at))], minute(at));
        assert_eq!(turns.len(), told, "{at}");
    }
    assert_eq!(watcher.look(minute(151)), []);
    assert_eq!(watcher.look(minute(152)), [Turn::Recovered]);
}

#[test]
fn what_nobody_wants_to_hear_of_any_more_is_over_without_a_word() {
    let mut watcher = reached();
    watcher.count(hour(0), FIRES);
    assert_eq!(watcher.look(hour(0)), [Turn::Opened]);
    let rules = std::mem::take(&mut watcher.rules);
    assert_eq!(watcher.look(hour(0)), []);
    watcher.rules = rules;
    assert_eq!(watcher.look(hour(1)), [Turn::Opened]);
}

#[test]
fn a_key_of_which_nothing_is_to_be_remembered_is_forgotten_after_a_day() {
    let mut watcher = reached();
    watcher.count(hour(0), FIRES);
    watcher.look(hour(0));
    assert!(!watcher.watched.is_idle(hour(0)));
    watcher.look(hour(2));
    assert!(!watcher.watched.is_idle(hour(23)) && watcher.watched.is_idle(hour(24)));
    // A busy one after a fortnight: till then its silence would be news.
    watcher.count(hour(30), [(Outcome::Success, 200)]);
    watcher.look(hour(30));
    assert!(watcher.watched.is_busy(hour(30 + 14 * 24)) && !watcher.watched.is_idle(hour(30 + 14 * 24)));
    assert!(watcher.watched.is_idle(hour(30 + 15 * 24)));
}

proptest! {
    /// Whatever happens and whenever anybody looks: between two openings that are told there are six hours, unless the second
    /// one says that it keeps opening; nothing is told to be over that was not told to be open; and in a day it is told to be open
    /// four times at most.
    #[test]
    fn people_are_told_little(busy in prop::collection::vec(any::<bool>(), 24 * 6), looks in prop::collection::vec(1_i64..90, 300)) {
        let mut watcher = reached();
        for (later, _) in (0..).zip(&busy).filter(|(_, is_busy)| **is_busy) {
            watcher.count(hour(later), FIRES);
        }
        let (mut now, mut told, mut open) = (0, Vec::<(i64, Turn)>::new(), false);
        let mut last = None;
        for look in looks {
            now += look;
            for (turn, numbers) in watcher.look_at(&[], minute(now)) {
                match turn {
                    Turn::Opened => {
                        let flaps = numbers.get("openingsInADay").is_some();
                        prop_assert!(flaps || last.is_none_or(|last| now - last >= 6 * 60));
                        last = Some(now);
                        open = true;
                    }
                    Turn::Recovered => {
                        prop_assert!(open);
                        open = false;
                    }
                    Turn::Escalated => prop_assert!(false),
                }
                told.push((now, turn));
            }
        }
        let openings: Vec<_> = told.iter().filter(|(_, turn)| *turn == Turn::Opened).map(|(at, _)| *at).collect();
        for at in &openings {
            let day = openings.iter().filter(|other| (*at..at + 24 * 60).contains(*other)).count();
            prop_assert!(day <= 4, "{day}: {told:?}");
        }
    }
}
