//! The promise: a key is in the reply that issued it, and nowhere else.

use local::dynamodb::Fault;
use serde_json::{Value, json};

use crate::support::World;

#[tokio::test]
async fn no_secret_is_in_a_table_a_log_or_an_error() {
    let world = World::build("fabraix", |builder| builder.parameter("LogLevel", "DEBUG")).await;
    world.organization("acme", json!({"plan": "standard"})).await;
    let key = world.key("acme", json!({"name": "a", "type": "production"})).await;
    let mut answers = Vec::new();
    answers.push(world.register_run(&key.secret).await);
    answers.push(world.register_run(&format!("{}x", key.secret)).await);
    answers.push(world.operate("POST", "/verify", json!({"key": key.secret})).await);
    answers.push(world.operate("POST", "/verify", json!({"key": [key.secret]})).await);
    answers.push(world.operate("POST", "/verify", json!({"key": "x", key.secret.as_str(): 1})).await);
    answers.push(world.operate("POST", "/verify", json!({"key": "x", "scopes": [key.secret]})).await);
    let order = json!({"name": "a", "type": "restricted", "scopes": [key.secret]});
    answers.push(world.operate("POST", "/organizations/acme/api-keys", order).await);
    answers.push(world.operate("PUT", "/organizations/acme", json!({"status": key.secret})).await);
    answers.push(world.http.send("GET", &format!("/v1/{}", key.secret), &[], None).await);
    // A key where no key belongs, while the store fails: the failure is logged, and the path is not.
    world.stack.dynamodb().inject(Fault::error(500, "InternalServerError", "x").always());
    let path = format!("/organizations/acme/api-keys/{}", key.secret);
    answers.push(world.operate("GET", &path, Value::Null).await);
    answers.push(world.call("GET", &format!("/api/v1/acme/api-keys/{}", key.secret), &key.secret, None).await);
    world.stack.dynamodb().clear_faults();
    for fault in
        [Fault::Drop, Fault::error(500, "InternalServerError", "x"), Fault::error(400, "ValidationException", "x")]
    {
        world.stack.dynamodb().inject(fault.always().on("UpdateItem"));
        answers.push(world.register_run(&key.secret).await);
        world.stack.dynamodb().clear_faults();
    }
    answers.push(world.operate("DELETE", &format!("/organizations/acme/api-keys/{}", key.id), Value::Null).await);

    let random = key.secret.trim_start_matches("fbx_prod_");
    for answer in &answers {
        assert!(!answer.body.contains(random), "{answer:?}");
        assert!(answer.headers.values().all(|value| !value.to_str().unwrap().contains(random)), "{answer:?}");
    }
    let logs = world.stack.logs();
    assert!(logs.iter().any(|line| line.contains("failed")), "the failures are in the log");
    assert!(logs.iter().all(|line| !line.contains(random)), "{:?}", logs.iter().find(|line| line.contains(random)));
    world.stack.end_processes().await;
    assert!(!world.items("UsageTable").await.is_empty(), "what came of the requests is written by then");
    for table in ["KeysTable", "CountersTable", "UsageTable", "ReferenceTable", "EventsTable"] {
        assert!(world.items(table).await.iter().all(|item| !item.contains(random)), "{table}");
    }
}

#[tokio::test]
async fn an_expired_key_reads_like_one_that_never_was_to_the_last_header() {
    let world = World::serving("thefaq").await;
    world.organization("acme", json!({"plan": "pro"})).await;
    let key = world.key("acme", json!({"name": "a", "expiresAt": "2030-06-15T00:00:31Z"})).await;
    assert_eq!(world.get("/api/v1/acme/api-keys", &key).await.status, 200);
    world.at("2030-06-15T00:00:31Z");
    let expired = world.get("/api/v1/acme/api-keys", &key).await;
    let unknown = world.call("GET", "/api/v1/acme/api-keys", "faq_00000000000000000000000000000000", None).await;
    assert_eq!((expired.status, &expired.body, expired.own_headers()), (401, &unknown.body, unknown.own_headers()));
}
