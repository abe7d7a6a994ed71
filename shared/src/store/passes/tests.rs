//! The condition that DynamoDB judges by and [`judge`] are one rule: both are asked about all kinds of passes.

#![expect(clippy::arithmetic_side_effects, reason = "tests count in small numbers")]

use aws_sdk_dynamodb::types::ScalarAttributeType;
use proptest::prelude::*;
use proptest::test_runner::{Config as Runs, TestRunner};
use tokio::runtime::Runtime;

use super::expressions::{count_name, slide_attributes, terms};
use super::*;
use crate::contract::key_format::Format;
use crate::contract::limit::{Limit, Limits, Window};
use crate::contract::slide::{PARTS, Slide};
use crate::environment::clock::Times;
use crate::registry::addresses::Addresses;
use crate::registry::counts::Counts;
use crate::registry::pass::{Standing, Terms, judge};
use crate::store::{Attributes, database};

mod spans;
mod succession;

const TABLE: &str = "Counters";

/// A database of its own, with an empty counters table.
async fn passes() -> Passes {
    let clients = database::with_table(TABLE, &[("digest", ScalarAttributeType::B)]).await;

    Passes::new(clients, TABLE.to_owned(), &contract())
}

fn contract() -> Contract {
    let text = include_str!("../../../../contracts/fayne.toml");
    let text =
        text.replace(r#"windows = ["minute"]"#, r#"windows = ["second", "minute", "hour", "day", "week", "month"]"#);
    Contract::read("contracts/test.toml", &text).unwrap()
}

fn digest() -> Digest {
    let format = Format {
        prefix: "x".to_owned(),
        alphabet: crate::contract::key_format::Alphabet::Hex,
        length: 32,
        checksum: None,
        hints: false,
    };
    format.parse(b"x00000000000000000000000000000000").unwrap().digest()
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap()
}

fn once(millis: i64) -> Ask {
    Ask::once(at(millis))
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
    fn limits()(
        requests in prop::collection::vec(prop::option::of((1..4_u32, prop::bool::weighted(0.2))), Window::ALL.len()),
    ) -> Limits {
        let limits = Window::ALL.into_iter().zip(requests).filter_map(|(per, limit)| {
            let (requests, sliding) = limit?;
            Some(Limit { requests: requests.try_into().unwrap(), per, sliding: sliding && per != Window::Month })
        });
        Limits::try_from(limits.collect::<Vec<_>>()).unwrap()
    }
}

prop_compose! {
    fn slides()(at in 0..=12_i64, count in 0..3_i64, past in prop::collection::vec(prop_oneof![3 => Just(0), 1 => 1..3_i64], PARTS)) -> Slide {
        // Mostly within the span, and sometimes ahead.
        Slide { at: 1 - at, count, past: past.try_into().unwrap() }
    }
}

prop_compose! {
    fn counts(limits: Limits, ask: Ask)(
        counts in prop::collection::vec((0..Window::ALL.len(), 0..=1_i64, 0..5_i64), 0..9),
        slides in prop::collection::vec(slides(), Window::ALL.len()),
    ) -> Counts {
        let mut all = Counts::default();
        for (window, back, count) in counts {
            all.set(Window::ALL[window], ask.number(Window::ALL[window]) - back, count);
        }
        for (window, slide) in limits.sliding().zip(slides) {
            all.set_slide(window, Slide { at: ask.part(window) + slide.at, ..slide });
        }
        all
    }
}

prop_compose! {
    fn asks()(
        now in instants(),
        near in prop_oneof![Just(0), -2_000..2_000_i64],
        cost in prop_oneof![2 => Just(1), 1 => 0..5_i64],
        address in prop::option::of(prop::sample::select(vec!["203.0.113.7", "198.51.100.1"])),
    ) -> Ask {
        Ask {
            times: Times { now, near: at(now.as_millisecond() + near) },
            cost: cost.try_into().unwrap(),
            address: address.map(|address| address.parse().unwrap()),
        }
    }
}

prop_compose! {
    fn terms_of_a_pass()(
        standing in prop_oneof![3 => Just(Standing::Open), 1 => prop::sample::select(Standing::ALL.to_vec())],
        expires_at in prop::option::of(instants()),
        until in prop_oneof![2 => Just(at(i64::MAX / 1_000_000)), 1 => instants()],
        edition in prop_oneof![4 => Just(true), 1 => Just(false)],
        scopes in prop::collection::vec("[a-z]{1,8}", 0..3),
        kind in prop::option::of("[a-z]{1,8}"),
        external in prop::option::of("[!-~]{1,12}"),
        limits in limits(),
        shared in limits(),
        has_addresses in prop::bool::weighted(0.3),
    ) -> Terms {
        let addresses = ["203.0.113.0/24", "2001:db8::/32"].map(str::to_owned).to_vec();
        let shared = shared.iter().map(|(per, requests)| Limit { requests: requests.try_into().unwrap(), per, sliding: false });
        Terms {
            org: "acme".to_owned().try_into().unwrap(),
            key: "key_00000000000000000000000000".to_owned().try_into().unwrap(),
            key_version: OLD.key,
            external_id: external.map(|id| id.try_into().unwrap()),
            kind,
            standing,
            expires_at,
            scopes: scopes.into_iter().collect(),
            limits,
            shared: shared.collect::<Vec<_>>().try_into().unwrap(),
            addresses: if has_addresses { addresses.try_into().unwrap() } else { Addresses::default() },
            until,
            edition: if edition { contract().edition } else { "another.2".to_owned() },
        }
    }
}

fn cases() -> impl Strategy<Value = (Pass, Ask)> {
    let used = prop::option::of(instants());
    (terms_of_a_pass(), asks(), used).prop_flat_map(|(terms, ask, last_used_at)| {
        counts(terms.limits.clone(), ask)
            .prop_map(move |counts| (Pass { terms: terms.clone(), counts, last_used_at }, ask))
    })
}

impl Passes {
    /// Puts `pass` in place of what is there.
    async fn put(&self, pass: &Pass, now: Timestamp) {
        let mut item: Attributes = terms(&pass.terms, OLD, now)
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?)))
            .collect();
        item.insert("digest".to_owned(), bytes(*digest().as_bytes()));
        item.extend(pass.last_used_at.map(|at| ("used".to_owned(), number(at.as_millisecond()))));
        item.extend(pass.counts.iter().map(|(window, of, count)| (count_name(window, of), number(count))));
        for (window, slide) in Window::ALL.into_iter().filter_map(|window| Some((window, pass.counts.slide(window)?))) {
            item.extend(slide_attributes(window, slide).map(|(name, value)| (name.to_owned(), value)));
        }
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
    let agree = |(there, ask): (Pass, Ask), mut seen: Pass| {
        seen.terms.standing = Standing::Open;
        seen.terms.expires_at = None;
        // A span that slides must be as it was seen.
        if seen.terms.limits.sliding().next().is_some() {
            seen.counts = there.counts.clone();
        }
        // The gate asks for no request that the pass as seen refuses.
        let admits = judge(&seen, &ask).is_ok();
        let stamped = runtime.block_on(async {
            passes.put(&there, ask.now()).await;
            // The pass as seen may be long out of date; the stamp brings only its terms.
            passes.stamp(&digest(), &seen, None, admits, Versions { key: 2, org: 2 }, &ask).await.unwrap()
        });
        let terms = Terms { key_version: 2, ..seen.terms.clone() };
        let mut expected = Pass { terms, ..there };
        set_spans(&mut expected, &ask);
        let admitted = judge(&expected, &ask);
        prop_assert_eq!(stamped.is_some(), admitted.is_ok() || !admits);
        if let Some(stamped) = stamped {
            if admits && ask.cost != Cost::NOTHING {
                expected.count(&windows, &ask);
            }
            prop_assert_eq!(stamped, expected);
        }
        Ok(())
    };
    runner.run(&(cases(), cases()), |(there, (seen, _))| agree(there, seen)).unwrap();
}

