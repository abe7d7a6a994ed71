//! The page "Authentication" of Fabraix, from its top to its end. The dashboard is the operator's plane.

use serde_json::{Value, json};
use shared::contract::Contract;
use shared::contract::limit::Window;

use crate::support::{Answer, World};

const DASHBOARD: &str = "/organizations/acme/api-keys";

const INVALID: &str =
    r#"{"error":{"message":"Invalid API key provided","type":"authentication_error","code":"invalid_api_key"}}"#;
const FORBIDDEN: &str = r#"{"error":{"message":"API key does not have permission for this operation","type":"authorization_error","code":"insufficient_permissions"}}"#;
const LIMITED: &str = r#"{"error":{"message":"Rate limit exceeded","type":"rate_limit_error","retry_after":30}}"#;

async fn fabraix() -> World {
    let world = World::serving("fabraix").await;
    world.organization("acme", json!({"plan": "standard"})).await;
    world
}

/// "Authentication Method": the example request, with `headers`.
async fn curl(world: &World, headers: &[(&str, &str)]) -> Answer {
    let body = r#"{
      "agent_id": "a1b2c3d4-e5f6-7890-1234-567890abcdef",
      "timestamp": "2024-01-01T00:00:00Z",
      "system_prompt": "You are a helpful assistant"
    }"#;
    let headers = [&[("content-type", "application/json")], headers].concat();
    world.http.send_bytes("POST", "/v1/register-agent-run", &headers, body.as_bytes().to_vec()).await
}

