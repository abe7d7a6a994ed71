//! The promise: what the operator calls a key in a system of their own is said wherever it is let in, and nobody else can say it.

use serde_json::{Value, json};

use crate::support::{Key, World};

fn path(key: &Key) -> String {
    format!("/organizations/acme/api-keys/{}", key.id)
}

async fn verdict(world: &World, key: &Key) -> Value {
    world.operate("POST", "/verify", json!({"key": key.secret})).await.json()["data"].clone()
}

#[tokio::test]
async fn labels_are_shown_wherever_a_key_is_and_changed_as_a_whole() {
    let world = World::serving("fayne").await;
    world.organization("acme", json!({"plan": "pro"})).await;
    let order = json!({"name": "a", "scopes": ["read"], "externalId": "user_1", "metadata": {"team": "billing", "tier": "gold"}});
    let made = world.operate("POST", "/organizations/acme/api-keys", order).await.json()["data"].clone();
    assert_eq!((&made["externalId"], &made["metadata"]["tier"]), (&json!("user_1"), &json!("gold")));
    let path = format!("/organizations/acme/api-keys/{}", made["id"].as_str().unwrap());
    for (change, external, metadata) in [
        (json!({"metadata": {"team": "ops"}}), Some("user_1"), Some(json!({"team": "ops"}))),
        (json!({"externalId": "user_2"}), Some("user_2"), Some(json!({"team": "ops"}))),
        (json!({"metadata": {}}), Some("user_2"), None),
        (json!({"externalId": null, "metadata": null}), None, None),
    ] {
        let changed = world.operate("PATCH", &path, change.clone()).await;
        assert_eq!(changed.status, 200, "{changed:?}");
        for key in
            [changed.json()["data"].clone(), world.operate("GET", &path, Value::Null).await.json()["data"].clone()]
        {
            assert_eq!(key.get("externalId").and_then(Value::as_str), external, "{change}: {key}");
            assert_eq!(key.get("metadata"), metadata.as_ref(), "{change}: {key}");
        }
    }
    let trail = world.operate("GET", "/organizations/acme/audit", Value::Null).await.json();
    let rows: Vec<_> = trail["data"].as_array().unwrap().iter().map(|row| row["after"]["metadata"].clone()).collect();
    assert_eq!(rows.iter().filter(|metadata| !metadata.is_null()).count(), 3, "{rows:?}");
}

#[tokio::test]
async fn the_external_id_of_a_key_or_else_of_its_organization_is_in_every_verdict_at_once() {
    let world = World::serving("fanfare").await;
    world.organization("acme", json!({"plan": "pro"})).await;
    let key = world.key("acme", json!({"name": "a", "type": "secret"})).await;
    let path = path(&key);
    for (method, path, change, said) in [
        ("GET", &*path, Value::Null, None),
        ("PUT", "/organizations/acme", json!({"externalId": "tenant_1"}), Some("tenant_1")),
        ("PATCH", &path, json!({"externalId": "user_1"}), Some("user_1")),
        ("PUT", "/organizations/acme", json!({"externalId": "tenant_2"}), Some("user_1")),
        ("PATCH", &path, json!({"externalId": null}), Some("tenant_2")),
        ("PUT", "/organizations/acme", json!({"externalId": null}), None),
    ] {
        let changed = world.operate(method, path, change.clone()).await;
        assert_eq!(changed.status, 200, "{changed:?}");
        assert_eq!(verdict(&world, &key).await.get("externalId").and_then(Value::as_str), said, "{change}");
        let forwarded = world.get("/forward-auth", &key).await;
        assert_eq!(forwarded.header("latchkey-external-id"), Some(said.unwrap_or_default()), "{change}");
        let (_, credential) = world.credential(&key.secret);
        let method = "arn:aws:execute-api:us-east-1:123456789012:other/prod/GET/";
        let token = json!({"type": "TOKEN", "methodArn": method, "authorizationToken": credential});
        let policy = world.stack.invoke("GateAuthorize", token).await.unwrap();
        assert_eq!(policy["context"].get("externalId").and_then(Value::as_str), said, "{policy}");
    }
}

#[tokio::test]
async fn only_the_operator_says_what_a_key_belongs_to() {
    let world = World::serving("standard").await;
    world.organization("acme", json!({"plan": "pro", "externalId": "tenant_1"})).await;
    let admin = world.key("acme", json!({"name": "a", "type": "live", "scopes": ["admin"]})).await;
    let own = "/api/v1/acme/api-keys";
    for (member, value) in [("externalId", json!("tenant_2")), ("metadata", json!({"vip": "yes"}))] {
        let mut order = json!({"name": "b", "type": "live"});
        order[member] = value.clone();
        let refused = world.call("POST", own, &admin.secret, Some(order)).await;
        assert_eq!(refused.json()["detail"], format!("{member} is not yours to set"), "{refused:?}");
        for value in [value, Value::Null] {
            let change = json!({member: value});
            let refused = world.call("PATCH", &format!("{own}/{}", admin.id), &admin.secret, Some(change)).await;
            assert_eq!(
                (refused.status, refused.json()["detail"].clone()),
                (400, format!("{member} is not yours to set").into())
            );
        }
    }
    // What a key makes for itself is its organization's.
    let order = json!({"name": "b", "type": "live", "scopes": ["read"]});
    let made = world.call("POST", own, &admin.secret, Some(order)).await.json()["data"].clone();
    let made = Key { id: made["id"].as_str().unwrap().to_owned(), secret: made["key"].as_str().unwrap().to_owned() };
    assert_eq!(verdict(&world, &made).await["externalId"], "tenant_1");
    // A change of something else leaves them alone.
    world.operate("PATCH", &path(&made), json!({"externalId": "user_7", "metadata": {"a": "b"}})).await;
    let renamed = world.call("PATCH", &format!("{own}/{}", made.id), &admin.secret, Some(json!({"name": "c"}))).await;
    assert_eq!(renamed.json()["data"]["externalId"], "user_7", "{renamed:?}");
}

