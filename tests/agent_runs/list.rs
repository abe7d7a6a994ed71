use serde_json::{Value, json};

use crate::support::World;

const RUNS: &str = "/organizations/acme/agent-runs";

/// A stack with `prompts.len()` runs of `acme`, a second apart; and their traces, newest first.
async fn runs(prompts: &[&str]) -> (World, Vec<Value>) {
    let world = World::serving("fabraix").await;
    for org in ["acme", "other"] {
        world.organization(org, json!({"plan": "standard"})).await;
    }
    let key = world.key("acme", json!({"name": "a", "type": "production"})).await;
    let others = world.key("other", json!({"name": "a", "type": "production"})).await;
    let mut traces = Vec::new();
    for (second, prompt) in prompts.iter().enumerate() {
        world.at(&format!("2030-06-15T00:00:{second:02}.250Z"));
        assert_eq!(world.register_run(&others.secret).await.status, 200);
        let run = json!({"agent_id": "a1b2c3d4-e5f6-7890-1234-567890abcdef", "timestamp": "2024-01-01T00:00:00Z", "system_prompt": prompt});
        let answer = world.call("POST", "/v1/register-agent-run", &key.secret, Some(run)).await;
        traces.insert(0, answer.json()["trace_id"].clone());
    }

    (world, traces)
}

/// The traces of all pages of `limit`, each of which must be full but for the last.
async fn paged(world: &World, limit: usize) -> Vec<Value> {
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = world.operate("GET", &format!("{RUNS}?{cursor}limit={limit}"), Value::Null).await.json();
        let pagination = &page["meta"]["pagination"];
        let here = page["data"].as_array().unwrap();
        seen.extend(here.iter().map(|run| run["trace_id"].clone()));
        assert_eq!(
            (&pagination["limit"], &pagination["hasMore"]),
            (&json!(limit), &json!(pagination["cursor"].is_string()))
        );
        let Some(next) = pagination["cursor"].as_str() else { return seen };
        assert_eq!(here.len(), limit);
        cursor = format!("cursor={next}&");
    }
}

#[tokio::test]
async fn an_organizations_runs_are_listed_newest_first_page_by_page() {
    let (world, traces) = runs(&["a", "b", "c", "d", "e"]).await;
    for limit in 1..=6 {
        assert_eq!(paged(&world, limit).await, traces, "by {limit}");
    }
    let first = world.operate("GET", &format!("{RUNS}?limit=1"), Value::Null).await.json()["data"][0].clone();
    assert_eq!(
        first,
        json!({"trace_id": traces[0], "agent_id": "a1b2c3d4-e5f6-7890-1234-567890abcdef",
               "timestamp": "2024-01-01T00:00:00.000Z", "registered_at": "2030-06-15T00:00:04.250Z"})
    );
}

#[tokio::test]
async fn long_prompts_make_no_page_short() {
    // One query of DynamoDB reads a megabyte: four of these.
    let longest = "x".repeat(262_144);
    let (world, traces) = runs(&[longest.as_str(); 9]).await;
    for limit in [3, 4, 8, 9, 100] {
        assert_eq!(paged(&world, limit).await, traces, "by {limit}");
    }
}

#[tokio::test]
async fn what_is_no_page_of_this_list_is_400_and_no_organization_404() {
    let (world, _) = runs(&["a", "b"]).await;
    let empty = world.operate("GET", "/organizations/nobody/agent-runs", Value::Null).await;
    let body = r#"{"error":{"message":"Organization not found","type":"not_found_error","code":"not_found"}}"#;
    empty.is(404, &[], body);
    let page = world.operate("GET", &format!("{RUNS}?limit=1"), Value::Null).await.json();
    let cursor = page["meta"]["pagination"]["cursor"].as_str().unwrap();
    let made_up = "must be one that this list gave";
    for (path, message) in [
        (format!("{RUNS}?limit=0"), "limit must be a number from 1 to 100".to_owned()),
        (format!("{RUNS}?limit=101"), "limit must be a number from 1 to 100".to_owned()),
        (format!("{RUNS}?cursor=x"), format!("cursor {made_up}")),
        (format!("/organizations/other/agent-runs?cursor={cursor}"), format!("cursor {made_up}")),
        (format!("/organizations/acme/audit?cursor={cursor}"), format!("cursor {made_up}")),
    ] {
        let answer = world.operate("GET", &path, Value::Null).await;
        assert_eq!((answer.status, &answer.json()["error"]["message"]), (400, &json!(message)), "{path}");
    }
}
