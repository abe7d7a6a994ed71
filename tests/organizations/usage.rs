use serde_json::{Value, json};

use crate::support::World;

/// The usage of an organization, as the operator asks for it.
async fn usage(world: &World, org: &str, query: &str) -> Value {
    let answer = world.operate("GET", &format!("/organizations/{org}/usage?{query}"), Value::Null).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()["data"].clone()
}

#[tokio::test]
async fn an_organization_has_all_its_keys_together_and_nobody_elses() {
    let world = World::serving("fayne").await;
    for org in ["acme", "other"] {
        world.organization(org, json!({"plan": "pro"})).await;
    }
    let [one, two, theirs] = [
        world.key("acme", json!({"name": "a"})).await,
        world.key("acme", json!({"name": "b"})).await,
        world.key("other", json!({"name": "c"})).await,
    ];
    for (key, path, status) in [
        (&one, "/api/v1/courses", 200),
        (&one, "/api/v1/courses/7", 400),
        (&two, "/api/v1/courses", 200),
        (&theirs, "/api/v1/courses", 200),
    ] {
        assert_eq!(world.get(path, key).await.status, status);
    }
    world.organization("acme", json!({"limits": [{"requests": 1, "per": "minute"}]})).await;
    assert_eq!(world.get("/api/v1/courses", &one).await.status, 429);
    world.stack.end_processes().await;

    let ours = usage(&world, "acme", "").await;
    assert_eq!((&ours["organization"], &ours["granularity"]), (&json!("acme"), &json!("day")));
    let totals = &ours["totals"];
    assert_eq!([&totals["requests"], &totals["successes"], &totals["clientErrors"]], [4, 2, 1]);
    assert_eq!(totals["refused"], json!({"total": 1, "byReason": {"rate_limited": 1}}));
    assert_eq!(usage(&world, "other", "").await["totals"]["requests"], 1);
}

#[tokio::test]
async fn the_requests_of_deleted_keys_stay_counted_by_key_and_in_the_sum() {
    let (world, key) = World::academy("pro").await;
    for _ in 0..2 {
        assert_eq!(world.get("/api/v1/courses", &key).await.status, 200);
    }
    world.stack.end_processes().await;
    let path = format!("/organizations/acme/api-keys/{}", key.id);
    assert_eq!(world.operate("DELETE", &path, Value::Null).await.status, 200);
    assert_eq!(usage(&world, "acme", "").await["totals"]["requests"], 2);
    let answer = world.operate("GET", &format!("{path}/usage"), Value::Null).await;
    let data = &answer.json()["data"];
    assert_eq!((answer.status, &data["totals"]["requests"]), (200, &json!(2)));
    assert_eq!((&data["keyId"], &data["lastUsedAt"]), (&json!(key.id), &json!(crate::support::START)));
    // The day is not asked for, and the last use is known all the same.
    let past = world.operate("GET", &format!("{path}/usage?to=2030-06-10T00:00:00Z"), Value::Null).await;
    let data = &past.json()["data"];
    assert_eq!((&data["totals"]["requests"], &data["lastUsedAt"]), (&json!(0), &json!(crate::support::START)));
    assert_eq!(world.operate("GET", &path, Value::Null).await.status, 404);
}

#[tokio::test]
async fn it_comes_as_a_table_too() {
    let (world, key) = World::academy("pro").await;
    assert_eq!(world.get("/api/v1/courses", &key).await.status, 200);
    world.stack.end_processes().await;
    let path = "/organizations/acme/usage?format=csv&from=2030-06-15T00:00:00Z";
    let answer = world.operate("GET", path, Value::Null).await;
    let table = "organization,from,to,requests,successes,client_errors,server_errors,verifications,refused\r\n\
        acme,2030-06-15T00:00:00Z,2030-06-16T00:00:00Z,1,1,0,0,0,0\r\n";
    assert_eq!((answer.status, answer.body.as_str()), (200, table));
    let path = format!("/organizations/acme/api-keys/{}/usage?format=csv&from=2030-06-15T00:00:00Z", key.id);
    let answer = world.operate("GET", &path, Value::Null).await;
    let row = format!("{},2030-06-15T00:00:00Z,2030-06-15T01:00:00Z,1,1,0,0,0,0", key.id);
    assert_eq!(answer.body.lines().nth(1), Some(row.as_str()), "{}", answer.body);
    let named = format!("attachment; filename=\"usage-{}-2030-06-15.csv\"", key.id);
    assert_eq!(answer.header("content-disposition"), Some(named.as_str()));
}

#[tokio::test]
async fn an_organization_that_is_none_is_404_and_a_day_has_no_hours() {
    let (world, _) = World::academy("pro").await;
    let answer = world.operate("GET", "/organizations/nobody/usage", Value::Null).await;
    answer.is(404, &[], r#"{"error":{"code":"not_found","message":"Academy not found"}}"#);
    let answer = world.operate("GET", "/organizations/acme/usage?to=2030-06-15", Value::Null).await;
    assert_eq!(answer.status, 400);
    // Nobody is called that, and it is where the sum of the stack begins.
    assert_eq!(world.operate("GET", "/organizations/*%230/usage", Value::Null).await.status, 400);
}

#[tokio::test]
async fn an_organization_has_no_part_in_what_was_written_late_of_one_that_had_its_slug_before() {
    let world = World::serving("fayne").await;
    world.organization("acme", json!({"plan": "pro"})).await;
    let key = world.key("acme", json!({"name": "a"})).await;
    world.stack.end_processes().await;
    let client = world.stack.dynamodb().client();
    let late = client.put_item().table_name("UsageTable").item("pk", dynamodb::text("acme"));
    let late = late.item("sk", dynamodb::text("2030-06-14")).item("schema", dynamodb::number(1));
    late.item("s", dynamodb::number(7)).send().await.unwrap();
    assert_eq!(world.get("/api/v1/courses", &key).await.status, 200);
    world.stack.end_processes().await;
    let totals = usage(&world, "acme", "").await["totals"].clone();
    assert_eq!((&totals["requests"], &totals["successes"]), (&json!(1), &json!(1)), "{totals}");
}
