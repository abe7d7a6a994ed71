#![expect(clippy::arithmetic_side_effects, reason = "tests count in small numbers")]

use proptest::prelude::*;

use super::*;
use crate::contract::leaks::Policy;
use crate::contract::secret::Digest;
use crate::registry::alert::tests::{hour, id, key, rules};
use crate::registry::key::{Predecessor, Previous, Status};
use crate::registry::leak::{Leak, Source};

const KINDS: [Kind; 3] = [Kind::KeyUnused, Kind::KeyExpiring, Kind::RotationLingering];

/// One look through `keys`, each with its last use: what is told. It is the same where the look is written down after each.
fn look(marks: &mut Marks, keys: &[(Key, Option<Timestamp>)], now: Timestamp) -> Vec<Telling> {
    let rules = rules(&KINDS);
    let mut slow = Slow::new(*marks, &rules, now);
    let asks = slow.asks_for_uses();
    for (key, used) in keys {
        slow.see(key, used.filter(|_| asks));
    }
    let mut parts = Slow::new(*marks, &rules, now).look();
    for (key, used) in keys {
        let mut slow = Slow::resumed(serde_json::from_value(json!(parts)).unwrap(), &rules);
        slow.see(key, used.filter(|_| asks));
        parts = slow.look();
    }
    assert_eq!(parts, slow.look());
    let (tellings, marked) = slow.end();
    assert!(marked.is_some() || tellings.is_empty(), "what is told is marked");
    *marks = marked.unwrap_or(*marks);

    tellings
}

fn days(days: i64) -> Timestamp {
    hour(days * 24)
}

#[test]
fn only_keys_that_were_there_all_the_time_and_work_are_unused() {
    let made = |days_ago: i64| Key { created_at: days(-days_ago), ..key(1) };
    for (key, used, told) in [
        (made(90), None, true),
        (made(89), None, false),
        (made(200), Some(days(-90)), true),
        (made(200), Some(days(-89)), false),
        (Key { status: Status::Inactive, ..made(200) }, None, false),
        (Key { expires_at: Some(days(-1)), ..made(200) }, None, false),
    ] {
        let tellings = look(&mut Marks::default(), &[(key.clone(), used)], days(0));
        let kinds: Vec<_> = tellings.iter().map(|telling| telling.kind).collect();
        assert_eq!(kinds == [Kind::KeyUnused], told, "{key:?} {used:?}: {kinds:?}");
    }
}

#[test]
fn unused_keys_are_told_of_once_a_week_and_looked_for_each_day() {
    let keys = [(Key { created_at: days(-90), ..key(1) }, None)];
    let mut marks = Marks::default();
    let told: Vec<_> = (0..(24 * 22)).filter(|later| !look(&mut marks, &keys, hour(*later)).is_empty()).collect();
    assert_eq!(told, [0, 7 * 24, 14 * 24, 21 * 24]);
    // One that becomes unused on the day after nobody was told of anything.
    let mut marks = Marks::default();
    let keys = [(Key { created_at: days(-89), ..key(1) }, None)];
    let told: Vec<_> = (0..72).filter(|later| !look(&mut marks, &keys, hour(*later)).is_empty()).collect();
    assert_eq!(told, [24]);
}

#[test]
fn a_message_counts_all_keys_and_names_fifty() {
    let keys: Vec<_> = (0..120).map(|number| (Key { created_at: days(-100), ..key(number) }, None)).collect();
    let tellings = look(&mut Marks::default(), &keys, days(0));
    let [Telling { kind: Kind::KeyUnused, turn: Turn::Opened, key: None, numbers }] = tellings.as_slice() else {
        panic!("{tellings:?}")
    };
    assert_eq!((&numbers["count"], &numbers["days"]), (&json!(120), &json!(90)));
    assert_eq!(numbers["keys"].as_array().unwrap().len(), 50);
    assert_eq!(numbers["keys"][0], json!({"keyId": id(0), "name": "server", "lastUsedAt": null}));
}

#[test]
fn an_old_secret_of_whose_time_a_day_is_left_is_looked_at() {
    let digest = key(1).digest;
    for (ends, is_near) in [(25, false), (24, true), (1, true), (0, false)] {
        let previous = Some(Previous { digest, until: hour(ends) });
        let key = Key { previous, predecessor: Some(Predecessor { digest, at: hour(-100) }), ..key(1) };
        let rules = rules(&KINDS);
        let mut slow = Slow::new(Marks::default(), &rules, hour(0));
        slow.see(&key, None);
        assert_eq!(slow.closer() == [key.id.clone()], is_near, "{ends}");
    }
}

proptest! {
    /// Each of the three lines before a key ends is told of exactly once, whenever anybody looks: at most an hour or so late
    /// for the last day, at most a day and a look late for the others.
    #[test]
    fn each_line_is_told_of_once_whenever_anybody_looks(
        ends in 0_i64..(30 * 24),
        waits in prop::collection::vec(prop_oneof![8 => 1_i64..3, 1 => 3_i64..40], 500),
    ) {
        let keys = [(Key { expires_at: Some(hour(16 * 24 + ends)), created_at: days(-1), ..key(1) }, None)];
        let ends = 16 * 24 + ends;
        let (mut marks, mut now) = (Marks::default(), 0);
        let mut told = Vec::new();
        let mut looks = vec![0];
        look(&mut marks, &keys, hour(0));
        for wait in waits {
            now += wait;
            looks.push(now);
            for telling in look(&mut marks, &keys, hour(now)) {
                told.push((now, telling.numbers["days"].as_i64().unwrap()));
            }
        }
        let last: Vec<_> = told.iter().filter(|(_, days)| *days == 1).collect();
        let earlier: Vec<_> = told.iter().filter(|(_, days)| *days == 14).collect();
        // The first look after the line, if the key still works then.
        let first = looks.iter().find(|look| **look >= ends - 24 && **look < ends);
        prop_assert_eq!(last.iter().map(|(at, _)| at).collect::<Vec<_>>(), first.into_iter().collect::<Vec<_>>());
        prop_assert!(earlier.len() == 2, "{:?}", told);
        for ((at, _), line) in earlier.iter().zip([14, 7]) {
            let late = at - (ends - line * 24);
            prop_assert!((0..24 + 2 * 40).contains(&late), "{late}: {told:?}");
        }
    }
}

#[test]
fn a_key_that_has_leaked_is_looked_at_as_long_as_that_secret_works() {
    let rules = rules(&[Kind::KeyExposed]);
    let key = key(1);
    let leaked = |digest| {
        let policy = Policy::Notify;
        let leak = Leak { digest, at: hour(0), source: Source::Report, place: None, policy, settled: false };
        Key { leak: Some(leak), ..key.clone() }
    };
    let other = Digest::try_from(vec![8; 32]).unwrap();
    for (key, is_seen) in [(key.clone(), false), (leaked(key.digest), true), (leaked(other), false)] {
        let mut slow = Slow::new(Marks::default(), &rules, hour(1));
        slow.see(&key, None);
        assert_eq!(slow.closer() == [key.id.clone()], is_seen, "{:?}", key.leak);
    }
}
