mod killed;

use std::time::Duration;

use local::dynamodb::{Fault, Latch};
use serde_json::{Value, json};

use crate::support::{Answer, Key, World};

const ACME: &str = "/operator/v1/organizations/acme";
const PURGE: &str = "OrganizationsPurge";

/// What is left of acme but for what is to stay.
async fn left(world: &World) -> Vec<String> {
    let mut left = Vec::new();
    for table in ["KeysTable", "UsageTable", "ReferenceTable"] {
        let items = world.items(table).await.into_iter().filter(|item| item.contains("acme"));
        left.extend(items.filter(|item| !item.contains("audit#acme") && !item.contains("secret#")));
    }
    left.retain(|item| !item.contains("pk=S(\"closed\")"));

    left
}

/// An organization with three keys, which were used, and a note.
async fn acme() -> (World, Vec<Key>) {
    let world = World::serving("standard").await;
    world.organization("acme", json!({"plan": "pro"})).await;
    let mut keys = Vec::new();
    for name in ["a", "b", "c"] {
        let key = world.key("acme", json!({"name": name, "type": "live"})).await;
        assert_eq!(world.post("/v1/notes", &key, json!({"title": "A note"})).await.status, 201);
        keys.push(key);
    }
    world.stack.end_processes().await;
    world.organization("acme", json!({"status": "locked"})).await;

    (world, keys)
}

/// Deletes acme. The process is killed after the call that `step` is about was made, before its answer has come.
async fn kill(world: &World, (action, text): (&str, &str)) {
    let latch = Latch::default();
    let dynamodb = world.stack.dynamodb();
    dynamodb.inject(Fault::Hold(latch.clone()).times(1).on(action).with(text));
    let killing = async {
        latch.reached().await;
        world.stack.kill("OrganizationsDelete").unwrap();
    };
    let order = json!({"organization": "acme"});
    let (answer, ()) = tokio::join!(world.stack.operate("DELETE", ACME, Some(&order)), killing);
    assert_eq!(Answer::from(answer.unwrap()).status, 500);
    latch.open();
    dynamodb.clear_faults();
}

#[tokio::test]
async fn a_deletion_that_is_killed_at_any_step_goes_on_by_itself() {
    for step in [
        ("TransactWriteItems", "closing"),
        ("GetItem", "closings"),
        ("Query", "#notes"),
        ("BatchWriteItem", "#notes"),
        ("Query", "key#"),
        ("BatchWriteItem", "secret#"),
        ("BatchWriteItem", "fence"),
        ("Query", "acme#key_"),
        ("BatchWriteItem", "acme#key_"),
        ("BatchWriteItem", "org#acme"),
        ("Query", "audit#acme"),
        ("Query", "portal-sessions#acme"),
        ("Query", "history#acme"),
        ("DeleteItem", "digest"),
        ("TransactWriteItems", "closed"),
    ] {
        let (world, keys) = acme().await;
        kill(&world, step).await;
        // It is closed from the first step on, whatever is left.
        assert_eq!(world.operate("GET", "/organizations/acme", Value::Null).await.status, 404, "{step:?}");
        let made = world.operate("PUT", "/organizations/acme", json!({"status": "active", "plan": "pro"})).await;
        assert_eq!(made.status, 409, "{step:?}: {made:?}");
        let run = world.stack.fire(PURGE).await.unwrap();
        let was_over = step == ("TransactWriteItems", "closed");
        assert_eq!(run, json!({"deleted": u32::from(!was_over), "left": 0}), "{step:?}");
        assert_eq!(left(&world).await, [""; 0], "{step:?}");
        for key in &keys {
            assert_eq!(world.get("/v1/notes", key).await.status, 401, "{step:?}");
        }
        let again = world.operate("DELETE", "/organizations/acme", json!({"organization": "acme"})).await;
        assert_eq!(again.status, 200, "{step:?}");
    }
}

#[tokio::test]
async fn what_does_not_fit_into_a_call_is_202_until_nothing_is_left() {
    let world = World::hurried("standard", 3, 800).await;
    world.organization("acme", json!({"plan": "pro"})).await;
    world.key("acme", json!({"name": "a", "type": "live"})).await;
    world.organization("acme", json!({"status": "locked"})).await;
    world.stack.dynamodb().inject(Fault::Delay(Duration::from_millis(500)).always().on("Query"));
    let order = json!({"organization": "acme"});
    let answer = world.operate("DELETE", "/organizations/acme", order.clone()).await;
    assert_eq!((answer.status, answer.json()), (202, json!({"data": {"deleted": false}})));
    let other = json!({"organization": "acme", "audit": "delete"});
    let answer = world.operate("DELETE", "/organizations/acme", other).await;
    assert_eq!(answer.status, 409, "the first one says what becomes of the trail: {answer:?}");
    assert_eq!(world.stack.fire(PURGE).await.unwrap(), json!({"deleted": 0, "left": 1}));
    world.stack.dynamodb().clear_faults();
    assert_eq!(world.operate("DELETE", "/organizations/acme", order).await.status, 200);
    assert_eq!(left(&world).await, [""; 0]);
}

