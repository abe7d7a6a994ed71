use serde_json::{Value, json};

use crate::support::World;

#[tokio::test]
async fn a_run_is_shown_as_it_was_registered_with_its_prompt() {
    let world = World::serving("fabraix").await;
    world.organization("acme", json!({"plan": "standard"})).await;
    let key = world.key("acme", json!({"name": "a", "type": "production"})).await;
    let longest = "\"\u{1}é".repeat(65_536);
    for (sent, timestamp, prompt) in [
        ("2024-01-01T00:00:00Z", "2024-01-01T00:00:00.000Z", ""),
        ("2024-01-15T14:30:45.456+02:00", "2024-01-15T12:30:45.456Z", "You are a helpful assistant"),
        ("-009999-12-31T23:59:59Z", "-009999-12-31T23:59:59.000Z", longest.as_str()),
    ] {
        let run =
            json!({"agent_id": "A1B2C3D4-E5F6-7890-1234-567890ABCDEF", "timestamp": sent, "system_prompt": prompt});
        let registered = world.call("POST", "/v1/register-agent-run", &key.secret, Some(run)).await.json();
        let trace_id = registered["trace_id"].as_str().unwrap();
        for id in [trace_id.to_owned(), trace_id.to_uppercase()] {
            let shown = world.operate("GET", &format!("/organizations/acme/agent-runs/{id}"), Value::Null).await;
            let expected = json!({"data": {
                "trace_id": trace_id, "agent_id": "a1b2c3d4-e5f6-7890-1234-567890abcdef", "timestamp": timestamp,
                "registered_at": registered["timestamp"], "system_prompt": prompt,
            }});
            assert!((shown.status, shown.json()) == (200, expected), "{sent}: {shown:.300?}");
        }
    }
}

#[tokio::test]
async fn another_organizations_run_is_like_one_that_does_not_exist() {
    let world = World::serving("fabraix").await;
    world.organization("acme", json!({"plan": "standard"})).await;
    world.organization("other", json!({"plan": "standard"})).await;
    let key = world.key("acme", json!({"name": "a", "type": "production"})).await;
    let trace_id = world.register_run(&key.secret).await.json()["trace_id"].clone();
    let body = r#"{"error":{"message":"Agent run not found","type":"not_found_error","code":"not_found"}}"#;
    for id in [trace_id.as_str().unwrap(), "ffffffff-ffff-7fff-8fff-ffffffffffff"] {
        world.operate("GET", &format!("/organizations/other/agent-runs/{id}"), Value::Null).await.is(404, &[], body);
    }
    let body = r#"{"error":{"message":"Organization not found","type":"not_found_error","code":"not_found"}}"#;
    let path = format!("/organizations/nobody/agent-runs/{}", trace_id.as_str().unwrap());
    world.operate("GET", &path, Value::Null).await.is(404, &[], body);
    let malformed = world.operate("GET", "/organizations/acme/agent-runs/7", Value::Null).await;
    assert_eq!((malformed.status, &malformed.json()["error"]["message"]), (400, &json!("id must be a UUID")));
}
