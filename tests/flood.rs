//! The promise: a key that is being hammered can be shut, and it is the one that one most wants to shut. DynamoDB
//! throttles an item that is written too often, alone and as a member of a transaction.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use local::dynamodb::{Fault, Throttling};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::support::{Key, START, World, all, sha256};

/// What DynamoDB calls an item that takes no more.
const KINDS: [Throttling; 2] = [Throttling::Throttling, Throttling::Throughput];

#[tokio::test]
async fn a_flooded_key_can_be_shut_in_every_way() {
    let world = World::serving("fayne").await;
    for (round, kind) in (0..10).zip(KINDS.into_iter().cycle()) {
        let org = format!("org-{round}");
        world.organization(&org, json!({"plan": "scale"})).await;
        let keys = all((0..4).map(|_| world.key(&org, json!({"name": "a"})))).await;
        for key in &keys {
            assert_eq!(world.verdict(&key.secret).await, "valid");
        }
        let [deleted, deactivated, regenerated, locked] = keys.as_slice() else { panic!() };
        let path = |key: &Key| format!("/organizations/{org}/api-keys/{}", key.id);
        // As at five times what an item takes.
        world.stack.dynamodb().inject(Fault::hot(kind).each(4, 5).about("CountersTable"));
        for (what, method, path, body) in [
            ("delete", "DELETE", path(deleted), Value::Null),
            ("deactivate", "PATCH", path(deactivated), json!({"status": "inactive"})),
            ("regenerate", "POST", path(regenerated) + "/regenerate", Value::Null),
            ("lock", "PUT", format!("/organizations/{org}"), json!({"status": "locked"})),
        ] {
            let answer = world.operate(method, &path, body).await;
            assert_eq!(answer.status, 200, "{what} in round {round}: {answer:?}");
        }
        world.stack.dynamodb().clear_faults();
        for (key, verdict) in [
            (deleted, "unknown_key"),
            (deactivated, "inactive_key"),
            (regenerated, "unknown_key"),
            (locked, "organization_locked"),
        ] {
            assert_eq!(world.verdict(&key.secret).await, verdict, "in round {round}");
        }
    }
}

#[tokio::test]
async fn a_key_can_be_issued_and_taken_over_while_the_tables_are_busy() {
    let world = World::serving("fayne").await;
    world.organization("acme", json!({"plan": "scale"})).await;
    for kind in KINDS {
        for action in ["TransactWriteItems", "GetItem"] {
            world.stack.dynamodb().inject(Fault::busy(kind).each(4, 5).on(action).about("KeysTable"));
        }
        let key = world.key("acme", json!({"name": "a"})).await;
        let import = json!({"keys": [{"sha256": sha256(&format!("fa_live_{kind:?}")), "name": "b"}]});
        let answer = world.operate("POST", "/organizations/acme/api-keys/import", import).await;
        assert_eq!(answer.json()["data"]["imported"], 1, "{answer:?}");
        world.stack.dynamodb().clear_faults();
        assert_eq!(world.verdict(&key.secret).await, "valid");
    }
}

#[tokio::test]
async fn a_change_that_is_made_but_not_answered_is_made_once_whatever_comes_after() {
    for (unanswered, throttled) in [(1, 0), (2, 0), (1, 1), (2, 3)] {
        let (world, key) = World::academy("pro").await;
        let path = format!("/organizations/acme/api-keys/{}", key.id);
        let faults = || {
            world.stack.dynamodb().inject(Fault::DropAfter.times(unanswered).on("TransactWriteItems"));
            let throttle = Fault::hot(Throttling::Throttling).times(throttled).on("TransactWriteItems");
            world.stack.dynamodb().inject(throttle);
        };
        faults();
        assert_eq!(world.operate("PATCH", &path, json!({"name": "b"})).await.status, 200);
        faults();
        let new = world.operate_once("order", "POST", "/organizations/acme/api-keys", json!({"name": "c"})).await;
        assert_eq!(new.status, 201, "{new:?}");
        let new = new.json()["data"].clone();
        faults();
        let rotation = format!("/organizations/acme/api-keys/{}/regenerate", new["id"].as_str().unwrap());
        let next = world.operate("POST", &rotation, json!({"overlapSeconds": 3_600})).await;
        assert_eq!(next.status, 200, "{next:?}");
        faults();
        assert_eq!(world.operate("DELETE", &path, Value::Null).await.status, 200);

        for secret in [&new["key"], &next.json()["data"]["key"]] {
            assert_eq!(world.verdict(secret.as_str().unwrap()).await, "valid");
        }
        let rows = world.operate("GET", "/organizations/acme/audit", Value::Null).await.json()["data"].clone();
        // All of the same instant, and so in any order.
        let actions: BTreeSet<_> = rows.as_array().unwrap().iter().map(|row| row["action"].to_string()).collect();
        assert_eq!((rows.as_array().unwrap().len(), actions.len()), (6, 5), "{rows}");
        assert_eq!(world.organization("acme", json!({})).await["keys"], 1);
    }
}

