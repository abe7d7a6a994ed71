//! The promise: a key works no longer than its plan and its type allow, and a new secret can prolong it.

use local::Builder;
use serde_json::{Value, json};

use crate::support::{Answer, Key, World, own_contract};

const KEYS: &str = "/organizations/acme/api-keys";

/// A stack whose keys on `pro` work for 30 days, or up to 90, and those of the type `test` for two days; and `acme` on it.
async fn world() -> World {
    let contract = own_contract("standard", |text| {
        let plan = "[plans.pro]\nmax_age = { days = 90 }\ndefault_age = { days = 30 }";
        let kind = "[key.types.test]\nmax_age = { hours = 48 }";

        text.replace("[plans.pro]", plan).replace("[key.types.test]", kind)
    });
    let world = World::own(contract, |builder: Builder| builder.parameter("ReferenceApi", "notes")).await;
    world.at("2030-06-15T00:00:00Z");
    world.organization("acme", json!({"plan": "pro"})).await;

    world
}

async fn issue(world: &World, members: Value) -> Answer {
    let mut order = json!({"name": "a", "type": "live"});
    order.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());

    world.operate("POST", KEYS, order).await
}

fn path(key: &Key) -> String {
    format!("{KEYS}/{}", key.id)
}

async fn change(world: &World, key: &Key, expires_at: Value) -> Answer {
    world.operate("PATCH", &path(key), json!({"expiresAt": expires_at})).await
}

async fn regenerate(world: &World, key: &Key, rotation: Value) -> Answer {
    world.operate("POST", &format!("{}/regenerate", path(key)), rotation).await
}

async fn status(world: &World, secret: &Value) -> u16 {
    let key = Key { id: String::new(), secret: secret.as_str().unwrap().to_owned() };

    world.get("/v1/notes", &key).await.status
}

/// What is said of the member `field`, which alone is wrong.
#[track_caller]
fn refused(answer: &Answer, field: &str) -> String {
    assert_eq!(answer.status, 400, "{answer:?}");
    let detail = answer.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.starts_with(field), "{detail}");

    detail
}

#[tokio::test]
async fn a_key_without_an_expiry_gets_one_and_a_later_one_or_none_is_refused() {
    let world = world().await;
    for (members, expires_at) in [
        (json!({}), "2030-07-15T00:00:00Z"),
        (json!({"type": "test"}), "2030-06-17T00:00:00Z"),
        (json!({"expiresAt": "2030-09-13T00:00:00Z"}), "2030-09-13T00:00:00Z"),
        (json!({"type": "test", "expiresAt": "2030-06-15T00:00:01Z"}), "2030-06-15T00:00:01Z"),
    ] {
        let answer = issue(&world, members.clone()).await;
        assert_eq!((answer.status, answer.json()["data"]["expiresAt"].as_str()), (201, Some(expires_at)), "{members}");
    }
    for (members, last) in [
        (json!({"expiresAt": "2030-09-13T00:00:00.001Z"}), "2030-09-13T00:00:00Z: a key works for 90 days"),
        (json!({"expiresAt": null}), "2030-09-13T00:00:00Z: a key works for 90 days"),
        (json!({"expiresAt": "9999-12-31T23:59:59Z"}), "2030-09-13T00:00:00Z: a key works for 90 days"),
        (json!({"type": "test", "expiresAt": "2030-07-01T00:00:00Z"}), "2030-06-17T00:00:00Z: a key works for 2 days"),
    ] {
        let said = refused(&issue(&world, members.clone()).await, "expiresAt");
        assert!(said.contains(&format!("must be no later than {last}")), "{members}: {said}");
    }
    let listed = world.operate("GET", KEYS, Value::Null).await.json();
    assert_eq!(listed["data"].as_array().unwrap().len(), 4, "what was refused left nothing behind");
}

