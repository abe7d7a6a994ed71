//! The condition that DynamoDB judges by and [`judge`] are one rule: both are asked, about whatever passes there can be.

#![expect(clippy::arithmetic_side_effects, reason = "tests count in small numbers")]

use aws_sdk_dynamodb::config::{BehaviorVersion, Config, Credentials, Region};
use aws_sdk_dynamodb::types::{AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType};
use proptest::prelude::*;
use proptest::test_runner::{Config as Runs, TestRunner};
use tokio::runtime::Runtime;

use super::expressions::{count_name, terms};
use super::*;
use crate::key::Format;
use crate::pass::judge;
use crate::store::Attributes;

const TABLE: &str = "Counters";

/// A database of its own, with an empty counters table.
async fn passes() -> Passes {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(dynoxide::server::serve_on(listener, dynoxide::Database::memory().unwrap()));
    let config = Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .endpoint_url(endpoint);
    let client = Client::from_conf(config.build());
    let attribute = AttributeDefinition::builder().attribute_name("digest").attribute_type(ScalarAttributeType::B);
    client
        .create_table()
        .table_name(TABLE)
        .billing_mode(BillingMode::PayPerRequest)
        .attribute_definitions(attribute.build().unwrap())
        .key_schema(KeySchemaElement::builder().attribute_name("digest").key_type(KeyType::Hash).build().unwrap())
        .send()
        .await
        .unwrap();

    Passes::new(client, TABLE.to_owned(), &contract())
}

fn contract() -> Contract {
    let text = include_str!("../../../../contracts/fayne.toml");
    let text = text.replace(r#"windows = ["minute"]"#, r#"windows = ["minute", "hour", "day"]"#);
    Contract::read("contracts/test.toml", &text).unwrap()
}

fn digest() -> Digest {
    let format = Format { prefix: "x".to_owned(), alphabet: crate::key::Alphabet::Hex, length: 32 };
    format.parse(b"x00000000000000000000000000000000").unwrap().digest()
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap()
}

/// Near an edge of all windows, so that the edges are met often.
const EDGE: i64 = 1_907_712_000_000;

prop_compose! {
    fn instants()(edge in prop_oneof![Just(0), Just(60_000), Just(3_600_000), Just(86_400_000)], off in -2..=2_i64) -> Timestamp {
        at(EDGE + edge + off)
    }
}

prop_compose! {
    fn limits()(minute in prop::option::of(1..4_u32), hour in prop::option::of(1..4_u32), day in prop::option::of(1..4_u32)) -> Limits {
        let limits = [(Window::Minute, minute), (Window::Hour, hour), (Window::Day, day)];
        let limits = limits.into_iter().filter_map(|(per, requests)| Some(Limit { requests: requests?.try_into().unwrap(), per }));
        Limits::try_from(limits.collect::<Vec<_>>()).unwrap()
    }
}

prop_compose! {
    fn counts(now: Timestamp)(counts in prop::collection::vec((0..3_usize, 0..=1_i64, 0..5_i64), 0..6)) -> Counts {
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
    /// Makes `pass` what is there.
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
            // What was seen may be long out of date; only its terms are what the stamp brings.
            passes.stamp(&digest(), &seen, true, Versions { key: 2, org: 2 }, now).await.unwrap()
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

#[tokio::test]
async fn a_stamp_does_not_get_over_a_fence() {
    let passes = passes().await;
    let limit = Limit { requests: 1.try_into().unwrap(), per: Window::Minute };
    let terms = Terms {
        org: "acme".to_owned().try_into().unwrap(),
        key: "key_00000000000000000000000000".to_owned().try_into().unwrap(),
        kind: None,
        standing: Standing::Open,
        expires_at: None,
        scopes: crate::scope::Scopes::default(),
        limits: vec![limit].try_into().unwrap(),
        until: at(EDGE),
        edition: contract().edition,
    };
    let pass = Pass { terms, counts: Counts::default(), last_used_at: None };
    for (admits, versions, written) in [
        (false, Versions { key: 2, org: 2 }, true),
        (true, Versions { key: 1, org: 2 }, false),
        (false, Versions { key: 2, org: 1 }, false),
        (false, Versions { key: 3, org: 1 }, false),
        (true, Versions { key: 2, org: 2 }, true),
        (true, Versions { key: 3, org: 3 }, false),
        (false, Versions { key: 3, org: 3 }, true),
    ] {
        let stamped = passes.stamp(&digest(), &pass, admits, versions, at(EDGE)).await.unwrap();
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
            Counted::No(before) => {
                prop_assert!(!pass.is_current(&contract.edition, now) || judge(&pass, now).is_err());
                prop_assert_eq!(*before, pass);
            }
            other @ (Counted::Absent | Counted::Gone | Counted::Busy) => prop_assert!(false, "{:?}", other),
        }
        Ok(())
    };
    runner.run(&cases(), agree).unwrap();

    // Both verdicts were met often enough for their agreement to mean something.
    let admitted = admitted.get();
    assert!((runs / 10..runs * 9 / 10).contains(&admitted), "{admitted} of {runs} were let in");
}

#[tokio::test]
async fn without_a_pass_there_is_nothing_to_judge() {
    let counted = passes().await.count(&digest(), at(EDGE)).await.unwrap();
    assert!(matches!(counted, Counted::Absent), "{counted:?}");
}
