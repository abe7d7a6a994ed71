//! Races, run in the order in which they would do harm: a request reads the authority, is held there, and the world changes
//! before it goes on.

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
    assert!(world.items("CountersTable").await.is_empty(), "no pass was made for a key that is gone");
}

#[tokio::test]
async fn a_first_request_that_a_lock_overtakes_is_not_let_in() {
    let (world, key) = World::academy("pro").await;
    let answer = overtaken(&world, &key, "BatchGetItem", async {
        world.organization("acme", json!({"status": "locked"})).await;
    })
    .await;
    assert_eq!(answer.status, 402);
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
