use serde_json::{Value, json};

use crate::support::{Key, START, World, all};

fn path(key: &Key) -> String {
    format!("/organizations/acme/api-keys/{}", key.id)
}

#[tokio::test]
async fn a_key_is_changed_by_what_is_given_and_keeps_the_rest() {
    let world = World::serving("fanfare").await;
    world.organization("acme", json!({"plan": "pro"})).await;
    let key = world.key("acme", json!({"name": "a", "type": "secret", "expiresAt": "2031-01-01T00:00:00Z"})).await;
    let change = async |change: Value| world.operate("PATCH", &path(&key), change).await.json()["data"].clone();
    let mut expected = world.operate("GET", &path(&key), Value::Null).await.json()["data"].clone();
    for (wanted, field, value) in [
        (json!({"name": "b"}), "name", json!("b")),
        (json!({"scopes": ["read:consumers"]}), "scopes", json!(["read:consumers"])),
        (json!({"status": "inactive"}), "status", json!("inactive")),
        (json!({"expiresAt": "2032-01-01T00:00:00Z"}), "expiresAt", json!("2032-01-01T00:00:00Z")),
        (json!({"expiresAt": null}), "expiresAt", json!(null)),
        (json!({"status": "active"}), "status", json!("active")),
    ] {
        expected[field] = value;
        assert_eq!(change(wanted).await, expected);
    }
    assert_eq!(world.operate("GET", &path(&key), Value::Null).await.json()["data"], expected);
}

#[tokio::test]
async fn a_key_is_on_its_new_terms_when_the_call_returns() {
    let world = World::serving("fanfare").await;
    world.organization("acme", json!({"plan": "pro"})).await;
    let key = world.key("acme", json!({"name": "a", "type": "secret"})).await;
    let verify = async || {
        let question = json!({"key": key.secret, "scopes": ["write:experiences"]});
        let answer = world.operate("POST", "/verify", question).await.json()["data"].clone();
        answer["reason"].as_str().unwrap_or("valid").to_owned()
    };
    assert_eq!(verify().await, "valid");
    for (change, verdict) in [
        (json!({"status": "inactive"}), "inactive_key"),
        (json!({"status": "active"}), "valid"),
        (json!({"scopes": ["read:experiences"]}), "missing_scope"),
        (json!({"scopes": ["admin"]}), "valid"),
        (json!({"name": "b"}), "valid"),
    ] {
        assert_eq!(world.operate("PATCH", &path(&key), change.clone()).await.status, 200);
        assert_eq!(verify().await, verdict, "{change}");
    }
    world.operate("PATCH", &path(&key), json!({"expiresAt": "2030-06-15T00:00:31Z"})).await;
    assert_eq!(verify().await, "valid");
    world.at("2030-06-15T00:00:31Z");
    assert_eq!(verify().await, "expired_key");
    world.operate("PATCH", &path(&key), json!({"expiresAt": null})).await;
    assert_eq!(verify().await, "valid");
}

#[tokio::test]
async fn a_change_keeps_what_was_counted_and_when_the_key_was_used() {
    let (world, key) = World::academy("pro").await;
    world.organization("acme", json!({"limits": [{"requests": 2, "per": "minute"}]})).await;
    for expected in [200, 200] {
        assert_eq!(world.get("/api/v1/courses", &key).await.status, expected);
        let changed = world.operate("PATCH", &path(&key), json!({"name": "b"})).await;
        assert_eq!(changed.json()["data"]["lastUsedAt"], START);
    }
    assert_eq!(world.get("/api/v1/courses", &key).await.status, 429);
}

#[tokio::test]
async fn a_change_that_the_contract_does_not_allow_names_the_field_and_changes_nothing() {
    let (world, key) = World::academy("pro").await;
    let before = world.operate("GET", &path(&key), Value::Null).await.body;
    for (change, message) in [
        (json!({}), "body must change something"),
        (json!({"name": ""}), "name must have 1 to 100 printable characters"),
        (json!({"scopes": []}), "scopes must name at least 1"),
        (json!({"scopes": ["fly"]}), "scopes must be among read, write"),
        (json!({"expiresAt": START}), "expiresAt must be in the future"),
        (
            json!({"scopes": ["fly"], "expiresAt": START}),
            "scopes must be among read, write; expiresAt must be in the future",
        ),
        (json!({"status": "gone"}), "status must be active or inactive"),
        (json!({"type": "public"}), "type is not known here"),
        (json!({"key": "fa_live_1"}), "key is not known here"),
        (json!(["b"]), "body must be an object"),
    ] {
        let answer = world.operate("PATCH", &path(&key), change).await;
        assert_eq!((answer.status, &answer.json()["error"]["message"]), (400, &json!(message)));
    }
    assert_eq!(world.operate("GET", &path(&key), Value::Null).await.body, before);
    let nobodys = "/organizations/acme/api-keys/key_00000000000000000000000000";
    assert_eq!(world.operate("PATCH", nobodys, json!({"name": "b"})).await.status, 404);
}