/// A secret of theFAQ's form.
fn secret(number: usize) -> String {
    format!("faq_{number:032}")
}

/// The organization `acme` with so many keys: [`secret`], oldest first.
async fn with_keys(world: &World, count: usize) {
    let limits = json!([{"requests": 1_000, "per": "minute"}]);
    world.organization("acme", json!({"plan": "enterprise", "limits": limits})).await;
    for hundred in (0..count).collect::<Vec<_>>().chunks(100) {
        let key = |number: &usize| {
            let at = format!("2025-01-01T00:{:02}:{:02}Z", number / 60, number % 60);
            json!({"sha256": sha256(&secret(*number)), "name": "a", "scopes": ["read"], "createdAt": at})
        };
        let keys: Vec<_> = hundred.iter().map(key).collect();
        let answer = world.operate("POST", "/organizations/acme/api-keys/import", json!({"keys": keys})).await;
        assert_eq!(answer.json()["data"]["imported"], hundred.len(), "{answer:?}");
    }
}

/// What a reader of the organization sees of a change that is not in force for all its keys.
async fn pending(world: &World) -> Value {
    let one = world.operate("GET", "/organizations/acme", Value::Null).await.json()["data"].clone();
    let listed = world.operate("GET", "/organizations", Value::Null).await.json()["data"][0].clone();
    assert_eq!(one, listed);

    one.get("pending").cloned().unwrap_or_default()
}

#[tokio::test]
async fn an_organization_with_hundreds_of_keys_can_be_locked_while_some_writes_are_throttled() {
    let world = World::serving("thefaq").await;
    with_keys(&world, 301).await;
    for (round, kind) in (0..10).zip(KINDS.into_iter().cycle()) {
        let status = if round % 2 == 0 { "locked" } else { "active" };
        world.stack.dynamodb().inject(Fault::hot(kind).each(1, 10).about("CountersTable"));
        let answer = world.operate("PUT", "/organizations/acme", json!({"status": status})).await;
        assert_eq!(answer.status, 200, "in round {round}: {answer:?}");
        assert_eq!(answer.json()["data"].get("pending"), None);
        world.stack.dynamodb().clear_faults();
        let expected = if round % 2 == 0 { "organization_locked" } else { "valid" };
        for number in [0, 150, 300] {
            assert_eq!(world.verdict(&secret(number)).await, expected, "in round {round}");
        }
        assert_eq!(pending(&world).await, Value::Null);
    }
}

#[tokio::test]
async fn a_lock_goes_on_with_the_others_when_one_pass_cannot_be_withdrawn() {
    let world = World::hurried("thefaq", 9, 500).await;
    with_keys(&world, 150).await;
    let numbers = [0, 7, 8, 99, 100, 149];
    for number in numbers {
        assert_eq!(world.verdict(&secret(number)).await, "valid");
    }
    let stuck = STANDARD.encode(Sha256::digest(secret(7)));
    world.stack.dynamodb().inject(Fault::hot(Throttling::Throttling).always().about("CountersTable").with(&stuck));
    let lock = async || world.operate("PUT", "/organizations/acme", json!({"status": "locked"})).await;
    let answer = lock().await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("1")), "{answer:?}");
    assert_eq!(pending(&world).await, json!({"done": 149, "of": 150}));
    world.stack.dynamodb().clear_faults();
    for number in numbers {
        let expected = if number == 7 { "valid" } else { "organization_locked" };
        assert_eq!(world.verdict(&secret(number)).await, expected, "key {number}");
    }

    // What was not withdrawn ends by itself within the hour, and then nothing is pending any more.
    world.at("2030-06-15T01:10:29Z");
    assert_eq!(pending(&world).await, json!({"done": 149, "of": 150}));
    world.at("2030-06-15T01:10:30Z");
    assert_eq!(pending(&world).await, Value::Null);
    world.at(START);

    // The same call again has one pass left to withdraw, and changes nothing else.
    let rows = async || world.operate("GET", "/organizations/acme/audit", Value::Null).await.json()["data"].clone();
    let before = rows().await;
    let asked = world.asked(async { assert_eq!(lock().await.status, 200) }).await;
    assert_eq!(asked.iter().filter(|call| *call == "UpdateItem CountersTable").count(), 1, "{asked:?}");
    assert_eq!((pending(&world).await, rows().await), (Value::Null, before));
    assert_eq!(world.verdict(&secret(7)).await, "organization_locked");
}

