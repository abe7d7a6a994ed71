use serde_json::json;

use super::{get, overridden};
use crate::support::World;

#[tokio::test]
async fn every_plan_of_the_contract_is_listed_and_which_are_overridden() {
    let world = World::serving("fayne").await;
    overridden(&world, json!({"keys": 3})).await;
    let plans = get(&world, "/plans").await.json()["data"].clone();
    let shown = plans.as_array().unwrap().iter().map(|plan| {
        let number = |of: &str| plan[of]["keys"].clone();
        json!([plan["plan"], plan["overridden"], number("inForce"), number("contract")])
    });
    let expected = [json!(["pro", true, 3, 10]), json!(["scale", false, 50, 50]), json!(["trial", false, null, null])];
    assert_eq!(shown.collect::<Vec<_>>(), expected);
    assert_eq!(plans[0], get(&world, "/plans/pro").await.json()["data"]);
}
