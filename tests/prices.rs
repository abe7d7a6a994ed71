//! The promise: a request counts as much as it costs, or nothing.

use serde_json::{Value, json};

use crate::support::{Key, World, own_contract};

/// Registering a run costs five.
async fn priced() -> (World, Key) {
    let costs = "[costs]\n\"POST /v1/register-agent-run\" = 5\n\n[scopes]";
    let contract = own_contract("fabraix", |text| text.replacen("[scopes]", costs, 1));
    let reference = |builder: local::Builder| builder.parameter("ReferenceApi", "agent-runs");
    let world = World::own(contract, reference).await;
    let limits = json!([{"requests": 12, "per": "minute"}, {"requests": 100, "per": "hour"}]);
    world.organization("acme", json!({"plan": "enterprise", "limits": limits})).await;
    let key = world.key("acme", json!({"name": "a", "type": "admin"})).await;

    (world, key)
}

async fn verify(world: &World, key: &Key, cost: Option<u32>) -> Value {
    let mut question = json!({"key": key.secret});
    if let Some(cost) = cost {
        question["cost"] = cost.into();
    }
    let answer = world.operate("POST", "/verify", question).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()["data"].clone()
}

#[tokio::test]
async fn a_call_counts_what_its_contract_says_and_one_that_is_too_dear_counts_nothing() {
    let (world, key) = priced().await;
    let left = async || verify(&world, &key, Some(0)).await["rateLimit"]["remaining"].clone();
    assert_eq!(world.register_run(&key.secret).await.status, 200);
    assert_eq!(left().await, 7);
    assert_eq!(world.register_run(&key.secret).await.status, 200);
    assert_eq!(left().await, 2);
    for _ in 0..5 {
        let answer = world.register_run(&key.secret).await;
        assert_eq!((answer.status, answer.header("retry-after")), (429, Some("30")));
        assert_eq!(left().await, 2, "it is still there for whoever asks for less");
    }
    assert_eq!(verify(&world, &key, None).await["valid"], true);
    assert_eq!(left().await, 1);
}

#[tokio::test]
async fn a_verification_counts_what_the_question_says() {
    let (world, key) = priced().await;
    for (cost, valid, remaining) in [
        (Some(0), true, 12),
        (Some(1), true, 11),
        (None, true, 10),
        (Some(7), true, 3),
        (Some(4), false, 3),
        (Some(1_000), false, 3),
        (Some(3), true, 0),
        (Some(1), false, 0),
        // Asking passes where nothing is left.
        (Some(0), true, 0),
    ] {
        let said = verify(&world, &key, cost).await;
        assert_eq!((&said["valid"], &said["rateLimit"]["remaining"]), (&json!(valid), &json!(remaining)), "{cost:?}");
    }
    for cost in [json!(-1), json!(1_001), json!("1"), json!(1.5)] {
        let answer = world.operate("POST", "/verify", json!({"key": key.secret, "cost": cost})).await;
        assert_eq!(answer.status, 400, "{cost}: {answer:?}");
    }
}

#[tokio::test]
async fn asking_is_no_use_of_a_key_and_lets_in_nobody_who_may_not() {
    let (world, key) = priced().await;
    let path = format!("/organizations/acme/api-keys/{}", key.id);
    for _ in 0..3 {
        assert_eq!(verify(&world, &key, Some(0)).await["valid"], true);
    }
    assert_eq!(world.operate("GET", &path, Value::Null).await.json()["data"]["lastUsedAt"], Value::Null);
    world.operate("PATCH", &path, json!({"status": "inactive"})).await;
    assert_eq!(verify(&world, &key, Some(0)).await["reason"], "inactive_key");
    world.operate("DELETE", &path, Value::Null).await;
    assert_eq!(verify(&world, &key, Some(0)).await["reason"], "unknown_key");
    let usage = world.operate("GET", "/organizations/acme/usage", Value::Null).await.json()["data"]["totals"].clone();
    assert_eq!(usage["requests"], 0, "{usage}");
}

#[tokio::test]
async fn a_lowered_limit_holds_for_what_costs_more_at_once() {
    let (world, key) = priced().await;
    assert_eq!(verify(&world, &key, Some(5)).await["valid"], true);
    assert_eq!(verify(&world, &key, Some(5)).await["valid"], true);
    // What the function remembers says that there is room.
    world.organization("acme", json!({"limits": [{"requests": 11, "per": "minute"}]})).await;
    assert_eq!(verify(&world, &key, Some(2)).await["reason"], "rate_limited");
    world.organization("acme", json!({"limits": [{"requests": 13, "per": "minute"}]})).await;
    assert_eq!(verify(&world, &key, Some(3)).await["valid"], true);
}
