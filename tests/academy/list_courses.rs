use serde_json::{Value, json};

use crate::support::World;

#[tokio::test]
async fn courses_are_listed_newest_first_by_pages() {
    let (world, key) = World::academy("pro").await;
    world.organization("other", json!({"plan": "pro"})).await;
    for minute in 1..=3 {
        world.at(&format!("2030-06-15T00:0{minute}:00Z"));
        let id = format!("0193b5a0-7c1e-7a30-9f0a-00000000000{minute}");
        let course = json!({"title": format!("Course {minute}"), "status": "draft"});
        world.operate("PUT", &format!("/organizations/acme/courses/{id}"), course.clone()).await;
        world.operate("PUT", &format!("/organizations/other/courses/{id}"), course).await;
    }
    for (query, titles, limit, offset) in [
        ("", json!(["Course 3", "Course 2", "Course 1"]), 50, 0),
        ("?limit=2", json!(["Course 3", "Course 2"]), 2, 0),
        ("?limit=2&offset=2", json!(["Course 1"]), 2, 2),
        ("?offset=9", json!([]), 50, 9),
        ("?limit=100&unknown=1", json!(["Course 3", "Course 2", "Course 1"]), 100, 0),
    ] {
        let data = world.get(&format!("/api/v1/courses{query}"), &key).await.json()["data"].clone();
        let listed: Value = data["courses"].as_array().unwrap().iter().map(|course| course["title"].clone()).collect();
        assert_eq!(listed, titles, "{query}");
        assert_eq!(data["pagination"], json!({"total": 3, "limit": limit, "offset": offset}));
    }
    let first = world.get("/api/v1/courses?limit=1", &key).await.json()["data"]["courses"][0].clone();
    assert_eq!(
        first,
        json!({"id": "0193b5a0-7c1e-7a30-9f0a-000000000003", "title": "Course 3", "description": null, "status": "draft",
               "created_at": "2030-06-15T00:03:00Z", "updated_at": "2030-06-15T00:03:00Z"})
    );
}

#[tokio::test]
async fn a_page_out_of_range_is_400() {
    let (world, key) = World::academy("pro").await;
    for (query, message) in [
        ("limit=0", "limit must be a number from 1 to 100"),
        ("limit=101", "limit must be a number from 1 to 100"),
        ("limit=-1", "limit must be a number in range"),
        ("limit=many", "limit must be a number in range"),
        ("limit=", "limit must be a number in range"),
        ("offset=-1", "offset must be a number in range"),
        ("offset=9999999999", "offset must be a number in range"),
        ("limit=1&limit=2", "limit must not be given twice"),
    ] {
        let answer = world.get(&format!("/api/v1/courses?{query}"), &key).await;
        assert_eq!((answer.status, &answer.json()["error"]["message"]), (400, &json!(message)), "{query}");
    }
}

#[tokio::test]
async fn every_refusal_that_a_key_can_cause_reads_as_faynes_page_says() {
    let (world, key) = World::academy("pro").await;
    let writer = world.key("acme", json!({"name": "writer", "scopes": ["write"]})).await;
    let old = world.key("acme", json!({"name": "old", "expiresAt": "2030-06-15T00:00:31Z"})).await;
    let revoked = world.key("acme", json!({"name": "revoked"})).await;
    world.operate("DELETE", &format!("/organizations/acme/api-keys/{}", revoked.id), Value::Null).await;
    for (org, terms) in [
        ("trial", json!({"plan": "trial"})),
        ("locked", json!({"plan": "pro", "status": "locked"})),
        ("locked-trial", json!({"plan": "trial", "status": "locked"})),
        ("slow", json!({"plan": "pro", "limits": [{"requests": 1, "per": "minute"}]})),
    ] {
        world.organization(org, terms).await;
    }
    let trial = world.key("trial", json!({"name": "a"})).await;
    let locked = world.key("locked", json!({"name": "a"})).await;
    let locked_trial = world.key("locked-trial", json!({"name": "a"})).await;
    let slow = world.key("slow", json!({"name": "a"})).await;
    assert_eq!(world.get("/api/v1/courses", &slow).await.status, 200);
    world.at("2030-06-15T00:00:31Z");

    let bearer = |secret: &str| Some(format!("Bearer {secret}"));
    let invalid = "Invalid API key";
    let scheme = "The Authorization header must be: Bearer <API key>";
    for (credential, status, headers, code, message) in [
        (None, 401, vec![], "unauthorized", "Missing API key"),
        (Some(String::new()), 401, vec![], "unauthorized", "Missing API key"),
        (bearer(""), 401, vec![], "unauthorized", "Missing API key"),
        (Some(key.secret.clone()), 401, vec![], "unauthorized", scheme),
        (Some(format!("Basic {}", key.secret)), 401, vec![], "unauthorized", scheme),
        (bearer(&key.secret.replace("fa_live_", "fa_test_")), 401, vec![], "unauthorized", invalid),
        (bearer(&key.secret.to_uppercase()), 401, vec![], "unauthorized", invalid),
        (bearer(&format!("{}0", key.secret)), 401, vec![], "unauthorized", invalid),
        (bearer("fa_live_00000000000000000000000000000000"), 401, vec![], "unauthorized", invalid),
        (bearer(&revoked.secret), 401, vec![], "unauthorized", invalid),
        (bearer(&old.secret), 401, vec![], "unauthorized", invalid),
        (bearer(&trial.secret), 402, vec![], "trial_api_unavailable", "API access requires a paid plan"),
        (bearer(&locked.secret), 402, vec![], "academy_locked", "The academy is locked"),
        (bearer(&locked_trial.secret), 402, vec![], "academy_locked", "The academy is locked"),
        (bearer(&slow.secret), 429, vec!["retry-after: 29"], "rate_limit_exceeded", "Too many requests"),
        (bearer(&writer.secret), 403, vec![], "forbidden", "The API key is not permitted to perform this action"),
    ] {
        let header = credential.as_ref().map(|credential| ("authorization", credential.as_str()));
        // Cold and warm: the first makes the pass, the second is judged by it.
        for _ in 0..2 {
            let answer = world.http.send("GET", "/api/v1/courses", header.as_slice(), None).await;
            answer.is(status, &headers, &format!(r#"{{"error":{{"code":"{code}","message":"{message}"}}}}"#));
        }
    }
    assert_eq!(world.get("/api/v1/courses", &key).await.status, 200);
}
