//! Plans' numbers, overridden without a build.

mod audit;
mod delete;
mod dropped;
mod get;
mod in_force;
mod list;
mod put;

use serde_json::{Value, json};

use crate::support::{Answer, World};

/// Puts `said` in the place of the numbers of the plan `pro`, which must work; the reply.
async fn overridden(world: &World, said: Value) -> Value {
    let answer = world.operate("PUT", "/plans/pro", said).await;
    assert_eq!(answer.status, 200, "{answer:?}");

    answer.json()["data"].clone()
}

async fn get(world: &World, path: &str) -> Answer {
    world.operate("GET", path, Value::Null).await
}

/// So many requests a minute.
fn minute(requests: u32) -> Value {
    json!([{"requests": requests, "per": "minute"}])
}