/// "All API requests must include your API key in the `x-api-key` header."
#[tokio::test]
async fn the_example_request_is_answered() {
    let world = fabraix().await;
    let key = world.key("acme", json!({"name": "a", "type": "production"})).await;
    let answer = curl(&world, &[("x-api-key", &key.secret)]).await;
    let reply = answer.json();
    let trace_id = reply["trace_id"].as_str().unwrap();
    assert!(reference::Id::try_from(trace_id.to_owned()).is_ok(), "{trace_id}");
    answer.is(200, &[], &format!(r#"{{"trace_id":"{trace_id}","timestamp":"2030-06-15T00:00:30.000Z"}}"#));

    let kept = world.operate("GET", &format!("/organizations/acme/agent-runs/{trace_id}"), Value::Null).await.json();
    assert_eq!(kept["data"]["system_prompt"], "You are a helpful assistant");
    assert_eq!(kept["data"]["agent_id"], "a1b2c3d4-e5f6-7890-1234-567890abcdef");
    assert_eq!(kept["data"]["timestamp"], "2024-01-01T00:00:00.000Z");
}

/// "API Key Types", row by row, in every environment.
#[tokio::test]
async fn each_type_of_key_does_what_its_card_says() {
    for (stage, kind, scopes, prefix, register, manage) in [
        // "For local development and testing … should never be used in production."
        ("local", "development", Value::Null, "fbx_dev_", 200, 403),
        ("staging", "development", Value::Null, "fbx_dev_", 200, 403),
        ("production", "development", Value::Null, "fbx_dev_", 401, 401),
        // "For production deployments."
        ("local", "production", Value::Null, "fbx_prod_", 200, 403),
        ("staging", "production", Value::Null, "fbx_prod_", 200, 403),
        ("production", "production", Value::Null, "fbx_prod_", 200, 403),
        // "Keys with limited scope for specific operations."
        ("production", "restricted", json!([]), "fbx_res_", 403, 403),
        ("production", "restricted", json!(["runs:write"]), "fbx_res_", 200, 403),
        ("production", "restricted", json!(["keys:manage"]), "fbx_res_", 403, 200),
        // "Full access keys for administrative operations."
        ("local", "admin", Value::Null, "fbx_adm_", 200, 200),
        ("production", "admin", Value::Null, "fbx_adm_", 200, 200),
    ] {
        let world = World::at_stage("fabraix", stage).await;
        world.organization("acme", json!({"plan": "standard"})).await;
        let mut order = json!({"name": "a", "type": kind});
        if !scopes.is_null() {
            order["scopes"] = scopes.clone();
        }
        let key = world.key("acme", order).await;
        assert!(key.secret.starts_with(prefix));
        let statuses = [
            curl(&world, &[("x-api-key", &key.secret)]).await.status,
            world.get("/api/v1/acme/api-keys", &key).await.status,
        ];
        assert_eq!(statuses, [register, manage], "{kind} {scopes} at {stage}");
    }
}

/// "Creating a New API Key": a type, permissions, a name, and "it won't be shown again!"
#[tokio::test]
async fn a_key_is_made_in_the_dashboard_and_shown_once() {
    let world = fabraix().await;
    let order = json!({"name": "a descriptive name", "type": "restricted", "scopes": ["runs:write"]});
    let answer = world.operate("POST", DASHBOARD, order).await;
    let made = answer.json()["data"].clone();
    assert_eq!((answer.status, &made["type"], &made["scopes"]), (201, &json!("restricted"), &json!(["runs:write"])));
    let secret = made["key"].as_str().unwrap();
    for path in [DASHBOARD.to_owned(), format!("{DASHBOARD}/{}", made["id"].as_str().unwrap())] {
        let shown = world.operate("GET", &path, Value::Null).await;
        assert!(shown.body.contains("a descriptive name"));
        assert!(!shown.body.contains(secret.trim_start_matches("fbx_res_")));
    }
}

/// "Rotating API Keys", step by step.
#[tokio::test]
async fn a_key_is_rotated_as_the_page_advises() {
    let world = fabraix().await;
    let old = world.key("acme", json!({"name": "old", "type": "production"})).await;
    // Create a new key with the same permissions; update the application; verify its functionality.
    let new = world.key("acme", json!({"name": "new", "type": "production"})).await;
    for key in [&old, &new] {
        assert_eq!(curl(&world, &[("x-api-key", &key.secret)]).await.status, 200);
    }
    // Revoke the old key.
    world.operate("DELETE", &format!("{DASHBOARD}/{}", old.id), Value::Null).await;
    curl(&world, &[("x-api-key", &old.secret)]).await.is(401, &[], INVALID);
    assert_eq!(curl(&world, &[("x-api-key", &new.secret)]).await.status, 200);
}

/// "Revoking an API key is immediate and irreversible."
#[tokio::test]
async fn a_revoked_key_stays_revoked() {
    let world = fabraix().await;
    let key = world.key("acme", json!({"name": "a", "type": "production"})).await;
    assert_eq!(curl(&world, &[("x-api-key", &key.secret)]).await.status, 200);
    let path = format!("{DASHBOARD}/{}", key.id);
    assert_eq!(world.operate("DELETE", &path, Value::Null).await.status, 200);
    curl(&world, &[("x-api-key", &key.secret)]).await.is(401, &[], INVALID);

    let gone = r#"{"error":{"message":"API key not found","type":"not_found_error","code":"not_found"}}"#;
    world.operate("PATCH", &path, json!({"status": "active"})).await.is(404, &[], gone);
    world.operate("DELETE", &path, Value::Null).await.is(404, &[], gone);
    world.operate("GET", &path, Value::Null).await.is(404, &[], gone);
    world.at("2030-07-15T00:00:30Z");
    curl(&world, &[("x-api-key", &key.secret)]).await.is(401, &[], INVALID);
}

/// "Rate Limiting": the table.
#[test]
fn the_limits_are_those_of_the_table() {
    let contract = Contract::load("fabraix").unwrap();
    for (kind, minute, hour) in [("development", 60, 1_000), ("production", 600, 10_000)] {
        let limits = contract.stated("standard").limits_for(Some(kind)).unwrap();
        assert_eq!(limits.iter().collect::<Vec<_>>(), [(Window::Minute, minute), (Window::Hour, hour)], "{kind}");
    }
    // Enterprise, custom: without limits of the organization's own there are none.
    assert!(contract.stated("enterprise").limits_for(Some("production")).is_none());
}

#[tokio::test]
async fn a_development_key_has_sixty_requests_a_minute() {
    let world = fabraix().await;
    let key = world.key("acme", json!({"name": "a", "type": "development"})).await;
    for _ in 0..60 {
        assert_eq!(curl(&world, &[("x-api-key", &key.secret)]).await.status, 200);
    }
    curl(&world, &[("x-api-key", &key.secret)]).await.is(429, &["retry-after: 30"], LIMITED);
    world.at("2030-06-15T00:01:00Z");
    assert_eq!(curl(&world, &[("x-api-key", &key.secret)]).await.status, 200);
}

#[tokio::test]
async fn an_enterprises_keys_have_what_was_agreed_in_both_windows() {
    let world = fabraix().await;
    let limits = json!([{"requests": 2, "per": "minute"}, {"requests": 3, "per": "hour"}]);
    world.organization("acme", json!({"plan": "enterprise", "limits": limits})).await;
    let key = world.key("acme", json!({"name": "a", "type": "production"})).await;
    for (now, status, retry_after) in [
        ("2030-06-15T00:00:30Z", 200, None),
        ("2030-06-15T00:00:30Z", 200, None),
        ("2030-06-15T00:00:30Z", 429, Some(30)),
        ("2030-06-15T00:01:00Z", 200, None),
        ("2030-06-15T00:01:00Z", 429, Some(3540)),
        ("2030-06-15T01:00:00Z", 200, None),
    ] {
        world.at(now);
        let answer = curl(&world, &[("x-api-key", &key.secret)]).await;
        assert_eq!((answer.status, answer.json()["error"]["retry_after"].as_i64()), (status, retry_after), "{now}");
        let header = retry_after.map(|seconds| seconds.to_string());
        assert_eq!(answer.header("retry-after"), header.as_deref(), "{now}");
    }
}

/// "401 Unauthorized": "Missing or invalid API key."
#[tokio::test]
async fn a_missing_or_invalid_key_is_401() {
    let world = fabraix().await;
    let key = world.key("acme", json!({"name": "a", "type": "production"})).await;
    curl(&world, &[]).await.is(401, &[], INVALID);
    // "Check that you're using the correct header name."
    let bearer = format!("Bearer {}", key.secret);
    for header in [
        ("authorization", bearer.as_str()),
        ("x-api-key", bearer.as_str()),
        ("x-apikey", key.secret.as_str()),
        ("api-key", key.secret.as_str()),
        ("x-api-key", "YOUR_API_KEY"),
        ("x-api-key", ""),
        ("x-api-key", &key.secret.replace("fbx_prod_", "fbx_dev_")),
        ("x-api-key", &key.secret.to_uppercase()),
    ] {
        curl(&world, &[header]).await.is(401, &[], INVALID);
    }
}

/// "403 Forbidden": "Valid key but insufficient permissions."
#[tokio::test]
async fn a_key_without_the_permission_is_403() {
    let world = fabraix().await;
    let key = world.key("acme", json!({"name": "a", "type": "restricted", "scopes": []})).await;
    curl(&world, &[("x-api-key", &key.secret)]).await.is(403, &[], FORBIDDEN);
    let key = world.key("acme", json!({"name": "a", "type": "production"})).await;
    world.get("/api/v1/acme/api-keys", &key).await.is(403, &[], FORBIDDEN);
}
