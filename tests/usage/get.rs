use serde_json::{Value, json};

use crate::support::World;

/// The usage of the stack, as the operator asks for it.
async fn usage(world: &World, query: &str) -> Value {
    let answer = world.operate("GET", &format!("/usage?{query}"), Value::Null).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()["data"].clone()
}

#[tokio::test]
async fn the_stack_has_all_organizations_together_by_days() {
    let (world, key) = World::academy("pro").await;
    world.organization("other", json!({"plan": "pro"})).await;
    let other = world.key("other", json!({"name": "b"})).await;
    for _ in 0..3 {
        assert_eq!(world.get("/api/v1/courses", &key).await.status, 200);
    }
    world.at("2030-06-16T12:00:00Z");
    assert_eq!(world.get("/api/v1/courses/7", &other).await.status, 400);
    // Several processes have written, each to a part of the sum.
    world.stack.end_processes().await;
    let usage = usage(&world, "from=2030-06-15T00:00:00Z").await;
    let days: Vec<_> = usage["buckets"].as_array().unwrap().iter().map(|day| day["requests"].clone()).collect();
    assert_eq!(days, [3, 1]);
    let totals = &usage["totals"];
    assert_eq!([&totals["requests"], &totals["successes"], &totals["clientErrors"]], [4, 3, 1]);
    assert_eq!((&usage["granularity"], &usage["to"]), (&json!("day"), &json!("2030-06-17T00:00:00Z")));
}

#[tokio::test]
async fn what_nobody_used_is_thirty_days_of_nothing() {
    let (world, _) = World::academy("pro").await;
    let usage = usage(&world, "").await;
    assert_eq!((usage["buckets"].as_array().unwrap().len(), &usage["totals"]["requests"]), (30, &json!(0)));
}

#[tokio::test]
async fn it_comes_as_a_table_too() {
    let (world, key) = World::academy("pro").await;
    assert_eq!(world.get("/api/v1/courses", &key).await.status, 200);
    world.stack.end_processes().await;
    let answer = world.operate("GET", "/usage?format=csv&from=2030-06-14T00:00:00Z", Value::Null).await;
    let table = "from,to,requests,successes,client_errors,server_errors,verifications,refused\r\n\
        2030-06-14T00:00:00Z,2030-06-15T00:00:00Z,0,0,0,0,0,0\r\n\
        2030-06-15T00:00:00Z,2030-06-16T00:00:00Z,1,1,0,0,0,0\r\n";
    assert_eq!((answer.status, answer.body.as_str()), (200, table));
    assert_eq!(answer.header("content-type"), Some("text/csv; charset=utf-8"));
    let named = "attachment; filename=\"usage-stack-2030-06-14.csv\"";
    assert_eq!(answer.header("content-disposition"), Some(named));
}

#[tokio::test]
async fn nobody_but_the_operator_sees_it_and_what_makes_no_sense_is_400() {
    let (world, key) = World::academy("pro").await;
    assert_eq!(world.call("GET", "/operator/v1/usage", &key.secret, None).await.status, 403);
    for (query, message) in [
        ("format=xml", "format must be json or csv"),
        ("from=yesterday", "from must be a time like 2026-11-20T10:00:00Z"),
        ("from=2029-05-11T00:00:00Z", "from must be at most 400 days before to"),
        ("from=2030-06-15T00:00:31Z", "from must not be in the future"),
    ] {
        let answer = world.operate("GET", &format!("/usage?{query}"), Value::Null).await;
        assert_eq!((answer.status, &answer.json()["error"]["message"]), (400, &json!(message)), "{query}");
    }
}
