use local::dynamodb::Fault;
use serde_json::{Value, json};

use crate::support::{Answer, Key, World, all};

/// The key of the item that all keys of acme share, as DynamoDB is told it.
const SHARED: &str = "b3JnI2FjbWU=";

async fn reset(world: &World, org: &str) -> Answer {
    world.operate("POST", &format!("/organizations/{org}/reset"), Value::Null).await
}

async fn status(world: &World, key: &Key) -> u16 {
    world.get("/v1/notes", key).await.status
}

/// The row of the trail about the one reset of this kind.
async fn row(world: &World, action: &str) -> Value {
    let rows = world.operate("GET", "/organizations/acme/audit?limit=100", Value::Null).await.json()["data"].clone();

    rows.as_array().unwrap().iter().find(|row| row["action"] == action).unwrap_or_else(|| panic!("{rows}")).clone()
}

/// How many requests `row` says were used in a window.
fn used(row: &Value, state: &str, per: &str) -> Value {
    let used = row[state]["used"].as_array().unwrap();

    used.iter().find(|used| used["per"] == per).unwrap()["requests"].clone()
}

/// An organization whose keys share five requests a month, and two keys of it.
async fn sharing() -> (World, [Key; 2]) {
    let world = World::serving("standard").await;
    let shared = json!([{"requests": 5, "per": "month"}, {"requests": 1000, "per": "minute"}]);
    world.organization("acme", json!({"plan": "pro", "sharedLimits": shared})).await;
    let key = async |name: &str| world.key("acme", json!({"name": name, "type": "live"})).await;
    let keys = [key("a").await, key("b").await];

    (world, keys)
}

#[tokio::test]
async fn what_all_keys_share_begins_anew_and_the_trail_says_what_was_used() {
    let (world, [one, other]) = sharing().await;
    let own = json!({"limits": [{"requests": 4, "per": "month"}]});
    let path = format!("/organizations/acme/api-keys/{}", one.id);
    assert_eq!(world.operate("PATCH", &path, own).await.status, 200);
    for (key, expected) in [(&one, 200), (&one, 200), (&other, 200), (&other, 200), (&other, 200), (&other, 429)] {
        assert_eq!(status(&world, key).await, expected);
    }
    let before = world.operate("GET", "/organizations/acme", Value::Null).await.json();
    let answer = reset(&world, "acme").await;
    assert_eq!((answer.status, answer.json()), (200, before), "it is the same organization");

    // Of them all five more may come, at once and over many processes; of its own the first key has two left.
    assert_eq!([status(&world, &one).await, status(&world, &one).await, status(&world, &one).await], [200, 200, 429]);
    let admitted = all((0..12).map(|_| status(&world, &other))).await;
    assert_eq!(admitted.iter().filter(|status| **status == 200).count(), 3, "{admitted:?}");

    let row = row(&world, "organization.reset").await;
    assert_eq!((used(&row, "before", "month"), used(&row, "before", "minute")), (json!(5), json!(5)), "{row}");
    assert_eq!((used(&row, "after", "month"), used(&row, "after", "minute")), (json!(0), json!(0)), "{row}");
    assert_eq!((&row["plane"], row.get("keyId")), (&json!("operator"), None), "{row}");
}

#[tokio::test]
async fn a_request_that_meets_a_reset_waits_for_it_and_is_counted_once_or_not_at_all() {
    let (world, [key, _]) = sharing().await;
    assert_eq!(status(&world, &key).await, 200);
    let held = || Fault::error(400, "TransactionConflictException", "held");
    world.stack.dynamodb().inject(held().times(2).on("UpdateItem").with(SHARED));
    assert_eq!(status(&world, &key).await, 200);
    world.stack.dynamodb().inject(held().always().on("UpdateItem").with(SHARED));
    assert_eq!(status(&world, &key).await, 503);
    world.stack.dynamodb().clear_faults();
    let own = format!("/organizations/acme/api-keys/{}/reset", key.id);
    assert_eq!(world.operate("POST", &own, Value::Null).await.status, 200);
    assert_eq!(reset(&world, "acme").await.status, 200);
    for action in ["key.reset", "organization.reset"] {
        let row = row(&world, action).await;
        assert_eq!(used(&row, "before", "month"), 2, "what was refused is counted nowhere: {row}");
    }
}

#[tokio::test]
async fn resets_at_once_have_a_row_each_and_one_of_nothing_leaves_nothing_else() {
    let (world, [key, _]) = sharing().await;
    let answers = all((0..4).map(|_| reset(&world, "acme"))).await;
    assert!(answers.iter().all(|answer| answer.status == 200), "{answers:?}");
    let trail = world.trail("acme").await;
    assert_eq!(trail.iter().filter(|[action, ..]| action == "organization.reset").count(), 4, "{trail:?}");
    assert_eq!(world.items("CountersTable").await.iter().filter(|item| item.contains("org#acme")).count(), 0);
    assert_eq!(status(&world, &key).await, 200);
}

#[tokio::test]
async fn nobody_but_the_operator_resets_and_only_what_is_there() {
    let (world, [key, _]) = sharing().await;
    let before = world.items("KeysTable").await;
    assert_eq!(reset(&world, "nobody").await.status, 404);
    assert_eq!(reset(&world, "No%20slug").await.status, 400);
    for secret in [&key.secret, "junk"] {
        let answer = world.call("POST", "/operator/v1/organizations/acme/reset", secret, None).await;
        assert_eq!(answer.status, 403, "{answer:?}");
    }
    assert_eq!(world.items("KeysTable").await, before, "nothing was left behind");
}
