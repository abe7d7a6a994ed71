//! Functions that are told of leaked keys.

mod github;
mod quarantine;
mod report;

use serde_json::{Value, json};

use crate::support::{Answer, Key, World};

const PLACE: &str = "https://github.com/octocat/hello/blob/main/production.env#L7";

/// An organization `acme` with this policy for leaks, of a stack that serves the standard contract.
async fn acme(world: &World, policy: Value) {
    let terms = json!({"plan": "enterprise", "limits": [{"requests": 1_000, "per": "minute"}], "leaks": policy});
    world.organization("acme", terms).await;
}

/// The key as the operator sees it.
async fn shown(world: &World, key: &Key) -> Value {
    let shown = world.operate("GET", &format!("/organizations/acme/api-keys/{}", key.id), Value::Null).await;
    if shown.status == 404 {
        return Value::Null;
    }

    shown.json()["data"].clone()
}

/// The rows about the key, by what was done: rows of one instant have no order.
async fn trail_of(world: &World, key: &Key) -> Vec<Value> {
    let rows = world.operate("GET", "/organizations/acme/audit?limit=100", Value::Null).await.json();
    let of_key = rows["data"].as_array().unwrap().iter().filter(|row| row["keyId"] == json!(key.id));
    let mut rows: Vec<_> = of_key.cloned().collect();
    rows.sort_by_key(|row| row["action"].as_str().unwrap().to_owned());

    rows
}

async fn report(world: &World, key: &str, url: &str) -> Answer {
    world.http.send("POST", "/leaks/report", &[], Some(json!({"key": key, "url": url}))).await
}

async fn leaked(world: &World, key: &Key) {
    let answer = report(world, &key.secret, PLACE).await;
    assert_eq!((answer.status, answer.json()), (202, json!({"data": {"received": true}})), "{answer:?}");
}

/// A stack with a key of `acme` that has leaked, and is in quarantine.
async fn quarantined() -> (World, Key) {
    let world = World::serving("standard").await;
    acme(&world, Value::Null).await;
    let key = world.key("acme", json!({"name": "server", "type": "live"})).await;
    leaked(&world, &key).await;

    (world, key)
}

/// The key with a new secret, beside which the old one goes on working.
async fn beside(world: &World, old: &Key) -> Key {
    let path = format!("/organizations/acme/api-keys/{}/regenerate", old.id);
    let new = world.operate("POST", &path, json!({"overlapSeconds": 3_600})).await.json();

    Key { secret: new["data"]["key"].as_str().unwrap().to_owned(), id: old.id.clone() }
}

async fn write(world: &World, key: &Key) -> u16 {
    world.post("/v1/notes", key, json!({"title": "a", "text": "a"})).await.status
}

async fn read(world: &World, key: &Key) -> u16 {
    world.get("/v1/notes", key).await.status
}
