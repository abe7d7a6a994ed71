//! The condition that DynamoDB checks an author by and [`Bearer::is_let_in`] are one rule: both are asked about all
//! kinds of keys and bearers.

#![expect(clippy::arithmetic_side_effects, reason = "tests count in small numbers")]

use aws_sdk_dynamodb::types::{Put, ScalarAttributeType};
use dynamodb::{Committed, Tries};
use proptest::prelude::*;
use proptest::test_runner::{Config as Runs, TestRunner};
use tokio::runtime::Runtime;

use super::*;
use crate::contract::scope::Scopes;
use crate::contract::secret::Digest;
use crate::registry::key::{Key, OwnLimits, Previous, Status};
use crate::registry::metadata::Metadata;
use crate::registry::slug::Slug;
use crate::store::database;

const NOW: i64 = 1_907_712_000_000;

fn digest(number: u8) -> Digest {
    Digest::try_from(vec![number; 32]).unwrap()
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap()
}

fn scopes() -> impl Strategy<Value = Scopes> {
    prop::collection::vec(prop::sample::select(vec!["read", "write", "reader"]), 0..3)
        .prop_map(|scopes| scopes.into_iter().collect())
}

prop_compose! {
    fn cases()(
        status in prop::sample::select(vec![Status::Active, Status::Active, Status::Inactive]),
        expires in prop::option::of(-1..=1_i64),
        current in 0..2_u8,
        previous in prop::option::of((0..2_u8, -1..=1_i64)),
        held in scopes(),
        secret in 0..2_u8,
        given in scopes(),
    ) -> (Key, Bearer) {
        let id = key::Id::try_from("key_00000000000000000000000000".to_owned()).unwrap();
        let org = Slug::try_from("acme".to_owned()).unwrap();
        let key = Key {
            id: id.clone(),
            org: org.clone(),
            name: "a".to_owned().try_into().unwrap(),
            external_id: None,
            metadata: Metadata::default(),
            kind: None,
            scopes: held,
            limits: OwnLimits::default(),
            addresses: crate::registry::addresses::Addresses::default(),
            status,
            expires_at: expires.map(|off| at(NOW + off)),
            created_at: at(NOW),
            digest: digest(current),
            hint: None,
            previous: previous.map(|(number, off)| Previous { digest: digest(number), until: at(NOW + off) }),
            predecessor: None,
            cycle: None,
            leak: None,
            version: 1,
        };
        (key, Bearer { org, key: id, secret: digest(secret), holds: given.clone(), given })
    }
}

#[test]
fn dynamodb_and_the_rule_for_a_key_that_was_read_always_agree() {
    let runtime = Runtime::new().unwrap();
    let key = [("pk", ScalarAttributeType::S), ("sk", ScalarAttributeType::S)];
    let (client, _) = runtime.block_on(database::with_table("Keys", &key));
    let let_in = std::cell::Cell::new(0);
    let runs = 600;
    let mut runner = TestRunner::new(Runs { cases: runs, failure_persistence: None, ..Runs::default() });
    let agree = |(key, bearer): (Key, Bearer)| {
        let committed = runtime.block_on(async {
            let put = Put::builder().table_name("Keys").set_item(Some(key_item::write(&key).unwrap())).build().unwrap();
            let mut tries = Tries::within(std::time::Duration::from_secs(5));
            Transaction::new(&client).with("key", put).commit(&mut tries).await.unwrap();
            let check = ConditionCheck::builder().table_name("Keys").set_key(Some(key_item::key_of(&key.org, &key.id)));
            let check = check.when(is_let_in(&bearer, at(NOW))).build().unwrap();
            Transaction::new(&client).with(AUTHOR, check).commit(&mut tries).await.unwrap()
        });
        prop_assert_eq!(committed == Committed::Yes, bearer.is_let_in(&key, at(NOW)), "{:?} {:?}", key, bearer);
        let_in.set(let_in.get() + u32::from(committed == Committed::Yes));
        Ok(())
    };
    runner.run(&cases(), agree).unwrap();

    let let_in = let_in.get();
    assert!((runs / 20..runs * 19 / 20).contains(&let_in), "{let_in} of {runs} were let in");
}
