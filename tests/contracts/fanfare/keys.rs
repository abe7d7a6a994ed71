//! What the page says of keys: their types, how they are made, listed, replaced, ended, and how their use is seen.

use serde_json::{Value, json};

use super::{DASHBOARD, EXAMPLE, SCOPES, fanfare, is, key, knock, quota};
use crate::support::{Key, START, World};

/// "API Key Types": public keys have limited permissions, secret keys full ones.
#[tokio::test]
async fn a_public_key_has_limited_permissions_and_a_secret_or_test_key_all() {
    let world = fanfare("pro").await;
    for (kind, prefix) in [("public", "pk_live_"), ("secret", "sk_live_"), ("test", "sk_test_")] {
        let key = key(&world, kind).await;
        assert!(key.secret.strip_prefix(prefix).is_some_and(|rest| rest.len() == 32), "{kind}");
        for call in SCOPES.iter().flat_map(|(_, calls)| *calls) {
            let answer = knock(&world, *call, &key).await;
            let allowed = kind != "public" || (call.0 == "GET" && call.1.starts_with(EXAMPLE));
            if allowed {
                assert!([200, 400, 404].contains(&answer.status), "{kind} {call:?}: {answer:?}");
            } else {
                is(&answer, 401, &[], r#"{"error":"Secret key required"}"#);
            }
        }
    }
}

/// "API Key Types": "Testing environment only"; "Confirm correct environment (test vs. live)".
#[tokio::test]
async fn test_keys_are_for_testing_only_and_live_keys_for_what_is_live() {
    for (stage, public, secret, test) in
        [("local", 200, 200, 200), ("staging", 401, 401, 200), ("production", 200, 200, 401)]
    {
        let world = World::at_stage("fanfare", stage).await;
        world.organization("acme", json!({"plan": "pro"})).await;
        for (kind, status) in [("public", public), ("secret", secret), ("test", test)] {
            let key = key(&world, kind).await;
            let answer = world.get(EXAMPLE, &key).await;
            assert_eq!(answer.status, status, "{kind} at {stage}");
            if status == 401 {
                is(&answer, 401, &[], r#"{"error":"Wrong environment for this key"}"#);
            }
        }
    }
}

/// "Key Configuration", row by row.
#[tokio::test]
async fn a_key_needs_a_name_and_a_type_and_may_have_permissions_and_an_expiration() {
    let world = fanfare("pro").await;
    let wrong = |field: &str, message: &str| json!({"error": "Validation failed", "details": [{"field": field, "message": message}]});
    let scopes =
        "must be among admin, read:analytics, read:consumers, read:experiences, write:consumers, write:experiences";
    for (order, status, body) in [
        (json!({"type": "secret"}), 400, wrong("name", "is required")),
        (
            json!({"name": "", "type": "secret", "expiresAt": "soon", "color": "red"}),
            400,
            json!({"error": "Validation failed", "details": [
                {"field": "name", "message": "must have 1 to 100 printable characters"},
                {"field": "expiresAt", "message": "must be a time like 2026-11-20T10:00:00Z"},
                {"field": "color", "message": "is not known here"},
            ]}),
        ),
        (json!({"name": "a"}), 400, wrong("type", "is required, one of public, secret, test")),
        (json!({"name": "a", "type": "private"}), 400, wrong("type", "must be one of public, secret, test")),
        (json!({"name": "a", "type": "secret", "scopes": ["read:all"]}), 400, wrong("scopes", scopes)),
        (
            json!({"name": "a", "type": "public", "scopes": ["write:experiences"]}),
            400,
            wrong("scopes", "must be among read:experiences"),
        ),
        (json!({"name": "a", "type": "secret", "expiresAt": START}), 400, wrong("expiresAt", "must be in the future")),
        (json!({"name": "a", "type": "public"}), 201, Value::Null),
        (json!({"name": "a", "type": "secret", "scopes": ["read:consumers", "write:consumers"]}), 201, Value::Null),
        (json!({"name": "a", "type": "test", "expiresAt": "2030-06-15T00:00:31Z"}), 201, Value::Null),
    ] {
        let answer = world.operate("POST", DASHBOARD, order.clone()).await;
        assert_eq!(answer.status, status, "{order}: {answer:?}");
        assert!(status == 201 || answer.json() == body, "{order}: {answer:?}");
    }
}

/// "After Creation".
#[tokio::test]
async fn a_key_is_displayed_once() {
    let world = fanfare("pro").await;
    let order = json!({"name": "once", "type": "secret"});
    let made = world.operate("POST", DASHBOARD, order).await;
    let secret = made.json()["data"]["key"].as_str().unwrap().to_owned();
    assert_eq!(made.body.matches(&secret).count(), 1);
    let id = made.json()["data"]["id"].as_str().unwrap().to_owned();
    for path in [DASHBOARD.to_owned(), format!("{DASHBOARD}/{id}")] {
        let shown = world.operate("GET", &path, Value::Null).await;
        assert!(shown.status == 200 && !shown.body.contains(&secret), "{shown:?}");
    }
}

/// "Key List", column by column, and each status.
#[tokio::test]
async fn the_key_list_has_the_columns_of_the_page() {
    let world = fanfare("pro").await;
    let used = key(&world, "secret").await;
    let order = json!({"name": "old", "type": "public", "expiresAt": "2030-06-15T00:00:31Z"});
    world.at("2030-06-15T00:00:30.001Z");
    world.key("acme", order).await;
    world.at("2030-06-15T00:00:30.002Z");
    let off = key(&world, "test").await;
    world.operate("PATCH", &format!("{DASHBOARD}/{}", off.id), json!({"status": "inactive"})).await;
    world.at("2030-06-15T00:00:31Z");
    // An admin's own call is the most recent one.
    let list = world.get("/api/v1/acme/api-keys", &used).await.json();
    let columns = ["name", "type", "createdAt", "lastUsedAt", "status"];
    let rows: Vec<_> =
        list["data"].as_array().unwrap().iter().map(|key| columns.map(|column| key[column].clone())).collect();
    let row = |name: &str, kind: &str, used: Value, status: &str| {
        [json!(name), json!(kind), json!(START), used, json!(status)]
    };
    assert_eq!(
        rows,
        [
            row("test", "test", Value::Null, "inactive"),
            row("old", "public", Value::Null, "expired"),
            row("secret", "secret", json!("2030-06-15T00:00:31Z"), "active"),
        ]
    );
}

/// "Key Actions": "Create a new key, invalidate old".
#[tokio::test]
async fn regenerating_makes_a_new_key_and_invalidates_the_old_one() {
    let world = fanfare("pro").await;
    let old = key(&world, "secret").await;
    assert_eq!(world.get(EXAMPLE, &old).await.status, 200);
    let answer = world.operate("POST", &format!("{DASHBOARD}/{}/regenerate", old.id), json!({})).await;
    let data = answer.json()["data"].clone();
    assert_eq!((answer.status, &data["id"]), (200, &json!(old.id)), "{answer:?}");
    let new = Key { id: old.id.clone(), secret: data["key"].as_str().unwrap().to_owned() };
    assert!(new.secret.starts_with("sk_live_") && new.secret != old.secret);
    is(&world.get(EXAMPLE, &old).await, 401, &[], r#"{"error":"Invalid API key"}"#);
    let answer = world.get(EXAMPLE, &new).await;
    assert_eq!((answer.status, answer.own_headers()), (200, quota(10_000, 9_998).to_vec()), "its quota goes on");
}

/// "Key Actions": deactivate, delete.
#[tokio::test]
async fn deactivating_is_temporary_and_deleting_permanent() {
    let world = fanfare("pro").await;
    let key = key(&world, "secret").await;
    let path = format!("{DASHBOARD}/{}", key.id);
    assert_eq!(world.get(EXAMPLE, &key).await.status, 200);
    world.operate("PATCH", &path, json!({"status": "inactive"})).await;
    is(&world.get(EXAMPLE, &key).await, 401, &[], r#"{"error":"API key is inactive"}"#);
    world.operate("PATCH", &path, json!({"status": "active"})).await;
    assert_eq!(world.get(EXAMPLE, &key).await.status, 200);
    assert_eq!(world.operate("DELETE", &path, Value::Null).await.status, 200);
    is(&world.get(EXAMPLE, &key).await, 401, &[], r#"{"error":"Invalid API key"}"#);
    is(&world.operate("GET", &path, Value::Null).await, 404, &[], r#"{"error":"API key not found"}"#);
}

/// "Usage Statistics", row by row.
#[tokio::test]
async fn the_use_of_a_key_can_be_tracked() {
    let world = fanfare("pro").await;
    let key = key(&world, "secret").await;
    let post = async |new: Value, status: u16| assert_eq!(world.post(EXAMPLE, &key, new).await.status, status);
    for _ in 0..4 {
        assert_eq!(world.get(EXAMPLE, &key).await.status, 200);
    }
    post(json!({"name": "a"}), 201).await;
    post(json!({"name": "a"}), 409).await;
    post(json!({}), 400).await;
    world.at("2030-06-15T00:00:45Z");
    assert_eq!(world.get("/api/analytics", &key).await.status, 200);
    world.stack.end_processes().await;
    let usage =
        world.operate("GET", &format!("{DASHBOARD}/{}/usage", key.id), Value::Null).await.json()["data"].clone();
    let totals = &usage["totals"];
    assert_eq!(
        [&totals["requests"], &totals["successRate"], &totals["errorRate"], &usage["lastUsedAt"]],
        [&json!(8), &json!(0.75), &json!(0.25), &json!("2030-06-15T00:00:45Z")]
    );
}