#[tokio::test]
async fn keys_that_are_taken_over_have_the_lifetime_of_new_ones() {
    let world = world().await;
    let digest = |digit: &str| digit.repeat(64);
    let key = |digit: &str, members: Value| {
        let mut key =
            json!({"sha256": digest(digit), "name": "a", "type": "live", "createdAt": "2020-01-01T00:00:00Z"});
        key.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        key
    };
    let keys = json!({"keys": [
        key("a", json!({})),
        key("b", json!({"expiresAt": "2030-09-13T00:00:00Z"})),
        key("c", json!({"expiresAt": null})),
        key("d", json!({"expiresAt": "2031-01-01T00:00:00Z"})),
    ]});
    let answer = world.operate("POST", &format!("{KEYS}/import"), keys).await.json();
    let results: Vec<_> = answer["data"]["results"].as_array().unwrap().iter().map(|one| &one["result"]).collect();
    assert_eq!(results, ["imported", "imported", "refused", "refused"], "{answer}");
    let listed = world.operate("GET", KEYS, Value::Null).await.json();
    let expire: Vec<_> = listed["data"].as_array().unwrap().iter().map(|key| &key["expiresAt"]).collect();
    assert_eq!(expire.len(), 2);
    assert!(expire.contains(&&json!("2030-07-15T00:00:00Z")) && expire.contains(&&json!("2030-09-13T00:00:00Z")));
}

#[tokio::test]
async fn a_change_is_held_to_the_age_of_the_secret_and_can_always_shorten_it() {
    let world = world().await;
    let key = world.key("acme", json!({"name": "a", "type": "live"})).await;
    world.at("2030-06-25T00:00:00Z");
    let said = refused(&change(&world, &key, json!("2030-09-14T00:00:00Z")).await, "expiresAt");
    assert!(said.contains("2030-09-13T00:00:00Z"), "ninety days since the key was made: {said}");
    refused(&change(&world, &key, Value::Null).await, "expiresAt");
    for at in ["2030-09-13T00:00:00Z", "2030-06-26T00:00:00Z"] {
        let answer = change(&world, &key, json!(at)).await;
        assert_eq!((answer.status, &answer.json()["data"]["expiresAt"]), (200, &json!(at)));
    }
    let answer = world.operate("PATCH", &path(&key), json!({"name": "b"})).await;
    assert_eq!(answer.status, 200, "what is not touched is not judged");
    let answer = regenerate(&world, &key, json!({})).await;
    assert_eq!(answer.json()["data"]["expiresAt"], "2030-06-26T00:00:00Z", "a new secret alone prolongs nothing");
    assert_eq!(change(&world, &key, json!("2030-09-23T00:00:00Z")).await.status, 200, "but allows it");
    let shown = world.operate("GET", KEYS, Value::Null).await.json()["data"][0].clone();
    assert_eq!(shown["lastRotatedAt"], "2030-06-25T00:00:00Z", "{shown}");
}

#[tokio::test]
async fn keys_that_were_there_before_there_were_lifetimes_work_on() {
    let contract = own_contract("standard", |text| format!("{text}\n"));
    let world = World::own(contract, |builder: Builder| builder.parameter("ReferenceApi", "notes")).await;
    world.organization("acme", json!({"plan": "pro"})).await;
    let (endless, long) = (json!({"name": "a", "type": "live"}), "2040-01-01T00:00:00Z");
    let endless = world.key("acme", endless).await;
    let long = world.key("acme", json!({"name": "b", "type": "live", "expiresAt": long})).await;
    world.edit("[plans.pro]", "[plans.pro]\nmax_age = { days = 90 }").await;
    for key in [&endless, &long] {
        assert_eq!(world.get("/v1/notes", key).await.status, 200);
        assert_eq!(world.operate("PATCH", &path(key), json!({"name": "c"})).await.status, 200);
    }
    refused(&change(&world, &long, Value::Null).await, "expiresAt");
    assert_eq!(change(&world, &long, json!("2039-01-01T00:00:00Z")).await.status, 200, "shorter than it was");
    assert_eq!(change(&world, &endless, Value::Null).await.status, 200, "as it was");
    let answer = regenerate(&world, &endless, json!({})).await;
    assert_eq!(answer.json()["data"]["expiresAt"], "2030-09-13T00:00:30Z", "a new secret is held to it: {answer:?}");
    let answer = regenerate(&world, &long, json!({})).await;
    assert_eq!(answer.json()["data"]["expiresAt"], "2030-09-13T00:00:30Z", "{answer:?}");
}

