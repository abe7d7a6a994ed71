use serde_json::json;

use super::get;
use crate::support::World;

#[tokio::test]
async fn a_plan_that_was_never_overridden_is_as_the_contract_states_it() {
    let world = World::serving("fabraix").await;
    let numbers = json!({"keys": 1_000, "quotas": {}});
    let plan = get(&world, "/plans/enterprise").await.json()["data"].clone();
    assert_eq!(plan, json!({"plan": "enterprise", "overridden": false, "inForce": numbers, "contract": numbers}));
    let limits = &get(&world, "/plans/standard").await.json()["data"]["inForce"]["limitsByType"];
    let development = json!([{"requests": 60, "per": "minute"}, {"requests": 1_000, "per": "hour"}]);
    assert_eq!((&limits["development"], limits.as_object().unwrap().len()), (&development, 4));
    assert_eq!(get(&world, "/plans/gold").await.status, 404);
}

#[tokio::test]
async fn the_time_by_which_numbers_are_in_force_is_shown_until_then() {
    let world = World::serving("fayne").await;
    super::overridden(&world, json!({"keys": 3})).await;
    for (now, shown) in [("2030-06-15T01:10:29.999Z", true), ("2030-06-15T01:10:30Z", false)] {
        world.at(now);
        let plan = get(&world, "/plans/pro").await.json()["data"].clone();
        assert_eq!((plan.get("inForceBy").is_some(), &plan["overridden"]), (shown, &json!(true)), "{now}");
    }
}
