//! The promise: all keys of an organization draw on what they share, and what is refused by that is not counted.

use serde_json::{Value, json};

use crate::support::{Key, World, all, own_contract};

/// Ten a minute for each key, and four for all of an organization on the plan `pro`.
async fn sharing(instances: usize) -> (World, Vec<Key>) {
    let plan = "[plans.pro]\nshared_limits = [{ requests = 4, per = \"minute\" }]";
    let headers = "reset = \"X-RateLimit-Reset\"\nscope = \"X-RateLimit-Scope\"";
    let contract = own_contract("thefaq", |text| {
        text.replace("[plans.pro]", plan).replace("reset = \"X-RateLimit-Reset\"", headers)
    });
    let world = World::own(contract, |builder| builder.max_instances(instances)).await;
    let limits = json!([{"requests": 10, "per": "minute"}]);
    world.organization("acme", json!({"plan": "pro", "limits": limits})).await;
    let keys = all((0..3).map(|_| world.key("acme", json!({"name": "a"})))).await;

    (world, keys)
}

async fn verdict(world: &World, key: &Key) -> Value {
    world.operate("POST", "/verify", json!({"key": key.secret})).await.json()["data"].clone()
}

#[tokio::test]
async fn a_quota_is_drawn_on_by_all_keys_and_says_whose_it_is() {
    let (world, keys) = sharing(1).await;
    for (key, remaining) in [(&keys[0], 3), (&keys[1], 2), (&keys[2], 1), (&keys[0], 0)] {
        let said = verdict(&world, key).await;
        let left = &said["rateLimit"];
        assert_eq!(
            (&left["scope"], &left["limit"], &left["remaining"]),
            (&json!("organization"), &json!(4), &json!(remaining))
        );
        assert_eq!(said["headers"]["x-ratelimit-scope"], "organization");
    }
    for key in &keys {
        let said = verdict(&world, key).await;
        assert_eq!(
            (&said["reason"], &said["rateLimit"]["scope"]),
            (&json!("organization_rate_limited"), &json!("organization"))
        );
        assert_eq!(
            (&said["response"]["status"], &said["response"]["headers"]["retry-after"]),
            (&json!(429), &json!("30"))
        );
    }
    let answer = world.get("/api/v1/acme/api-keys", &keys[0]).await;
    assert_eq!((answer.status, answer.header("x-ratelimit-scope")), (429, Some("organization")));
    // What was refused by it was taken out of the keys' own counts: these have eight and nine of ten left.
    world.organization("acme", json!({"sharedLimits": [{"requests": 100, "per": "minute"}]})).await;
    for (key, remaining) in [(&keys[0], 7), (&keys[1], 8)] {
        let left = verdict(&world, key).await["rateLimit"].clone();
        assert_eq!((&left["scope"], &left["remaining"]), (&json!("key"), &json!(remaining)), "{left}");
    }
    world.stack.end_processes().await;
    let usage = world.operate("GET", "/organizations/acme/usage", Value::Null).await.json()["data"]["totals"].clone();
    assert_eq!(usage["refused"]["byReason"], json!({"organization_rate_limited": 4}), "{usage}");
}

#[tokio::test]
async fn of_many_at_once_exactly_as_many_as_all_may_share_are_let_in() {
    let (world, keys) = sharing(24).await;
    let callers = (0..24).map(|number| verdict(&world, &keys[number % 3]));
    let valid = all(callers).await.iter().filter(|said| said["valid"] == true).count();
    assert_eq!(valid, 4);
    // Nothing is lost by those who were refused.
    world.organization("acme", json!({"sharedLimits": [{"requests": 30, "per": "minute"}]})).await;
    let mut valid = 4;
    for number in 0..40 {
        valid += usize::from(verdict(&world, &keys[number % 3]).await["valid"] == true);
    }
    assert_eq!(valid, 30, "ten for each key");
}

#[tokio::test]
async fn an_organizations_own_stand_in_place_of_the_plans_at_once_and_others_are_not_touched() {
    let (world, keys) = sharing(1).await;
    world.organization("other", json!({"plan": "pro"})).await;
    let other = world.key("other", json!({"name": "a"})).await;
    let shown = world.organization("acme", json!({"sharedLimits": [{"requests": 2, "per": "minute"}]})).await;
    assert_eq!(shown["sharedLimits"], json!([{"requests": 2, "per": "minute"}]));
    let valid = async |key| verdict(&world, key).await["valid"] == true;
    assert!(valid(&keys[0]).await && valid(&keys[1]).await && !valid(&keys[2]).await);
    assert!(valid(&other).await);
    let shown = world.organization("acme", json!({"sharedLimits": null})).await;
    assert_eq!(shown.get("sharedLimits"), None);
    assert!(valid(&keys[2]).await && valid(&keys[2]).await && !valid(&keys[2]).await, "what was counted stays counted");
    world.organization("acme", json!({"plan": "starter"})).await;
    assert!(valid(&keys[2]).await, "its new plan has none");
    for wrong in [
        json!([]),
        json!([{"requests": 0, "per": "minute"}]),
        json!([{"requests": 5, "per": "day"}]),
        json!([{"requests": 5, "per": "minute"}, {"requests": 6, "per": "minute"}]),
    ] {
        let answer = world.operate("PUT", "/organizations/acme", json!({"sharedLimits": wrong})).await;
        assert_eq!(answer.status, 400, "{wrong}: {answer:?}");
        assert!(answer.body.contains("sharedLimits"), "{wrong}: {answer:?}");
    }
}