#[tokio::test]
async fn labels_that_are_too_long_or_cannot_be_headers_are_refused_and_leave_nothing_behind() {
    let world = World::serving("fayne").await;
    world.organization("acme", json!({"plan": "pro"})).await;
    let key = world.key("acme", json!({"name": "a", "scopes": ["read"]})).await;
    let before = world.authority().await;
    for (labels, message) in [
        (json!({"externalId": ""}), "externalId must have 1 to 128 visible ASCII characters"),
        (json!({"externalId": "a b"}), "externalId must have 1 to 128 visible ASCII characters"),
        (json!({"externalId": "a\r\nx-admin: 1"}), "externalId must have 1 to 128 visible ASCII characters"),
        (json!({"externalId": "a".repeat(129)}), "externalId must have 1 to 128 visible ASCII characters"),
        (
            json!({"metadata": {"a": "x".repeat(1_024)}}),
            "metadata must have at most 1,024 bytes, names and texts together",
        ),
        (json!({"metadata": {"": "x"}}), "metadata must have names of 1 to 64 characters"),
    ] {
        for (method, path) in [("PATCH", path(&key)), ("PUT", "/organizations/acme".to_owned())] {
            let answer = world.operate(method, &path, labels.clone()).await;
            assert_eq!((answer.status, &answer.json()["error"]["message"]), (400, &json!(message)), "{labels}");
        }
    }
    assert_eq!(world.authority().await, before);
}

#[tokio::test]
async fn imported_keys_and_organizations_have_labels_too() {
    let world = World::serving("fayne").await;
    let org =
        world.organization("acme", json!({"plan": "pro", "externalId": "t/1", "metadata": {"crm": "0017"}})).await;
    assert_eq!((&org["externalId"], &org["metadata"]), (&json!("t/1"), &json!({"crm": "0017"})));
    let keys =
        json!([{"sha256": "0".repeat(64), "name": "a", "scopes": ["read"], "externalId": "u", "metadata": {"k": "v"}}]);
    let taken = world.operate("POST", "/organizations/acme/api-keys/import", json!({"keys": keys})).await.json();
    let id = taken["data"]["results"][0]["id"].as_str().unwrap();
    let key = world.operate("GET", &format!("/organizations/acme/api-keys/{id}"), Value::Null).await.json();
    assert_eq!((&key["data"]["externalId"], &key["data"]["metadata"]), (&json!("u"), &json!({"k": "v"})));
    let again = world.organization("acme", json!({"metadata": null})).await;
    assert_eq!((again.get("metadata"), &again["externalId"]), (None, &json!("t/1")), "what is left out stays");
}

#[tokio::test]
async fn a_hint_is_shown_where_the_contract_has_hints_and_changes_with_the_secret() {
    let world = World::serving("standard").await;
    world.organization("acme", json!({"plan": "pro"})).await;
    let hint = |secret: &str| json!(format!("lk_live_…{}", &secret[secret.len() - 4..]));
    let made = world.operate("POST", "/organizations/acme/api-keys", json!({"name": "a", "type": "live"})).await.json();
    let (id, secret) = (made["data"]["id"].as_str().unwrap(), made["data"]["key"].as_str().unwrap());
    assert_eq!(made["data"]["hint"], hint(secret));
    let path = format!("/organizations/acme/api-keys/{id}");
    let shown = async || world.operate("GET", &path, Value::Null).await.json()["data"]["hint"].clone();
    assert_eq!(shown().await, hint(secret));
    let new = world.operate("POST", &format!("{path}/regenerate"), Value::Null).await.json();
    assert_eq!(new["data"]["hint"], hint(new["data"]["key"].as_str().unwrap()));
    assert_eq!(shown().await, new["data"]["hint"]);
    let keys = json!([{"sha256": "0".repeat(64), "name": "b", "type": "live"}]);
    let taken = world.operate("POST", "/organizations/acme/api-keys/import", json!({"keys": keys})).await.json();
    let imported = taken["data"]["results"][0]["id"].as_str().unwrap();
    let key = world.operate("GET", &format!("/organizations/acme/api-keys/{imported}"), Value::Null).await.json();
    assert_eq!(key["data"].get("hint"), Some(&Value::Null), "only its digest was ever known");

    let other = World::serving("fayne").await;
    other.organization("acme", json!({"plan": "pro"})).await;
    let order = json!({"name": "a", "scopes": ["read"]});
    let made = other.operate("POST", "/organizations/acme/api-keys", order).await.json();
    assert_eq!(made["data"].get("hint"), None);
}
