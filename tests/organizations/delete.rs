use local::dynamodb::{Fault, Throttling};
use serde_json::{Value, json};
use shared::contract::secret::Digest;

use crate::support::{Answer, Browser, Key, Link, World};

const ACME: &str = "/organizations/acme";

/// Everything that is in a table.
const TABLES: [&str; 5] = ["KeysTable", "CountersTable", "UsageTable", "EventsTable", "ReferenceTable"];

async fn delete(world: &World, order: Value) -> Answer {
    world.operate("DELETE", ACME, order).await
}

fn order() -> Value {
    json!({"organization": "acme"})
}

async fn lock(world: &World) {
    world.organization("acme", json!({"status": "locked"})).await;
}

/// What is left of acme: the items that say its name.
async fn left(world: &World) -> Vec<String> {
    let mut left = Vec::new();
    for table in TABLES {
        let items = world.items(table).await.into_iter().filter(|item| item.contains("acme"));
        left.extend(items.map(|item| format!("{table}: {item}")));
    }

    left
}

/// Those of them that do not begin with one of `expected`.
async fn left_but(world: &World, expected: &[&str]) -> Vec<String> {
    let mut left = left(world).await;
    left.retain(|item| !expected.iter().any(|part| item.contains(part)));

    left
}

/// What stays of every organization: the digests of its secrets, that it was there, and events that nobody was told of yet.
const STAYS: [&str; 3] = ["secret#", "pk=S(\"closed\")", "EventsTable"];

/// An organization that has something of everything, and one of its keys; and another organization with a key.
async fn busy() -> (World, Key, Key) {
    let world = World::serving("fanfare").await;
    for slug in ["acme", "other"] {
        world.organization(slug, json!({"plan": "pro", "sharedLimits": [{"requests": 1000, "per": "minute"}]})).await;
    }
    let order = |name: &str| json!({"name": name, "type": "secret", "scopes": ["admin"]});
    let (key, other) = (world.key("acme", order("server")).await, world.key("other", order("server")).await);
    let gone = world.key("acme", order("gone")).await;
    for key in [&key, &other, &gone] {
        assert_eq!(world.get("/api/experiences", key).await.status, 200);
    }
    let made = world.post("/api/experiences", &key, json!({"name": "Launch"})).await;
    assert_eq!(made.status, 201, "{made:?}");
    let consumer = world.post("/api/consumers", &key, json!({"email": "a@example.com"})).await;
    assert_eq!(consumer.status, 201, "{consumer:?}");
    let path = format!("{ACME}/api-keys/{}", gone.id);
    assert_eq!(world.operate("DELETE", &path, Value::Null).await.status, 200);
    let path = format!("{ACME}/api-keys/{}/regenerate", key.id);
    let rotated = world.operate("POST", &path, json!({"overlapSeconds": 3600})).await.json()["data"]["key"].clone();
    let key = Key { id: key.id, secret: rotated.as_str().unwrap().to_owned() };
    for subject in ["u", "v"] {
        let link = world.operate("POST", &format!("{ACME}/portal-sessions"), json!({"subject": subject})).await;
        if subject == "u" {
            assert_eq!(Browser::new(&world).enter(&Link::of(&link).code).await.status, 303);
        }
    }
    let once = world.operate_once("a", "POST", &format!("{ACME}/api-keys"), order("once")).await;
    assert_eq!(once.status, 201);
    let rules = json!({"kinds": {"errors.high": {"rate": 0.1}}});
    assert_eq!(world.operate("PUT", &format!("{ACME}/alerts"), rules).await.status, 200);
    let hook = json!({"url": "https://example.com/hook"});
    assert_eq!(world.operate("POST", &format!("{ACME}/webhooks"), hook).await.status, 201);
    world.stack.end_processes().await;

    (world, key, other)
}

