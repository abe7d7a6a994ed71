//! Races, run in the order in which they would do harm: a request reads the authority, is held there, and the world changes
//! before it goes on.

mod closing;

use local::dynamodb::{Fault, Latch};
use serde_json::{Value, json};

use crate::support::{Answer, Key, World};

/// A request with `key` that has read what it is about to act on (the answer to `action`); then `meanwhile`; then its
/// answer.
async fn overtaken(world: &World, key: &Key, action: &str, meanwhile: impl Future<Output = ()>) -> Answer {
    let latch = Latch::default();
    world.stack.dynamodb().inject(Fault::Hold(latch.clone()).times(1).on(action));
    let change = async {
        latch.reached().await;
        meanwhile.await;
        latch.open();
    };

    tokio::join!(world.get("/api/v1/courses", key), change).0
}

#[tokio::test]
async fn a_first_request_that_a_deletion_overtakes_is_not_let_in() {
    let (world, key) = World::academy("pro").await;
    let answer = overtaken(&world, &key, "BatchGetItem", async {
        let path = format!("/organizations/acme/api-keys/{}", key.id);
        assert_eq!(world.operate("DELETE", &path, Value::Null).await.status, 200);
    })
    .await;
    answer.is(401, &[], r#"{"error":{"code":"unauthorized","message":"Invalid API key"}}"#);
    assert_eq!(world.passes().await, 0, "no pass was made for a key that is gone");
}

#[tokio::test]
async fn a_stamp_that_others_overtake_gives_nothing_away() {
    let (world, key) = World::academy("pro").await;
    world.organization("acme", json!({"limits": [{"requests": 3, "per": "minute"}]})).await;
    assert_eq!(world.get("/api/v1/courses", &key).await.status, 200);
    // An hour later the terms are over. One request reads them anew and is held; others use up what there is.
    world.at("2030-06-15T01:00:30Z");
    let answer = overtaken(&world, &key, "BatchGetItem", async {
        for expected in [200, 200, 200, 429] {
            assert_eq!(world.get("/api/v1/courses", &key).await.status, expected);
        }
    })
    .await;
    assert_eq!(answer.status, 429);
}

#[tokio::test]
async fn a_key_that_a_smaller_plan_overtakes_is_not_issued() {
    let world = World::serving("thefaq").await;
    world.organization("acme", json!({"plan": "starter"})).await;
    for _ in 0..2 {
        world.key("acme", json!({"name": "a"})).await;
    }
    let latch = Latch::default();
    world.stack.dynamodb().inject(Fault::Hold(latch.clone()).times(1).on("GetItem"));
    let change = async {
        latch.reached().await;
        world.organization("acme", json!({"plan": "free"})).await;
        latch.open();
    };
    let issue = world.operate("POST", "/organizations/acme/api-keys", json!({"name": "a"}));
    let (answer, ()) = tokio::join!(issue, change);
    assert_eq!(answer.status, 402, "{answer:?}");
    assert_eq!(world.organization("acme", json!({})).await["keys"], 2);
}

#[tokio::test]
async fn a_late_event_that_is_counted_while_a_stamp_is_made_is_not_forgotten() {
    let (world, key) = World::academy("pro").await;
    world.organization("acme", json!({"limits": [{"requests": 1, "per": "minute"}]})).await;
    assert_eq!(world.get("/api/v1/courses", &key).await.status, 200);
    // The terms are over at 01:00:30. One request of that very instant reads them anew and is held; an event that was
    // stamped a millisecond before arrives now, and is the first of its minute.
    world.at("2030-06-15T01:00:30Z");
    let answer = overtaken(&world, &key, "BatchGetItem", async {
        world.at("2030-06-15T01:00:29.999Z");
        assert_eq!(world.get("/api/v1/courses", &key).await.status, 200);
        assert_eq!(world.get("/api/v1/courses", &key).await.status, 429);
    })
    .await;
    assert_eq!(answer.status, 429, "two requests of one minute are let in against a limit of 1");
}

#[tokio::test]
async fn a_first_stamp_that_a_lock_overtakes_finds_it_although_there_was_no_pass_to_withdraw() {
    let (world, key) = World::academy("pro").await;
    // Held after the organization was read as open, and before anything was written.
    let answer = overtaken(&world, &key, "BatchGetItem", async {
        world.organization("acme", json!({"status": "locked"})).await;
    })
    .await;
    assert_eq!(answer.status, 402);
    assert_eq!(world.get("/api/v1/courses", &key).await.status, 402);
}

#[tokio::test]
async fn a_first_stamp_of_a_key_that_a_lock_has_missed_reads_the_organization_again() {
    let (world, key) = World::academy("pro").await;
    let client = world.stack.dynamodb().client();
    let item = client.scan().table_name("KeysTable").send().await.unwrap().items().to_vec();
    let item = item.into_iter().find(|item| item["sk"].as_s().unwrap().starts_with("key#")).unwrap();
    let names = ["pk", "sk"].map(|name| (name.to_owned(), item[name].clone()));
    // Held after the key and an open organization were read. The lock does not find a key that is being imported and is
    // not to be seen everywhere yet: no pass of it is withdrawn, and no fence is put up.
    let meanwhile = Box::pin(async {
        client.delete_item().table_name("KeysTable").set_key(Some(names.into())).send().await.unwrap();
        world.organization("acme", json!({"status": "locked"})).await;
        client.put_item().table_name("KeysTable").set_item(Some(item.clone())).send().await.unwrap();
    });
    let answer = overtaken(&world, &key, "BatchGetItem", meanwhile).await;
    assert_eq!(answer.status, 402);
    assert_eq!(world.get("/api/v1/courses", &key).await.status, 402);
}

#[tokio::test]
async fn a_stamp_from_before_a_lock_does_not_get_past_one_from_after_it() {
    let (world, key) = World::academy("pro").await;
    assert_eq!(world.get("/api/v1/courses", &key).await.status, 200);
    // One request reads an open organization and is held. It is locked, and another request stamps the pass anew; it is
    // refused, so it counts nothing that the first could notice.
    world.at("2030-06-15T01:00:30Z");
    let answer = overtaken(&world, &key, "BatchGetItem", async {
        world.organization("acme", json!({"status": "locked"})).await;
        assert_eq!(world.get("/api/v1/courses", &key).await.status, 402);
    })
    .await;
    assert_eq!(answer.status, 402);
    assert_eq!(world.get("/api/v1/courses", &key).await.status, 402);
}

#[tokio::test]
async fn a_first_request_that_a_change_of_its_key_overtakes_is_judged_by_the_change() {
    for (change, status) in [(json!({"status": "inactive"}), 401), (json!({"scopes": ["write"]}), 403)] {
        let (world, key) = World::academy("pro").await;
        let path = format!("/organizations/acme/api-keys/{}", key.id);
        // The change reads by BatchGetItem too; the request has done so before.
        let answer = overtaken(&world, &key, "BatchGetItem", async {
            assert_eq!(world.operate("PATCH", &path, change).await.status, 200);
        })
        .await;
        assert_eq!(answer.status, status);
    }
}
