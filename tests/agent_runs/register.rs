use serde_json::{Value, json};

use crate::support::World;

async fn agents() -> World {
    let world = World::serving("fabraix").await;
    world.organization("acme", json!({"plan": "standard"})).await;
    world
}

#[tokio::test]
async fn a_run_is_kept_and_its_trace_named_in_no_envelope() {
    let world = agents().await;
    let key = world.key("acme", json!({"name": "a", "type": "production"})).await;
    world.stack.clock().set_millis(crate::support::millis("2030-06-15T00:00:30.450Z"));
    let answer = world.register_run(&key.secret).await;
    let reply = answer.json();
    assert_eq!(answer.status, 200);
    assert_eq!(reply.as_object().unwrap().keys().collect::<Vec<_>>(), ["trace_id", "timestamp"]);
    assert_eq!(reply["timestamp"], "2030-06-15T00:00:30.450Z");
    let kept = world.items("ReferenceTable").await;
    assert!(kept.len() == 1 && kept[0].contains(reply["trace_id"].as_str().unwrap()), "{kept:?}");
}

#[tokio::test]
async fn a_run_that_is_none_names_the_field_and_leaves_nothing_behind() {
    let world = agents().await;
    let key = world.key("acme", json!({"name": "a", "type": "admin"})).await;
    let run = |field: &str, value: Value| {
        let mut run = json!({"agent_id": "a1b2c3d4-e5f6-7890-1234-567890abcdef", "timestamp": "2024-01-01T00:00:00.5Z", "system_prompt": ""});
        run[field] = value;
        run
    };
    for (run, message) in [
        (json!({}), "agent_id is required"),
        (run("agent_id", json!("7")), "agent_id must be a UUID"),
        (run("timestamp", json!("yesterday")), "timestamp must be a time like 2024-01-01T00:00:00Z"),
        (run("timestamp", json!(1_704_067_200)), "timestamp must be a string"),
        (run("system_prompt", json!(null)), "system_prompt must be a string"),
        (run("system_prompt", json!("x".repeat(262_145))), "system_prompt must have at most 262144 bytes"),
        (run("more", json!(1)), "more is not known here"),
    ] {
        let answer = world.call("POST", "/v1/register-agent-run", &key.secret, Some(run)).await;
        let body = format!(
            r#"{{"error":{{"message":"{message}","type":"invalid_request_error","code":"invalid_parameters"}}}}"#
        );
        answer.is(400, &[], &body);
    }
    assert!(world.items("ReferenceTable").await.is_empty());
}

#[tokio::test]
async fn every_refusal_that_a_key_can_cause_reads_as_fabraixs_page_says() {
    let world = agents().await;
    let good = world.key("acme", json!({"name": "a", "type": "development"})).await;
    let restricted = world.key("acme", json!({"name": "a", "type": "restricted", "scopes": []})).await;
    let allowed = world.key("acme", json!({"name": "a", "type": "restricted", "scopes": ["runs:write"]})).await;
    let revoked = world.key("acme", json!({"name": "a", "type": "production"})).await;
    world.operate("DELETE", &format!("/organizations/acme/api-keys/{}", revoked.id), Value::Null).await;
    world.organization("locked", json!({"plan": "standard", "status": "locked"})).await;
    let locked = world.key("locked", json!({"name": "a", "type": "admin"})).await;
    let limits = json!([{"requests": 1, "per": "minute"}, {"requests": 9, "per": "hour"}]);
    world.organization("slow", json!({"plan": "enterprise", "limits": limits})).await;
    let slow = world.key("slow", json!({"name": "a", "type": "admin"})).await;
    for key in [&good, &allowed, &slow] {
        assert_eq!(world.register_run(&key.secret).await.status, 200);
    }

    let invalid =
        r#"{"error":{"message":"Invalid API key provided","type":"authentication_error","code":"invalid_api_key"}}"#;
    let forbidden = r#"{"error":{"message":"API key does not have permission for this operation","type":"authorization_error","code":"insufficient_permissions"}}"#;
    let limited = r#"{"error":{"message":"Rate limit exceeded","type":"rate_limit_error","retry_after":30}}"#;
    let billing =
        r#"{"error":{"message":"Your organization is locked","type":"billing_error","code":"plan_limit_reached"}}"#;
    for (secret, status, headers, body) in [
        ("", 401, vec![], invalid),
        ("junk", 401, vec![], invalid),
        (&format!("Bearer {}", good.secret), 401, vec![], invalid),
        (&good.secret.replace("dev", "prod"), 401, vec![], invalid),
        (&revoked.secret, 401, vec![], invalid),
        (&locked.secret, 402, vec![], billing),
        (&restricted.secret, 403, vec![], forbidden),
        (&slow.secret, 429, vec!["retry-after: 30"], limited),
    ] {
        for _ in 0..2 {
            world.register_run(secret).await.is(status, &headers, body);
        }
    }
    world.anonymous("POST", "/v1/register-agent-run").await.is(401, &[], invalid);
}
