use serde_json::json;

use crate::support::World;

#[tokio::test]
async fn the_status_follows_from_the_clock() {
    let (world, key) = World::launches().await;
    let times = json!({"name": "a", "openAt": "2030-06-15T01:00:00Z", "closeAt": "2030-06-15T02:00:00Z"});
    let ids = [json!({"name": "draft"}), json!({"name": "open end", "openAt": "2030-06-15T01:00:00Z"}), times];
    let mut paths = Vec::new();
    for new in ids {
        let made = world.post("/api/experiences", &key, new).await.json();
        paths.push(format!("/api/experiences/{}", made["data"]["id"].as_str().unwrap()));
    }
    for (now, statuses) in [
        ("2030-06-15T00:59:59.999Z", ["draft", "scheduled", "scheduled"]),
        ("2030-06-15T01:00:00Z", ["draft", "active", "active"]),
        ("2030-06-15T01:59:59.999Z", ["draft", "active", "active"]),
        ("2030-06-15T02:00:00Z", ["draft", "active", "completed"]),
        ("2040-01-01T00:00:00Z", ["draft", "active", "completed"]),
    ] {
        world.at(now);
        for (path, status) in paths.iter().zip(statuses) {
            let shown = world.get(path, &key).await;
            assert_eq!((shown.status, &shown.json()["data"]["status"]), (200, &json!(status)), "{now}");
        }
    }
    let kept = world.items("ReferenceTable").await.concat();
    for status in ["status", "scheduled", "active", "completed"] {
        assert!(!kept.contains(status), "no status is kept");
    }
}

#[tokio::test]
async fn another_organizations_experience_is_like_one_that_does_not_exist() {
    let (world, key) = World::launches().await;
    world.organization("other", json!({"plan": "pro"})).await;
    let other = world.key("other", json!({"name": "a", "type": "secret"})).await;
    let made = world.post("/api/experiences", &other, json!({"name": "a"})).await.json();
    let path = format!("/api/experiences/{}", made["data"]["id"].as_str().unwrap());
    assert_eq!(world.get(&path, &other).await.json(), made);
    let theirs = world.get(&path, &key).await;
    let quota = ["x-ratelimit-limit: 10000", "x-ratelimit-remaining: 9999", "x-ratelimit-reset: 1907712060"];
    theirs.is(404, &quota, r#"{"error":"Experience not found"}"#);
    let nobodys = world.get("/api/experiences/ffffffff-ffff-4fff-8fff-ffffffffffff", &key).await;
    assert_eq!((nobodys.status, nobodys.body), (404, theirs.body));
}

#[tokio::test]
async fn a_malformed_id_is_400() {
    let (world, key) = World::launches().await;
    let body = r#"{"error":"Validation failed","details":[{"field":"id","message":"must be a UUID"}]}"#;
    for id in ["7", "summer-drop", "0193b5a07c1e7a309f0a5d1f6a2b3c4d", "%C3%A9"] {
        let answer = world.get(&format!("/api/experiences/{id}"), &key).await;
        assert_eq!((answer.status, answer.body.as_str()), (400, body), "{id}");
    }
}