#[tokio::test]
async fn a_lock_that_was_cut_short_goes_on_from_where_it_was() {
    let world = World::serving("thefaq").await;
    with_keys(&world, 250).await;
    // The first page of keys is read, and no other.
    let next = || Fault::error(500, "InternalServerError", "down").always().on("Query").with("ExclusiveStartKey");
    world.stack.dynamodb().inject(next());
    let put = async |change: Value| world.operate("PUT", "/organizations/acme", change).await;
    assert_eq!(put(json!({"status": "locked"})).await.status, 503);
    assert_eq!(pending(&world).await, json!({"done": 100, "of": 250}));
    let both = async || [world.verdict(&secret(99)).await, world.verdict(&secret(100)).await];
    // The last one had no pass yet. Its organization is locked by the time that its pass is stamped.
    assert_eq!(both().await, ["organization_locked"; 2]);
    world.stack.dynamodb().clear_faults();

    let asked = world.asked(async { assert_eq!(put(json!({"status": "locked"})).await.status, 200) }).await;
    let withdrawn = asked.iter().filter(|call| *call == "UpdateItem CountersTable").count();
    assert_eq!((withdrawn, pending(&world).await), (150, Value::Null), "{asked:?}");

    // Another change has to reach all keys, those too that the one before had reached.
    world.stack.dynamodb().inject(next());
    assert_eq!(put(json!({"status": "active"})).await.status, 503);
    world.stack.dynamodb().clear_faults();
    let asked = world.asked(async { assert_eq!(put(json!({"status": "locked"})).await.status, 200) }).await;
    let withdrawn = asked.iter().filter(|call| *call == "UpdateItem CountersTable").count();
    assert_eq!((withdrawn, pending(&world).await), (250, Value::Null));
    assert_eq!(both().await, ["organization_locked"; 2]);
}

#[tokio::test]
async fn many_passes_that_cannot_be_withdrawn_are_all_withdrawn_in_the_end() {
    let world = World::hurried("thefaq", 9, 500).await;
    with_keys(&world, 120).await;
    let stuck: BTreeSet<_> = (0..40).map(|number| number * 2).collect();
    for number in &stuck {
        let digest = STANDARD.encode(Sha256::digest(secret(*number)));
        world.stack.dynamodb().inject(Fault::hot(Throttling::Throttling).always().about("CountersTable").with(&digest));
    }
    assert_eq!(world.operate("PUT", "/organizations/acme", json!({"status": "locked"})).await.status, 503);
    let progress = pending(&world).await;
    assert_eq!(progress["of"], 120);
    world.stack.dynamodb().clear_faults();
    assert_eq!(world.operate("PUT", "/organizations/acme", json!({"status": "locked"})).await.status, 200);
    assert_eq!(pending(&world).await, Value::Null);
    let fences = world.items("CountersTable").await;
    assert_eq!(fences.iter().filter(|item| item.contains("fence=N(\"2\")")).count(), 120, "every pass has the fence");
}

#[tokio::test]
async fn a_lock_gets_on_with_every_call_while_nearly_all_writes_are_throttled() {
    let world = World::hurried("thefaq", 9, 500).await;
    with_keys(&world, 300).await;
    world.stack.dynamodb().inject(Fault::hot(Throttling::Throttling).each(19, 20).about("CountersTable"));
    let mut done = Vec::new();
    for _ in 0..30 {
        let status = world.operate("PUT", "/organizations/acme", json!({"status": "locked"})).await.status;
        done.push(pending(&world).await["done"].as_i64());
        if status == 200 {
            break;
        }
        assert_eq!(status, 503);
    }
    assert!(done.len() > 1 && done.last() == Some(&None), "it never ends: {done:?}");
    assert!(done.iter().flatten().is_sorted(), "{done:?}");
}

#[tokio::test]
async fn a_lock_does_not_wait_for_saying_how_far_it_came() {
    let world = World::hurried("thefaq", 9, 500).await;
    with_keys(&world, 250).await;
    world.stack.dynamodb().inject(Fault::busy(Throttling::Throttling).always().on("UpdateItem").about("KeysTable"));
    // The last write, which says that the change is in force, cannot be made either; but all passes are withdrawn.
    assert_eq!(world.operate("PUT", "/organizations/acme", json!({"status": "locked"})).await.status, 503);
    world.stack.dynamodb().clear_faults();
    let fences = world.items("CountersTable").await;
    assert_eq!(fences.iter().filter(|item| item.contains("fence=N(\"2\")")).count(), 250);
    assert_eq!(pending(&world).await, json!({"done": 0, "of": 250}));
    assert_eq!(world.operate("PUT", "/organizations/acme", json!({"status": "locked"})).await.status, 200);
    assert_eq!(pending(&world).await, Value::Null);
}