#[tokio::test]
async fn nothing_is_left_of_a_deleted_organization_but_its_audit_trail_and_the_digests_of_its_secrets() {
    let (world, key, other) = busy().await;
    world.at("2030-06-15T00:00:31Z");
    lock(&world).await;
    let before = left(&world).await;
    for part in ["portal-sessions#acme", "idempotency#acme", "webhooks", "#experiences", "#consumers", "UsageTable"] {
        assert!(before.iter().any(|item| item.contains(part)), "there is something of {part}");
    }
    world.at("2030-06-15T00:00:32Z");
    let answer = delete(&world, order()).await;
    assert_eq!((answer.status, answer.json()), (200, json!({"data": {"deleted": true}})));
    let stays = [&STAYS[..], &["audit#acme"]].concat();
    assert_eq!(left_but(&world, &stays).await, [""; 0]);
    let kept = world.items("KeysTable").await.join("\n");
    assert!(!kept.contains("portal#"), "the sessions themselves are gone: {kept}");
    assert_eq!(world.get("/api/experiences", &key).await.status, 401);
    let found = world.operate("POST", "/keys/find", json!({"key": key.secret})).await.json();
    assert_eq!(
        (&found["data"][0]["organization"], &found["data"][0]["secret"]["status"]),
        (&json!("acme"), &json!("ended")),
        "{found}"
    );
    assert_eq!(world.get("/api/experiences", &other).await.status, 200, "nothing of another was touched");

    let trail = world.operate("GET", &format!("{ACME}/audit?limit=1"), Value::Null).await.json();
    let row = &trail["data"][0];
    assert_eq!(
        (&row["action"], &row["before"]["keys"], &row["after"]),
        (&json!("organization.deleted"), &json!(2), &Value::Null)
    );
    let cursor = trail["meta"]["pagination"]["cursor"].as_str().unwrap();
    let older = world.operate("GET", &format!("{ACME}/audit?limit=1&cursor={cursor}"), Value::Null).await.json();
    assert_eq!(older["data"][0]["action"], "organization.changed", "{older}");
    let foreign = world.operate("GET", &format!("/organizations/other/audit?cursor={cursor}"), Value::Null).await;
    assert_eq!(foreign.status, 400);
}

#[tokio::test]
async fn the_audit_trail_goes_too_where_that_is_asked_for() {
    let (world, _, _) = busy().await;
    lock(&world).await;
    let all = json!({"organization": "acme", "audit": "delete"});
    assert_eq!(delete(&world, all).await.status, 200);
    assert_eq!(left_but(&world, &STAYS).await, [""; 0]);
    assert_eq!(world.operate("GET", &format!("{ACME}/audit"), Value::Null).await.status, 404);
}

#[tokio::test]
async fn nothing_is_deleted_until_the_lock_is_in_force_for_every_key() {
    let world = World::hurried("standard", 9, 500).await;
    world.organization("acme", json!({"plan": "pro"})).await;
    let key = world.key("acme", json!({"name": "web", "type": "live"})).await;
    assert_eq!(world.verdict(&key.secret).await, "valid");
    world.stack.dynamodb().inject(Fault::hot(Throttling::Throttling).always().about("CountersTable"));
    let lock = async || world.operate("PUT", ACME, json!({"status": "locked"})).await.status;
    assert_eq!(lock().await, 503);
    world.stack.dynamodb().clear_faults();
    assert_eq!(world.verdict(&key.secret).await, "valid", "its pass is still good");
    let org = async || world.operate("GET", ACME, Value::Null).await.json();
    let before = org().await;
    let refused = delete(&world, order()).await;
    assert_eq!(refused.status, 409, "{refused:?}");
    assert!(
        refused.json().to_string().contains("not in force for all of its keys yet: lock it once more"),
        "{refused:?}"
    );
    assert_eq!(org().await, before, "nothing is begun");
    assert_eq!(lock().await, 200);
    assert_eq!(world.verdict(&key.secret).await, "organization_locked");
    assert_eq!(delete(&world, order()).await.status, 200);
}

