//! Functions that are told of leaked keys.

mod github;
mod report;

use serde_json::{Value, json};

use crate::support::{Key, World};

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
