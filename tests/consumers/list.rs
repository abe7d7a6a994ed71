use serde_json::{Value, json};

use crate::support::{World, all};

#[tokio::test]
async fn consumers_are_listed_newest_first_and_part_by_part() {
    let (world, key) = World::launches().await;
    world.organization("other", json!({"plan": "pro"})).await;
    let other = world.key("other", json!({"name": "a", "type": "secret"})).await;
    for number in 0..5 {
        world.at(&format!("2030-06-15T00:00:{number:02}Z"));
        for key in [&key, &other] {
            let made = world.post("/api/consumers", key, json!({"externalId": number.to_string()})).await;
            assert_eq!(made.status, 201);
        }
    }
    // Experiences of the same organization are not consumers.
    world.post("/api/experiences", &key, json!({"name": "a"})).await;
    let (mut seen, mut after) = (Vec::new(), String::new());
    for expected in [2, 2, 1, 0] {
        let page = world.get(&format!("/api/consumers?first=2{after}"), &key).await.json();
        let data = page["data"].as_array().unwrap();
        assert_eq!(data.len(), expected);
        seen.extend(data.iter().map(|entry| entry["externalId"].clone()));
        after = format!("&after={}", page["pageInfo"]["endCursor"].as_str().unwrap_or_default());
    }
    assert_eq!(seen, ["4", "3", "2", "1", "0"].map(Value::from));
}

#[tokio::test]
async fn a_part_is_whole_however_much_is_in_it() {
    let (world, key) = World::launches().await;
    // DynamoDB hands out 1 MB at a time; this is half as much again.
    let new = |number: usize| json!({"externalId": number.to_string(), "metadata": {"a": "x".repeat(16_000)}});
    for statuses in all((0..100).map(|number| world.post("/api/consumers", &key, new(number)))).await {
        assert_eq!(statuses.status, 201);
    }
    world.stack.dynamodb().record(true);
    let page = world.get("/api/consumers?first=100", &key).await;
    world.stack.dynamodb().record(false);
    assert_eq!(page.json()["data"].as_array().unwrap().len(), 100);
    assert!(page.body.len() > 1_600_000);
    let queries = world.stack.dynamodb().calls().into_iter().filter(|call| call.action == "Query").count();
    assert_eq!(queries, 2);
}

#[tokio::test]
async fn a_part_that_cannot_be_names_the_parameter() {
    let (world, key) = World::launches().await;
    for (query, field, message) in [
        ("first=0", "first", "must be a number from 1 to 100"),
        ("first=101", "first", "must be a number from 1 to 100"),
        ("after=junk", "after", "must be a cursor that a list gave"),
    ] {
        let answer = world.get(&format!("/api/consumers?{query}"), &key).await;
        let body = json!({"error": "Validation failed", "details": [{"field": field, "message": message}]});
        assert_eq!((answer.status, answer.json()), (400, body), "{query}");
    }
}
