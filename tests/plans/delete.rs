use serde_json::{Value, json};

use super::{get, minute, overridden};
use crate::support::World;

#[tokio::test]
async fn what_is_taken_back_is_the_contracts_again_and_can_be_said_again() {
    let world = World::serving("fayne").await;
    let take_back = || world.operate("DELETE", "/plans/pro", Value::Null);
    overridden(&world, json!({"limits": minute(5)})).await;
    world.at("2030-06-15T09:00:00Z");
    let answer = take_back().await;
    assert_eq!(answer.status, 200);
    let plan = answer.json()["data"].clone();
    assert_eq!((&plan["overridden"], plan.get("override")), (&json!(false), None));
    assert_eq!((&plan["inForce"], &plan["inForceBy"]), (&plan["contract"], &json!("2030-06-15T10:10:00Z")));
    // Once more changes nothing: the same answer, and no row.
    world.at("2030-06-15T09:00:01Z");
    assert_eq!(take_back().await.json()["data"], plan);
    assert_eq!(get(&world, "/plans/pro/audit").await.json()["data"].as_array().unwrap().len(), 2);
    assert_eq!(overridden(&world, json!({"keys": 4})).await["override"], json!({"keys": 4}));
}

#[tokio::test]
async fn nothing_is_taken_back_of_a_plan_that_there_is_not() {
    let world = World::serving("fayne").await;
    assert_eq!(world.operate("DELETE", "/plans/gold", Value::Null).await.status, 404);
    assert_eq!(world.operate("DELETE", "/plans/pro", Value::Null).await.status, 200);
    assert_eq!(world.items("KeysTable").await, Vec::<String>::new());
}
