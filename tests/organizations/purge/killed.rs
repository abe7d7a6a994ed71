//! Whatever an organization has, and wherever a run is killed: the next one goes on.

use local::dynamodb::{Fault, Latch};
use serde_json::{Value, json};

use super::PURGE;
use crate::support::World;

/// More rows of the audit trail than are read at once.
const CHANGES: u32 = 101;

const COURSE: &str = "0193b5a0-7c1e-7a30-9f0a-5d1f6a2b3c4d";

/// Everything of acme, in all tables, but that its slug is nobody's for a while, and that its secrets are never taken again.
async fn left(world: &World) -> Vec<String> {
    let mut left = Vec::new();
    for table in ["KeysTable", "CountersTable", "UsageTable", "ReferenceTable"] {
        left.extend(world.items(table).await.into_iter().filter(|item| item.contains("acme")));
    }
    left.retain(|item| !item.contains("pk=S(\"closed\")") && !item.contains("secret#"));

    left
}

/// A locked organization with an academy, a webhook, a link to the portal, something that was done once, and a long audit trail.
async fn acme() -> World {
    let world = World::serving("fayne").await;
    world.organization("acme", json!({"plan": "pro"})).await;
    let key = world.key("acme", json!({"name": "a", "scopes": ["read", "write"]})).await;
    let course = json!({"title": "Rust", "status": "published"});
    assert_eq!(world.operate("PUT", &format!("/organizations/acme/courses/{COURSE}"), course).await.status, 201);
    let student = json!({"email": "ada@example.com", "name": "Ada", "course_ids": [COURSE]});
    assert_eq!(world.post("/api/v1/students", &key, student).await.status, 201);
    assert_eq!(world.post("/api/v1/lists", &key, json!({"name": "Spring"})).await.status, 201);
    let address = json!({"url": "https://hooks.example.com/keys"});
    assert_eq!(world.operate("POST", "/organizations/acme/webhooks", address).await.status, 201);
    let person = json!({"subject": "user_42"});
    assert_eq!(world.operate("POST", "/organizations/acme/portal-sessions", person).await.status, 201);
    let order = json!({"name": "once", "scopes": ["read"]});
    assert_eq!(world.operate_once("once", "POST", "/organizations/acme/api-keys", order).await.status, 201);
    for number in 0..CHANGES {
        world.organization("acme", json!({"name": format!("Acme {number}")})).await;
    }
    world.stack.end_processes().await;
    world.organization("acme", json!({"status": "locked"})).await;

    world
}

/// The call that `step` is about is made, and its answer waits for the latch.
fn held(world: &World, (action, text): (&str, &str)) -> Latch {
    let latch = Latch::default();
    world.stack.dynamodb().inject(Fault::Hold(latch.clone()).times(1).on(action).with(text));

    latch
}

/// Begins to delete acme and its trail, and does nothing more.
async fn begin(world: &World) {
    let latch = held(world, ("TransactWriteItems", "closing"));
    let order = json!({"organization": "acme", "audit": "delete"});
    let begun = world.stack.operate("DELETE", "/operator/v1/organizations/acme", Some(&order));
    let kill = async {
        latch.reached().await;
        world.stack.kill("OrganizationsDelete").unwrap();
    };
    let (begun, ()) = tokio::join!(begun, kill);
    latch.open();
    assert_eq!(begun.unwrap().status, 500);
    world.stack.dynamodb().clear_faults();
}

#[tokio::test]
async fn a_run_that_is_killed_leaves_nothing_that_the_next_one_does_not_find() {
    for step in [
        ("DeleteItem", "webhooks"),
        ("BatchWriteItem", "secret#"),
        ("BatchWriteItem", "acme#key_"),
        ("BatchWriteItem", "portal-sessions#acme"),
        // The students' emails are theirs alone, and go with the academy.
        ("BatchWriteItem", "email#"),
        ("PutItem", "closings"),
        ("BatchWriteItem", "idempotency#acme"),
        ("Query", "alerts#acme"),
        ("Query", "webhooks#acme"),
        ("BatchWriteItem", "audit#acme"),
        ("TransactWriteItems", "closed"),
    ] {
        let world = acme().await;
        begin(&world).await;
        let latch = held(&world, step);
        world.killed(PURGE, &latch).await;
        let was_over = step == ("TransactWriteItems", "closed");
        let run = world.stack.fire(PURGE).await.unwrap();
        assert_eq!(run, json!({"deleted": u32::from(!was_over), "left": 0}), "{step:?}");
        assert_eq!(left(&world).await, [""; 0], "{step:?}");
        let again = world.operate("DELETE", "/organizations/acme", json!({"organization": "acme"})).await;
        assert_eq!(again.status, 200, "{step:?}");
    }
}

#[tokio::test]
async fn nothing_is_left_of_what_an_organization_has_in_any_reference_api() {
    let world = acme().await;
    let order = json!({"organization": "acme", "audit": "delete"});
    assert_eq!(world.operate("DELETE", "/organizations/acme", order.clone()).await.status, 200);
    assert_eq!(left(&world).await, [""; 0], "an academy");

    let world = World::serving("fabraix").await;
    world.organization("acme", json!({"plan": "standard"})).await;
    let key = world.key("acme", json!({"name": "a", "type": "admin"})).await;
    assert_eq!(world.register_run(&key.secret).await.status, 200);
    world.stack.end_processes().await;
    world.organization("acme", json!({"status": "locked"})).await;
    assert_eq!(world.operate("DELETE", "/organizations/acme", order).await.status, 200);
    assert_eq!(left(&world).await, [""; 0], "agent runs");
    let gone = world.operate("GET", "/organizations/acme/agent-runs", Value::Null).await;
    assert_eq!(gone.status, 404);
}
