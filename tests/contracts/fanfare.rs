//! The page "API Keys" of Fanfare, from its top to its end. The dashboard is the operator's plane.

mod keys;
mod requests;

use serde_json::json;

use crate::support::{Answer, Key, World};

const DASHBOARD: &str = "/organizations/acme/api-keys";
const EXAMPLE: &str = "/api/experiences";

/// Every scope of the page, and the calls that need it.
const SCOPES: [(&str, &[(&str, &str)]); 6] = [
    (
        "read:experiences",
        &[("GET", "/api/experiences"), ("GET", "/api/experiences/0193b5a0-7c1e-7a30-9f0a-5d1f6a2b3c4d")],
    ),
    ("write:experiences", &[("POST", "/api/experiences")]),
    ("read:consumers", &[("GET", "/api/consumers")]),
    ("write:consumers", &[("POST", "/api/consumers")]),
    ("read:analytics", &[("GET", "/api/analytics")]),
    ("admin", &[("GET", "/api/v1/acme/api-keys")]),
];

async fn fanfare(plan: &str) -> World {
    let world = World::serving("fanfare").await;
    world.organization("acme", json!({"plan": plan})).await;
    world
}

async fn key(world: &World, kind: &str) -> Key {
    world.key("acme", json!({"name": kind, "type": kind})).await
}

/// The headers of an answer that leaves `remaining` of `limit`.
fn quota(limit: u32, remaining: u32) -> [String; 3] {
    [
        format!("x-ratelimit-limit: {limit}"),
        format!("x-ratelimit-remaining: {remaining}"),
        // The minute of START ends at 00:01:00.
        "x-ratelimit-reset: 1907712060".to_owned(),
    ]
}

#[track_caller]
fn is(answer: &Answer, status: u16, headers: &[String], body: &str) {
    answer.is(status, &headers.iter().map(String::as_str).collect::<Vec<_>>(), body);
}

/// Sends a request, with an empty body where it has one: what matters is who may send it.
async fn knock(world: &World, (method, path): (&str, &str), key: &Key) -> Answer {
    world.call(method, path, &key.secret, (method == "POST").then(|| json!({}))).await
}
