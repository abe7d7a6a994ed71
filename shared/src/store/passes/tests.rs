//! The condition that DynamoDB judges by and [`judge`] are one rule: both are asked about all kinds of passes.

#![expect(clippy::arithmetic_side_effects, reason = "tests count in small numbers")]

use aws_sdk_dynamodb::types::ScalarAttributeType;
use dynamodb::{Committed, Transaction};
use proptest::prelude::*;
use proptest::test_runner::{Config as Runs, TestRunner};
use tokio::runtime::Runtime;

use std::collections::HashMap;

use super::expressions::{count_name, terms};
use super::*;
use crate::contract::key_format::Format;
use crate::contract::limit::{Limit, Limits, Window};
use crate::registry::pass::{Counts, Standing, Terms, judge};
use crate::store::{Attributes, database};

const TABLE: &str = "Counters";

/// A database of its own, with an empty counters table.
async fn passes() -> Passes {
    let client = database::with_table(TABLE, &[("digest", ScalarAttributeType::B)]).await;

    Passes::new(client, TABLE.to_owned(), &contract())
}

fn contract() -> Contract {
    let text = include_str!("../../../../contracts/fayne.toml");
    let text = text.replace(r#"windows = ["minute"]"#, r#"windows = ["minute", "hour", "day", "week", "month"]"#);
    Contract::read("contracts/test.toml", &text).unwrap()
}

fn digest() -> Digest {
    let format = Format { prefix: "x".to_owned(), alphabet: crate::contract::key_format::Alphabet::Hex, length: 32 };
    format.parse(b"x00000000000000000000000000000000").unwrap().digest()
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap()
}

/// Near an edge of all windows, so that the edges are met often. It is the first of April, a Monday.
const EDGE: i64 = 1_901_232_000_000;

prop_compose! {
    fn instants()(
        edge in prop_oneof![Just(0), Just(60_000), Just(3_600_000), Just(86_400_000), Just(7 * 86_400_000), Just(30 * 86_400_000_i64)],
        off in -2..=2_i64,
    ) -> Timestamp {
        at(EDGE + edge + off)
    }
}

prop_compose! {
    fn limits()(requests in prop::collection::vec(prop::option::of(1..4_u32), Window::ALL.len())) -> Limits {
        let limits = Window::ALL.into_iter().zip(requests);
        let limits = limits.filter_map(|(per, requests)| Some(Limit { requests: requests?.try_into().unwrap(), per }));
        Limits::try_from(limits.collect::<Vec<_>>()).unwrap()
    }
}

prop_compose! {
    fn counts(now: Timestamp)(counts in prop::collection::vec((0..Window::ALL.len(), 0..=1_i64, 0..5_i64), 0..9)) -> Counts {
        let mut all = Counts::default();
        for (window, back, count) in counts {
            all.set(Window::ALL[window], Window::ALL[window].number(now) - back, count);
        }
        all
    }
}

prop_compose! {
    fn cases()(now in instants())(
        standing in prop_oneof![3 => Just(Standing::Open), 1 => prop::sample::select(Standing::ALL.to_vec())],
        expires_at in prop::option::of(instants()),
        until in prop_oneof![2 => Just(at(i64::MAX / 1_000_000)), 1 => instants()],
        edition in prop_oneof![4 => Just(true), 1 => Just(false)],
        scopes in prop::collection::vec("[a-z]{1,8}", 0..3),
        kind in prop::option::of("[a-z]{1,8}"),
        limits in limits(),
        counts in counts(now),
        last_used_at in prop::option::of(instants()),
        now in Just(now),
    ) -> (Pass, Timestamp) {
        let terms = Terms {
            org: "acme".to_owned().try_into().unwrap(),
            key: "key_00000000000000000000000000".to_owned().try_into().unwrap(),
            kind,
            standing,
            expires_at,
            scopes: scopes.into_iter().collect(),
            limits,
            until,
            edition: if edition { contract().edition } else { "another".to_owned() },
        };
        (Pass { terms, counts, last_used_at }, now)
    }
}

impl Passes {
    /// Puts `pass` in place of what is there.
    async fn put(&self, pass: &Pass, now: Timestamp) {
        let mut item: Attributes =
            terms(&pass.terms, OLD, now).into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        item.insert("digest".to_owned(), bytes(*digest().as_bytes()));
        item.extend(pass.last_used_at.map(|at| ("used".to_owned(), number(at.as_millisecond()))));
        item.extend(pass.counts.iter().map(|(window, of, count)| (count_name(window, of), number(count))));
        self.client.put_item().table_name(&self.table).set_item(Some(item)).send().await.unwrap();
    }
}

const OLD: Versions = Versions { key: 1, org: 1 };

#[test]
fn a_stamp_admits_whom_the_judgement_does_whatever_was_counted_meanwhile() {
    let runtime = Runtime::new().unwrap();
    let passes = runtime.block_on(passes());
    let windows = contract().windows;
    let mut runner = TestRunner::new(Runs { cases: 500, failure_persistence: None, ..Runs::default() });
    let agree = |(there, now): (Pass, Timestamp), mut seen: Pass| {
        seen.terms.standing = Standing::Open;
        seen.terms.expires_at = None;
        let stamped = runtime.block_on(async {
            passes.put(&there, now).await;
            // The pass as seen may be long out of date; the stamp brings only its terms.
            passes.stamp(&digest(), &seen, None, true, Versions { key: 2, org: 2 }, now).await.unwrap()
        });
        let mut expected = Pass { terms: seen.terms.clone(), ..there };
        let admitted = judge(&expected, now);
        prop_assert_eq!(stamped.is_some(), admitted.is_ok());
        if let Some(stamped) = stamped {
            expected.count(&windows, now);
            prop_assert_eq!(stamped, expected);
        }
        Ok(())
    };
    runner.run(&(cases(), cases()), |(there, (seen, _))| agree(there, seen)).unwrap();
}

/// One request a minute.
fn one_a_minute() -> Terms {
    let limit = Limit { requests: 1.try_into().unwrap(), per: Window::Minute };
    Terms {
        org: "acme".to_owned().try_into().unwrap(),
        key: "key_00000000000000000000000000".to_owned().try_into().unwrap(),
        kind: None,
        standing: Standing::Open,
        expires_at: None,
        scopes: crate::contract::scope::Scopes::default(),
        limits: vec![limit].try_into().unwrap(),
        until: at(EDGE),
        edition: contract().edition,
    }
}

#[tokio::test]
async fn a_stamp_does_not_get_over_a_fence() {
    let passes = passes().await;
    let pass = Pass { terms: one_a_minute(), counts: Counts::default(), last_used_at: None };
    for (admits, versions, written) in [
        (false, Versions { key: 2, org: 2 }, true),
        (true, Versions { key: 1, org: 2 }, false),
        (false, Versions { key: 2, org: 1 }, false),
        (false, Versions { key: 3, org: 1 }, false),
        (true, Versions { key: 2, org: 2 }, true),
        (true, Versions { key: 3, org: 3 }, false),
        (false, Versions { key: 3, org: 3 }, true),
    ] {
        let stamped = passes.stamp(&digest(), &pass, None, admits, versions, at(EDGE)).await.unwrap();
        assert_eq!(stamped.is_some(), written, "{admits} {versions:?}");
    }
}

#[test]
fn dynamodb_and_the_judgement_always_agree() {
    let runtime = Runtime::new().unwrap();
    let passes = runtime.block_on(passes());
    let contract = contract();
    let admitted = std::cell::Cell::new(0);
    let runs = 1_500;
    let mut runner = TestRunner::new(Runs { cases: runs, failure_persistence: None, ..Runs::default() });
    let agree = |(pass, now): (Pass, Timestamp)| {
        let counted = runtime.block_on(async {
            passes.put(&pass, now).await;
            passes.count(&digest(), now).await.unwrap()
        });
        match counted {
            Counted::Yes(after) => {
                prop_assert!(pass.is_current(&contract.edition, now), "DynamoDB took a stale pass for a current one");
                prop_assert_eq!(judge(&pass, now), Ok(()));
                let mut expected = pass;
                expected.count(&contract.windows, now);
                prop_assert_eq!(*after, expected);
                admitted.set(admitted.get() + 1);
            }
            Counted::No(State::Stamped(before)) => {
                prop_assert!(!pass.is_current(&contract.edition, now) || judge(&pass, now).is_err());
                prop_assert_eq!(*before, pass);
            }
            other @ (Counted::No(_) | Counted::Busy) => {
                prop_assert!(false, "{:?}", other);
            }
        }
        Ok(())
    };
    runner.run(&cases(), agree).unwrap();

    // Both verdicts came up often enough for their agreement to mean something.
    let admitted = admitted.get();
    assert!((runs / 10..runs * 9 / 10).contains(&admitted), "{admitted} of {runs} were let in");
}

#[tokio::test]
async fn without_a_pass_there_is_nothing_to_judge() {
    let counted = passes().await.count(&digest(), at(EDGE)).await.unwrap();
    assert!(matches!(counted, Counted::No(State::Bare { from: None })), "{counted:?}");
}

fn tries() -> Tries {
    Tries::within(std::time::Duration::from_secs(1))
}

/// The digest of a key's `n`th secret.
fn nth(n: u8) -> Digest {
    Digest::try_from(vec![n; 32]).unwrap()
}

/// Replaces the first secret by the second.
async fn succeed(passes: &Passes, old: Digest, new: Digest, predecessor: Option<Digest>) -> bool {
    let succession = Succession { old, new, ends: Some(at(EDGE + 1_000)), version: 2 };
    let (close, lay_out) = passes.succeeded(&succession, predecessor.as_ref(), at(EDGE)).unwrap();
    let transaction = Transaction::new(&passes.client).with("pass", close).with("pass", lay_out);
    transaction.commit(&mut tries()).await.unwrap() == Committed::Yes
}

#[tokio::test]
async fn what_a_closed_pass_has_counted_is_taken_over_once() {
    let passes = passes().await;
    let (now, versions) = (at(EDGE), Versions { key: 2, org: 1 });
    let mut pass = Pass { terms: one_a_minute(), counts: Counts::default(), last_used_at: None };
    pass.terms.limits = vec![Limit { requests: 9.try_into().unwrap(), per: Window::Minute }].try_into().unwrap();
    pass.terms.until = at(EDGE + 9_000);
    assert!(passes.stamp(&nth(1), &pass, None, true, OLD, now).await.unwrap().is_some());
    assert!(succeed(&passes, nth(1), nth(2), None).await);

    // The old one is closed for good: it counts nothing, and no stamp opens it.
    let counted = passes.count(&nth(1), now).await.unwrap();
    assert!(
        matches!(counted, Counted::No(State::Moved { to, ends, .. }) if to == nth(2) && ends == at(EDGE + 1_000)),
        "{counted:?}"
    );
    assert!(passes.stamp(&nth(1), &pass, None, true, Versions { key: 9, org: 9 }, now).await.unwrap().is_none());
    // The new one waits for the old one's counts.
    let counted = passes.count(&nth(2), now).await.unwrap();
    assert!(matches!(counted, Counted::No(State::Bare { from: Some(from) }) if from == nth(1)), "{counted:?}");
    assert!(passes.stamp(&nth(2), &pass, None, true, versions, now).await.unwrap().is_none(), "not without it");
    assert_eq!(passes.last_used([nth(2)].iter()).await.unwrap(), HashMap::from([(nth(2), now)]));

    let legacy = passes.legacy(&nth(1)).await.unwrap().unwrap();
    assert_eq!((legacy.counts.get(Window::Minute, now), legacy.last_used_at), (1, Some(now)));
    let heir = Pass { counts: legacy.counts, last_used_at: legacy.last_used_at, ..pass.clone() };
    let first = passes.stamp(&nth(2), &heir, Some(&nth(1)), true, versions, now).await.unwrap().unwrap();
    assert_eq!(Window::ALL.map(|window| first.counts.get(window, now)), [2; 5]);
    let second = passes.stamp(&nth(2), &heir, Some(&nth(1)), true, versions, now).await.unwrap();
    assert!(second.is_none(), "somebody was faster");
    let Counted::Yes(third) = passes.count(&nth(2), now).await.unwrap() else { panic!("it is not let in") };
    assert_eq!(third.counts.get(Window::Minute, now), 3);
}

#[tokio::test]
async fn one_that_was_never_used_hands_on_what_it_was_to_take_over() {
    let passes = passes().await;
    assert!(succeed(&passes, nth(1), nth(2), None).await);
    assert_eq!(passes.predecessor(&nth(2), &mut tries()).await.unwrap(), Some(nth(1)));
    assert!(!succeed(&passes, nth(2), nth(3), None).await, "it has one that is yet to be taken over");
    assert!(succeed(&passes, nth(2), nth(3), Some(nth(1))).await);
    assert_eq!(passes.predecessor(&nth(3), &mut tries()).await.unwrap(), Some(nth(1)));
    // A pass that is not closed leaves nothing yet: the transaction that closes it may still be under way.
    assert!(passes.legacy(&nth(3)).await.unwrap().is_none());
    assert!(passes.legacy(&nth(4)).await.unwrap().is_some_and(|legacy| legacy.counts == Counts::default()));
}

#[tokio::test]
async fn a_closed_pass_that_is_gone_is_not_waited_for() {
    let passes = passes().await;
    assert!(succeed(&passes, nth(1), nth(2), None).await);
    let gone = passes.client.delete_item().table_name(TABLE).key("digest", bytes(*nth(1).as_bytes()));
    gone.send().await.unwrap();
    assert!(passes.legacy(&nth(1)).await.unwrap().is_some());
    let cut_short = passes.cut_short(&nth(1), &nth(2), at(EDGE)).unwrap();
    let transaction = Transaction::new(&passes.client).with("pass", cut_short);
    assert_eq!(transaction.commit(&mut tries()).await.unwrap(), Committed::Yes);
    assert!(passes.legacy(&nth(1)).await.unwrap().is_some(), "whoever follows it would wait for ever");
}