/// A pass that is stamped has the spans of its limits that slide, and no others.
fn set_spans(pass: &mut Pass, ask: &Ask) {
    let spans: Vec<_> = pass.terms.limits.sliding().map(|window| (window, pass.counts.slide_at(window, ask))).collect();
    let mut counts = Counts::default();
    pass.counts.iter().for_each(|(window, number, count)| counts.set(window, number, count));
    for (window, slide) in spans {
        counts.set_slide(window, slide);
    }
    pass.counts = counts;
}

/// One request a minute.
fn one_a_minute() -> Terms {
    let limit = Limit { requests: 1.try_into().unwrap(), per: Window::Minute, sliding: false };
    Terms {
        org: "acme".to_owned().try_into().unwrap(),
        key: "key_00000000000000000000000000".to_owned().try_into().unwrap(),
        key_version: OLD.key,
        external_id: None,
        kind: None,
        standing: Standing::Open,
        expires_at: None,
        scopes: crate::contract::scope::Scopes::default(),
        limits: vec![limit].try_into().unwrap(),
        shared: Limits::default(),
        addresses: Addresses::default(),
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
        let stamped = passes.stamp(&digest(), &pass, None, admits, versions, &once(EDGE)).await.unwrap();
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
    let agree = |(pass, ask): (Pass, Ask)| {
        let counted = runtime.block_on(async {
            passes.put(&pass, ask.now()).await;
            match passes.count(&digest(), &ask, None).await.unwrap() {
                // Now that it was seen, it is asked by what was seen.
                Counted::No(State::Stamped(seen)) if seen.terms.is_guarded() => {
                    passes.count(&digest(), &ask, Some(&seen)).await.unwrap()
                }
                counted @ (Counted::Yes(_) | Counted::No(_) | Counted::Busy) => counted,
            }
        });
        match counted {
            Counted::Yes(after) => {
                prop_assert!(
                    pass.is_current(&contract.edition, ask.now()),
                    "DynamoDB took a stale pass for a current one"
                );
                prop_assert_eq!(judge(&pass, &ask), Ok(()));
                let mut expected = pass;
                if ask.cost != Cost::NOTHING {
                    expected.count(&contract.windows, &ask);
                }
                prop_assert_eq!(*after, expected);
                admitted.set(admitted.get() + 1);
            }
            Counted::No(State::Stamped(before)) => {
                prop_assert!(!pass.is_current(&contract.edition, ask.now()) || judge(&pass, &ask).is_err());
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

#[test]
fn terms_that_are_remembered_let_nobody_in_whom_the_pass_does_not() {
    let runtime = Runtime::new().unwrap();
    let passes = runtime.block_on(passes());
    let contract = contract();
    let (admitted, outdated) = (std::cell::Cell::new(0), std::cell::Cell::new(0));
    let runs = 1_500;
    let mut runner = TestRunner::new(Runs { cases: runs, failure_persistence: None, ..Runs::default() });
    let holds = |(pass, ask): (Pass, Ask), (mut known, _): (Pass, Ask), is_same: bool| {
        if is_same {
            known.terms = pass.terms.clone();
            known.counts = if ask.times.now == ask.times.near { pass.counts.clone() } else { known.counts };
        }
        let is_same =
            known.terms == pass.terms && (known.counts == pass.counts || pass.terms.limits.sliding().next().is_none());
        let counted = runtime.block_on(async {
            passes.put(&pass, ask.now()).await;
            passes.count(&digest(), &ask, Some(&known)).await.unwrap()
        });
        let passes_now = pass.is_current(&contract.edition, ask.now()) && judge(&pass, &ask).is_ok();
        match counted {
            Counted::Yes(after) => {
                prop_assert!(passes_now, "{:?} was let in by {:?}", pass, known);
                let mut expected = pass;
                if ask.cost != Cost::NOTHING {
                    expected.count(&contract.windows, &ask);
                }
                prop_assert_eq!(*after, expected);
                admitted.set(admitted.get() + 1);
            }
            Counted::No(State::Stamped(before)) => {
                prop_assert!(
                    !(is_same && passes_now && (ask.cost > Cost::ONE || pass.terms.is_guarded())),
                    "{:?} was refused",
                    pass
                );
                outdated.set(outdated.get() + u32::from(passes_now));
                prop_assert_eq!(*before, pass);
            }
            other @ (Counted::No(_) | Counted::Busy) => {
                prop_assert!(false, "{:?}", other);
            }
        }
        Ok(())
    };
    let cases = (cases(), cases(), any::<bool>());
    runner.run(&cases, |(pass, known, is_same)| holds(pass, known, is_same)).unwrap();

    assert!((runs / 30..runs * 9 / 10).contains(&admitted.get()), "{} of {runs} were let in", admitted.get());
    // Some two in a hundred are, and chance makes that fewer.
    assert!(outdated.get() > runs / 150, "{} were refused for terms that have changed", outdated.get());
}

#[tokio::test]
async fn without_a_pass_there_is_nothing_to_judge() {
    let counted = passes().await.count(&digest(), &once(EDGE), None).await.unwrap();
    assert!(matches!(counted, Counted::No(State::Bare { from: None, .. })), "{counted:?}");
}
