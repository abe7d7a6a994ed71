//! The promise: where the contract changes and an override no longer fits it, nobody is let in more often than either says, nobody
//! is locked out, and it is told.

use serde_json::{Value, json};

use super::{get, minute, overridden};
use crate::support::{World, own_contract};

const WINDOWS: &str = r#"windows = ["minute"]"#;

/// A stack that counts in minutes and hours.
async fn academy() -> World {
    let contract = own_contract("fayne", |text| text.replace(WINDOWS, r#"windows = ["minute", "hour"]"#));
    let world = World::own(contract, |builder| builder.parameter("Portal", "on")).await;
    world.organization("acme", json!({"plan": "pro"})).await;

    world
}

fn errors(world: &World) -> Vec<String> {
    world.stack.logs().into_iter().filter(|line| line.contains("are not all in force")).collect()
}

#[tokio::test]
async fn limits_whose_window_is_dropped_hold_only_where_they_are_lower_and_are_told_of() {
    for (said, expected) in [(100, 100), (900, 300)] {
        let world = academy().await;
        let key = world.key("acme", json!({"name": "a"})).await;
        let limits = json!([{"requests": said, "per": "minute"}, {"requests": 950, "per": "hour"}]);
        overridden(&world, json!({"limits": limits, "keys": 5})).await;
        let limit = async || {
            let verdict = world.operate("POST", "/verify", json!({"key": key.secret})).await.json();
            assert_eq!(verdict["data"]["valid"], true, "{verdict}");
            verdict["data"]["rateLimit"]["limit"].clone()
        };
        assert_eq!(limit().await, said.min(950));
        assert_eq!(errors(&world), Vec::<String>::new());
        world.edit(r#"windows = ["minute", "hour"]"#, WINDOWS).await;
        assert_eq!(limit().await, expected);
        let told = errors(&world);
        assert!(
            told.len() == 1 && told[0].contains("plan pro") && told[0].contains("limits must be per minute"),
            "{told:?}"
        );
        let plan = get(&world, "/plans/pro").await.json()["data"].clone();
        assert_eq!(plan["notInForce"], json!([{"field": "limits", "message": "must be per minute"}]));
        assert_eq!((&plan["inForce"]["limits"], &plan["inForce"]["keys"]), (&minute(expected), &json!(5)));
        assert_eq!(plan["override"]["limits"], limits);
        world.edit(WINDOWS, r#"windows = ["minute", "hour"]"#).await;
        assert_eq!(
            (limit().await, get(&world, "/plans/pro").await.json()["data"].get("notInForce")),
            (json!(said), None)
        );
    }
}

#[tokio::test]
async fn an_override_of_a_plan_that_is_dropped_lets_nobody_in_and_can_be_seen_and_taken_back() {
    let world = academy().await;
    let key = world.key("acme", json!({"name": "a"})).await;
    overridden(&world, json!({"limits": minute(100), "keys": 50})).await;
    world.edit("[plans.pro]", "[plans.professional]").await;
    assert_eq!(world.verdict(&key.secret).await, "no_api_on_plan");
    assert_eq!(world.operate("POST", "/organizations/acme/api-keys", json!({"name": "b"})).await.status, 402);
    let plan = get(&world, "/plans/pro").await.json()["data"].clone();
    assert_eq!(plan["inForce"], json!({"keys": 0, "quotas": {}}));
    assert_eq!(plan["notInForce"], json!([{"field": "plan", "message": "is none of the contract's any more"}]));
    let names = async || {
        let plans = get(&world, "/plans").await.json()["data"].clone();
        plans.as_array().unwrap().iter().map(|plan| plan["plan"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names().await, ["pro", "professional", "scale", "trial"]);
    assert_eq!(world.operate("PUT", "/plans/pro", json!({"keys": 1})).await.status, 404);
    assert_eq!(world.operate("DELETE", "/plans/pro", Value::Null).await.status, 200);
    assert_eq!(names().await, ["professional", "scale", "trial"]);
    assert_eq!(get(&world, "/plans/pro/audit").await.json()["data"].as_array().unwrap().len(), 2);
}
