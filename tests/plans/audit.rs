use serde_json::{Value, json};

use super::{get, overridden};
use crate::support::World;

#[tokio::test]
async fn every_override_leaves_a_row_that_says_who_what_and_when() {
    let world = World::serving("fayne").await;
    overridden(&world, json!({"keys": 3})).await;
    world.at("2030-06-15T00:00:31.250Z");
    overridden(&world, json!({"keys": 4})).await;
    world.at("2030-06-15T00:00:32Z");
    world.operate("DELETE", "/plans/pro", Value::Null).await;
    let answer = get(&world, "/plans/pro/audit").await.json();
    let rows = answer["data"].as_array().unwrap();
    let changes: Vec<_> = rows.iter().map(|row| [row["before"].clone(), row["after"].clone()]).collect();
    assert_eq!(
        changes,
        [
            [json!({"keys": 4}), json!(null)],
            [json!({"keys": 3}), json!({"keys": 4})],
            [json!(null), json!({"keys": 3})],
        ]
    );
    assert_eq!(rows[1]["at"], "2030-06-15T00:00:31.250Z");
    for row in rows {
        assert!(row["actor"].as_str().unwrap().starts_with("arn:aws:"), "{row}");
        assert!(row["requestId"].as_str().unwrap().len() > 8, "{row}");
    }
}

#[tokio::test]
async fn rows_are_paged_through_by_cursors_that_the_list_gave() {
    let world = World::serving("fayne").await;
    for keys in 1..=5 {
        world.at(&format!("2030-06-15T00:00:3{keys}Z"));
        overridden(&world, json!({"keys": keys})).await;
    }
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = get(&world, &format!("/plans/pro/audit?limit=2{cursor}")).await.json();
        seen.extend(page["data"].as_array().unwrap().iter().map(|row| row["after"]["keys"].as_u64().unwrap()));
        match page["meta"]["pagination"]["cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, [5, 4, 3, 2, 1]);
    for junk in ["x", "cGxhbiNwcm8", &"A".repeat(2_000)] {
        let answer = get(&world, &format!("/plans/pro/audit?cursor={junk}")).await;
        assert_eq!(
            (answer.status, &answer.json()["error"]["message"]),
            (400, &json!("cursor must be one that this list gave"))
        );
    }
    assert_eq!(get(&world, "/plans/scale/audit").await.json()["data"], json!([]));
    assert_eq!(get(&world, "/plans/gold/audit").await.status, 404);
}

#[tokio::test]
async fn no_organization_has_the_rows_of_a_plan() {
    let world = World::serving("fayne").await;
    overridden(&world, json!({"keys": 3})).await;
    world.organization("plan", json!({"plan": "pro"})).await;
    let rows = get(&world, "/organizations/plan/audit").await.json()["data"].clone();
    assert_eq!(rows.as_array().unwrap().len(), 1);
    assert_eq!(get(&world, "/organizations/*plan%23pro/audit").await.status, 400);
}