#[tokio::test]
async fn only_a_locked_organization_is_deleted_by_who_says_its_name_twice() {
    let world = World::serving("standard").await;
    world.organization("acme", json!({"plan": "pro"})).await;
    let before = world.items("KeysTable").await;
    for (wrong, status, said) in [
        (order(), 409, "must be locked before it is deleted"),
        (json!({"organization": "other"}), 400, "organization must be acme"),
        (json!({}), 400, "organization"),
        (json!({"organization": "acme", "audit": "burn"}), 400, "audit"),
        (json!({"organization": "acme", "force": true}), 400, "force"),
    ] {
        let answer = delete(&world, wrong.clone()).await;
        assert_eq!(answer.status, status, "{wrong}: {answer:?}");
        assert!(answer.json().to_string().contains(said), "{wrong}: {answer:?}");
    }
    assert_eq!(world.operate("DELETE", ACME, Value::Null).await.status, 400, "a body is needed");
    let answer = world.operate("DELETE", "/organizations/none", json!({"organization": "none"})).await;
    assert_eq!(answer.status, 404);
    assert_eq!(world.items("KeysTable").await, before, "nothing was left behind");
    let key = world.key("acme", json!({"name": "a", "type": "live", "scopes": ["admin"]})).await;
    assert_ne!(world.call("DELETE", "/operator/v1/organizations/acme", &key.secret, Some(order())).await.status, 200);
}

#[tokio::test]
async fn a_slug_is_nobodys_for_a_quarter_of_an_hour_and_then_a_strangers() {
    let (world, key, _) = busy().await;
    lock(&world).await;
    assert_eq!(delete(&world, order()).await.status, 200);
    assert_eq!(delete(&world, order()).await.status, 200, "it is deleted, however often that is asked for");
    let make = || world.operate("PUT", ACME, json!({"plan": "pro"}));
    let early = make().await;
    assert_eq!(early.status, 409, "{early:?}");
    assert!(early.json().to_string().contains("2030-06-15T00:15:30Z"), "{early:?}");
    for path in ["", "/api-keys", "/portal-sessions", "/alerts", "/webhooks", "/usage"] {
        assert_eq!(world.operate("GET", &format!("{ACME}{path}"), Value::Null).await.status, 404, "{path}");
    }
    let listed = world.operate("GET", "/organizations", Value::Null).await.json();
    assert!(!listed["data"].to_string().contains("acme"), "{listed}");

    world.at("2030-06-15T00:15:30Z");
    assert_eq!(make().await.status, 201);
    assert_eq!(world.get("/api/experiences", &key).await.status, 401, "the keys of before are nobody's");
    let found = world.operate("POST", "/keys/find", json!({"key": key.secret})).await;
    assert_eq!(found.status, 200, "{found:?}");
    let found = found.json()["data"][0].clone();
    assert_eq!((&found["organization"], &found["owner"]), (&json!("acme"), &Value::Null), "{found}");
    assert_eq!(world.operate("POST", "/keys/find", json!({"keyId": key.id})).await.status, 404);
    let digest = Digest::of(key.secret.as_bytes()).to_string();
    let import = json!({"keys": [{"sha256": digest, "name": "back", "type": "secret"}]});
    let answer = world.operate("POST", &format!("{ACME}/api-keys/import"), import).await.json();
    assert_eq!(answer["data"]["results"][0]["result"], "refused", "{answer}");
    // The trail goes on, and people see their own part of it.
    let link = world.operate("POST", &format!("{ACME}/portal-sessions"), json!({"subject": "w"})).await;
    let browser = Browser::new(&world);
    assert_eq!(browser.enter(&Link::of(&link).code).await.status, 303);
    let page = browser.get("/portal/acme/activity").await;
    assert_eq!(page.status, 200);
    assert!(!page.body.contains("server") && !page.body.contains("gone"), "{}", page.body);

    // After a day nobody remembers that there was one before.
    world.at("2030-06-17T00:00:00Z");
    lock(&world).await;
    assert_eq!(delete(&world, order()).await.status, 200);
}

#[tokio::test]
async fn one_that_is_gone_for_more_than_a_day_was_never_there() {
    let world = World::serving("standard").await;
    world.organization("acme", json!({"plan": "pro", "status": "locked"})).await;
    assert_eq!(delete(&world, order()).await.status, 200);
    world.at("2030-06-16T00:00:29Z");
    assert_eq!(delete(&world, order()).await.status, 200);
    world.at("2030-06-16T00:00:30Z");
    assert_eq!(delete(&world, order()).await.status, 404);
}