#[tokio::test]
async fn changes_at_once_are_all_applied() {
    let (world, key) = World::academy("pro").await;
    let changes = [json!({"name": "b"}), json!({"scopes": ["read"]}), json!({"status": "inactive"})];
    let path = path(&key);
    let answers = all(changes.into_iter().map(|change| world.operate("PATCH", &path, change))).await;
    assert!(answers.iter().all(|answer| answer.status == 200), "{answers:?}");
    let after = world.operate("GET", &path, Value::Null).await.json()["data"].clone();
    assert_eq!(
        (&after["name"], &after["scopes"], &after["status"]),
        (&json!("b"), &json!(["read"]), &json!("inactive"))
    );
}

#[tokio::test]
async fn nobody_gives_away_what_they_do_not_hold() {
    let world = World::serving("fabraix").await;
    world.organization("acme", json!({"plan": "standard"})).await;
    let order = json!({"name": "manager", "type": "restricted", "scopes": ["keys:manage"]});
    let manager = world.key("acme", order.clone()).await;
    let own = format!("/api/v1/acme/api-keys/{}", manager.id);
    let body = r#"{"error":{"message":"API key does not have permission for this operation","type":"authorization_error","code":"insufficient_permissions"}}"#;
    let widen = Some(json!({"scopes": ["keys:manage", "runs:write"]}));
    world.call("PATCH", &own, &manager.secret, widen).await.is(403, &[], body);
    for kind in ["admin", "production"] {
        let order = Some(json!({"name": "more", "type": kind}));
        world.call("POST", "/api/v1/acme/api-keys", &manager.secret, order).await.is(403, &[], body);
    }
    // It can give the scopes that it holds, and leave to a key those that the key has already.
    let answer = world.call("POST", "/api/v1/acme/api-keys", &manager.secret, Some(order)).await;
    assert_eq!(answer.status, 201);
    let admin = world.key("acme", json!({"name": "admin", "type": "admin"})).await;
    let path = format!("/api/v1/acme/api-keys/{}", admin.id);
    let keep = Some(json!({"scopes": ["keys:manage", "runs:write"]}));
    assert_eq!(world.call("PATCH", &path, &manager.secret, keep).await.status, 200);
    // It can switch off a key that may do more, but not on again; and end it sooner, but not later.
    let change = async |change: Value| world.call("PATCH", &path, &manager.secret, Some(change)).await.status;
    assert_eq!(change(json!({"status": "inactive"})).await, 200);
    assert_eq!(change(json!({"status": "active"})).await, 403);
    assert_eq!(change(json!({"expiresAt": "2030-07-01T00:00:00Z"})).await, 200);
    assert_eq!(change(json!({"expiresAt": "2030-06-20T00:00:00Z"})).await, 200);
    assert_eq!(change(json!({"expiresAt": "2030-06-21T00:00:00Z"})).await, 403);
    assert_eq!(change(json!({"expiresAt": null})).await, 403);
}

#[tokio::test]
async fn a_change_that_changes_nothing_writes_nothing() {
    let (world, key) = World::academy("pro").await;
    let path = format!("/organizations/acme/api-keys/{}", key.id);
    let change =
        json!({"name": "a new name", "scopes": ["read"], "status": "active", "expiresAt": "2031-01-01T00:00:00Z"});
    let first = world.operate("PATCH", &path, change.clone()).await;
    assert_eq!(first.status, 200, "{first:?}");
    let before = world.authority().await;
    let asked = world.asked(async {
        let again = world.operate("PATCH", &path, change.clone()).await;
        assert_eq!((again.status, again.json()["data"].clone()), (200, first.json()["data"].clone()));
    });
    let asked = asked.await;
    assert!(
        asked
            .iter()
            .all(|call| call.starts_with("BatchGetItem") || call.starts_with("GetItem") || call.starts_with("Query")),
        "{asked:?}"
    );
    assert_eq!(world.authority().await, before);
}

#[tokio::test]
async fn a_new_name_takes_no_pass_out_of_force() {
    let (world, key) = World::academy("pro").await;
    assert_eq!(world.get("/api/v1/courses", &key).await.status, 200);
    let path = format!("/organizations/acme/api-keys/{}", key.id);
    assert_eq!(world.operate("PATCH", &path, json!({"name": "b"})).await.status, 200);
    world.organization("acme", json!({"name": "Acme & Sons"})).await;
    let asked = world.asked(async { assert_eq!(world.get("/api/v1/courses", &key).await.status, 200) }).await;
    assert_eq!(asked.iter().filter(|call| call.contains("CountersTable")).count(), 1, "{asked:?}");
    assert!(!asked.iter().any(|call| call.contains("BatchGetItem KeysTable")), "{asked:?}");
    // It is switched off all the same, after as many names as there were.
    assert_eq!(world.operate("PATCH", &path, json!({"status": "inactive"})).await.status, 200);
    assert_eq!(world.get("/api/v1/courses", &key).await.status, 401);
}
