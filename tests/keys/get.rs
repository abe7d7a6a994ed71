use serde_json::{Value, json};

use crate::support::{START, World};

#[tokio::test]
async fn a_key_is_shown_without_its_secret() {
    let world = World::serving("fabraix").await;
    world.organization("acme", json!({"plan": "standard"})).await;
    let key = world.key("acme", json!({"name": "agents", "type": "admin"})).await;
    let answer = world.operate("GET", &format!("/organizations/acme/api-keys/{}", key.id), Value::Null).await;
    let data = answer.json()["data"].clone();
    assert_eq!(
        data,
        json!({"id": key.id, "name": "agents", "type": "admin", "scopes": ["keys:manage", "runs:write"], "status": "active",
               "lastUsedAt": null, "createdAt": START, "expiresAt": null, "fingerprint": data["fingerprint"]})
    );
    assert!(!answer.body.contains(&key.secret));
    // A caller sees the same, and has used it by that.
    let seen = world.get(&format!("/api/v1/acme/api-keys/{}", key.id), &key).await.json()["data"].clone();
    assert_eq!((&seen["lastUsedAt"], &seen["fingerprint"]), (&json!(START), &data["fingerprint"]));
}

#[tokio::test]
async fn a_key_of_another_organization_is_like_one_that_does_not_exist() {
    let (world, key) = World::academy("pro").await;
    world.organization("other", json!({"plan": "pro"})).await;
    let others = world.operate("GET", &format!("/organizations/other/api-keys/{}", key.id), Value::Null).await;
    let nobodys = "/organizations/other/api-keys/key_00000000000000000000000000";
    let nobodys = world.operate("GET", nobodys, Value::Null).await;
    assert_eq!((others.status, &others.body), (404, &nobodys.body));
}