#[tokio::test]
async fn one_that_cannot_be_deleted_does_not_keep_the_others_and_an_alarm_hears_of_it() {
    let (world, _) = acme().await;
    world.organization("zeta", json!({"plan": "pro", "status": "locked"})).await;
    let throttled = || Fault::error(400, "ThrottlingException", "slow").always().on("BatchWriteItem");
    world.stack.dynamodb().inject(throttled());
    let answer = world.operate("DELETE", "/organizations/acme", json!({"organization": "acme"})).await;
    assert_eq!(answer.status, 503, "{answer:?}");
    world.stack.dynamodb().clear_faults();
    // Zeta is closed, and nothing of it is gone.
    let latch = Latch::default();
    world.stack.dynamodb().inject(Fault::Hold(latch.clone()).times(1).on("GetItem").with("closings"));
    let killing = async {
        latch.reached().await;
        world.stack.kill("OrganizationsDelete").unwrap();
    };
    let order = json!({"organization": "zeta"});
    let path = "/operator/v1/organizations/zeta";
    drop(tokio::join!(world.stack.operate("DELETE", path, Some(&order)), killing));
    latch.open();
    world.stack.dynamodb().clear_faults();

    world.stack.dynamodb().inject(throttled().with("acme"));
    assert!(world.stack.fire(PURGE).await.is_err());
    let closings = world.items("KeysTable").await.into_iter().filter(|item| item.contains("pk=S(\"closings\")"));
    assert_eq!(closings.count(), 1, "zeta is gone");
    world.stack.dynamodb().clear_faults();
    assert_eq!(world.stack.fire(PURGE).await.unwrap(), json!({"deleted": 1, "left": 0}));
    assert_eq!(world.stack.fire(PURGE).await.unwrap(), json!({"deleted": 0, "left": 0}));
    assert_eq!(left(&world).await, [""; 0]);
}

#[tokio::test]
async fn one_that_takes_all_of_a_runs_time_does_not_keep_the_others_for_good() {
    let world = World::hurried("standard", 3, 800).await;
    let slow = |org: &str| Fault::Delay(Duration::from_millis(500)).always().on("Query").with(org);
    for org in ["acme", "zeta"] {
        world.organization(org, json!({"plan": "pro", "status": "locked"})).await;
        world.stack.dynamodb().inject(slow(org));
        let order = json!({"organization": org});
        assert_eq!(world.operate("DELETE", &format!("/organizations/{org}"), order).await.status, 202);
    }
    world.stack.dynamodb().clear_faults();
    world.stack.dynamodb().inject(slow("acme"));
    let mut deleted = 0;
    // One of two minutes begins with acme, and the other with zeta.
    for _ in 0..2 {
        deleted += world.stack.fire(PURGE).await.unwrap()["deleted"].as_u64().unwrap();
        world.stack.clock().advance(Duration::from_mins(1));
    }
    assert_eq!(deleted, 1);
}

#[tokio::test]
async fn a_change_that_was_under_way_when_an_organization_was_closed_is_not_made() {
    let world = World::serving("standard").await;
    world.organization("acme", json!({"plan": "pro", "status": "locked"})).await;
    let latch = Latch::default();
    // The key is read to be issued, and written once the organization is closed.
    world.stack.dynamodb().inject(Fault::Hold(latch.clone()).times(1).on("GetItem").with("org#acme"));
    let order = json!({"name": "late", "type": "live"});
    let issue = world.operate("POST", "/organizations/acme/api-keys", order);
    let close = async {
        latch.reached().await;
        let deleted = world.operate("DELETE", "/organizations/acme", json!({"organization": "acme"})).await;
        latch.open();
        deleted
    };
    let (issued, deleted) = tokio::join!(issue, close);
    assert_eq!((issued.status, deleted.status), (404, 200), "{issued:?} {deleted:?}");
    assert_eq!(left(&world).await, [""; 0]);
}

#[tokio::test]
async fn the_deletion_of_an_organization_forgets_no_id_that_is_anothers_by_now() {
    let (world, keys) = acme().await;
    world.organization("acme", json!({"status": "active"})).await;
    let path = format!("/organizations/acme/api-keys/{}", keys[0].id);
    assert_eq!(world.operate("DELETE", &path, Value::Null).await.status, 200);
    let delete = async || {
        world.organization("acme", json!({"status": "locked"})).await;
        assert_eq!(world.operate("DELETE", "/organizations/acme", json!({"organization": "acme"})).await.status, 200);
    };
    delete().await;

    // The id is free, with another secret: its trail still has the row of the key that was deleted.
    world.organization("other", json!({"plan": "pro"})).await;
    let sha256 = "1".repeat(64);
    let taken = json!({"keys": [{"id": keys[0].id, "sha256": sha256, "name": "b", "type": "live"}]});
    let answer = world.operate("POST", "/organizations/other/api-keys/import", taken).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    world.stack.clock().advance(Duration::from_mins(16));
    world.organization("acme", json!({"plan": "pro"})).await;
    delete().await;
    let found = world.operate("POST", "/keys/find", json!({"keyId": keys[0].id})).await;
    assert_eq!((found.status, &found.json()["data"][0]["organization"]), (200, &json!("other")), "{found:?}");
}