#[tokio::test]
async fn a_new_secret_prolongs_a_key_and_never_the_old_secret() {
    let world = world().await;
    let key = world.key("acme", json!({"name": "a", "type": "live"})).await;
    let old = json!(key.secret);
    world.at("2030-07-14T00:00:00Z");
    let answer = regenerate(&world, &key, json!({"prolong": true, "overlapSeconds": 604_800})).await;
    let data = answer.json()["data"].clone();
    assert_eq!(data["expiresAt"], "2030-08-13T00:00:00Z");
    assert_eq!(data["overlapEndsAt"], "2030-07-15T00:00:00Z", "the old one ends when it would have");
    assert_eq!([status(&world, &old).await, status(&world, &data["key"]).await], [200, 200]);
    world.at("2030-07-15T00:00:00Z");
    assert_eq!([status(&world, &old).await, status(&world, &data["key"]).await], [401, 200]);

    // An expired key comes back with a new secret alone.
    world.at("2030-09-01T00:00:00Z");
    assert_eq!(status(&world, &data["key"]).await, 401);
    let conflict = regenerate(&world, &key, json!({})).await;
    assert_eq!(conflict.status, 409);
    assert!(conflict.json().to_string().contains("or a new one that prolongs it"), "{conflict:?}");
    let conflict = regenerate(&world, &key, json!({"prolong": true, "overlapSeconds": 60})).await;
    assert_eq!(conflict.status, 409, "what was over does not come back: {conflict:?}");
    let again = regenerate(&world, &key, json!({"prolong": true})).await.json()["data"].clone();
    assert_eq!(again["expiresAt"], "2030-10-01T00:00:00Z");
    assert_eq!([status(&world, &data["key"]).await, status(&world, &again["key"]).await], [401, 200]);
}

#[tokio::test]
async fn nothing_is_prolonged_where_nothing_says_how_long_or_by_who_may_not() {
    let world = World::serving("fayne").await;
    world.organization("acme", json!({"plan": "pro"})).await;
    let key = world.key("acme", json!({"name": "a"})).await;
    let before = world.operate("GET", &path(&key), Value::Null).await.json();
    let answer = regenerate(&world, &key, json!({"prolong": true})).await;
    assert_eq!(answer.status, 400, "{answer:?}");
    assert!(answer.json().to_string().contains("needs a plan or a type of key that says how long"), "{answer:?}");
    assert_eq!(world.operate("GET", &path(&key), Value::Null).await.json(), before, "it has the secret that it had");

    // Callers may regenerate here, and not change keys.
    let contract = own_contract("fanfare", |text| {
        let text = text.replace("\"update\", ", "").replace(", \"update\"", "");
        text.replace("[plans.pro]", "[plans.pro]\ndefault_age = { days = 30 }")
    });
    let world = World::own(contract, |builder: Builder| builder).await;
    world.organization("acme", json!({"plan": "pro"})).await;
    let key = world.key("acme", json!({"name": "a", "type": "secret"})).await;
    let by_key = |body: Value| {
        let path = format!("/api/v1/acme/api-keys/{}/regenerate", key.id);
        let (world, key) = (&world, &key);
        async move { world.post(&path, key, body).await }
    };
    let answer = by_key(json!({"prolong": true})).await;
    assert_eq!(answer.status, 400, "{answer:?}");
    assert!(answer.json().to_string().contains("is not yours to set"), "{answer:?}");
    assert_eq!(by_key(json!({"prolong": false})).await.status, 200);
}
