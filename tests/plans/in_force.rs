//! The promise: who begins now has the numbers of now, a key in use has them within the hour, and at once where its
//! organization's `PUT` is made again.

use local::dynamodb::{Fault, Latch};
use serde_json::{Value, json};

use super::{minute, overridden};
use crate::support::{Key, World, all};

/// How many requests of `key` are let in a minute, told by its answer.
async fn limit(world: &World, key: &Key) -> u64 {
    let verdict = world.operate("POST", "/verify", json!({"key": key.secret})).await.json();
    assert_eq!(verdict["data"]["valid"], true, "{verdict}");

    verdict["data"]["rateLimit"]["limit"].as_u64().unwrap()
}

#[tokio::test]
async fn a_key_in_use_has_new_numbers_within_the_hour_and_one_that_was_never_used_at_once() {
    let (world, key) = World::academy("pro").await;
    let unused = world.key("acme", json!({"name": "unused"})).await;
    assert_eq!(limit(&world, &key).await, 300);
    overridden(&world, json!({"limits": minute(7)})).await;
    assert_eq!(limit(&world, &unused).await, 7);
    assert_eq!(limit(&world, &key).await, 300);
    world.at("2030-06-15T01:00:30Z");
    assert_eq!(limit(&world, &key).await, 7);
    world.operate("DELETE", "/plans/pro", Value::Null).await;
    let another = world.key("acme", json!({"name": "another"})).await;
    assert_eq!((limit(&world, &key).await, limit(&world, &another).await), (7, 300));
    world.at("2030-06-15T02:00:30Z");
    assert_eq!(limit(&world, &key).await, 300);
}

#[tokio::test]
async fn an_organization_whose_put_is_made_again_has_new_numbers_with_its_next_request() {
    let (world, key) = World::academy("pro").await;
    for (said, expected) in [(minute(20), 20), (minute(900), 900), (Value::Null, 300)] {
        let before = limit(&world, &key).await;
        match &said {
            Value::Null => assert_eq!(world.operate("DELETE", "/plans/pro", Value::Null).await.status, 200),
            said => drop(overridden(&world, json!({"limits": said})).await),
        }
        assert_eq!(limit(&world, &key).await, before, "{said}");
        world.organization("acme", json!({})).await;
        assert_eq!(limit(&world, &key).await, expected, "{said}");
        // Whoever does it once more does nothing.
        let asked = world.asked(async { drop(world.organization("acme", json!({"plan": "pro"})).await) }).await;
        assert_eq!(asked, ["GetItem KeysTable", "GetItem KeysTable"], "{said}");
    }
}

#[tokio::test]
async fn what_was_used_counts_against_a_lower_limit_at_once() {
    let (world, key) = World::academy("pro").await;
    for _ in 0..5 {
        assert_eq!(world.get("/api/v1/courses", &key).await.status, 200);
    }
    overridden(&world, json!({"limits": minute(5)})).await;
    assert_eq!(world.get("/api/v1/courses", &key).await.status, 200);
    world.organization("acme", json!({})).await;
    assert_eq!(world.get("/api/v1/courses", &key).await.status, 429);
}

#[tokio::test]
async fn limits_of_an_organizations_or_a_keys_own_stand_in_place_of_an_override() {
    let (world, key) = World::academy("pro").await;
    overridden(&world, json!({"limits": minute(7)})).await;
    let own = world.key("acme", json!({"name": "own", "limits": minute(9)})).await;
    assert_eq!((limit(&world, &key).await, limit(&world, &own).await), (7, 9));
    world.organization("acme", json!({"limits": minute(20)})).await;
    assert_eq!((limit(&world, &key).await, limit(&world, &own).await), (20, 9));
}

#[tokio::test]
async fn types_have_their_own_numbers() {
    let world = World::serving("fabraix").await;
    world.organization("acme", json!({"plan": "standard"})).await;
    let said = json!({"limitsByType": {"admin": minute(5)}});
    assert_eq!(world.operate("PUT", "/plans/standard", said).await.status, 200);
    for (kind, expected) in [("admin", 5), ("production", 600)] {
        let key = world.key("acme", json!({"name": "a", "type": kind})).await;
        assert_eq!(limit(&world, &key).await, expected, "{kind}");
    }
}

#[tokio::test]
async fn a_stamp_that_is_under_way_does_not_bring_the_old_numbers_back() {
    for (used, held) in [(true, "BatchGetItem"), (true, "GetItem"), (false, "BatchGetItem"), (false, "GetItem")] {
        let (world, key) = World::academy("pro").await;
        if used {
            assert_eq!(limit(&world, &key).await, 300);
            // Its terms are over: the next request stamps.
            world.at("2030-06-15T01:00:30Z");
        }
        // What it has read of the organization or of the plan by then is from before.
        let latch = Latch::default();
        let text = if held == "GetItem" { "plan#pro" } else { "org#acme" };
        world.stack.dynamodb().inject(Fault::Hold(latch.clone()).times(1).on(held).with(text));
        let meanwhile = async {
            latch.reached().await;
            overridden(&world, json!({"limits": minute(7)})).await;
            world.organization("acme", json!({})).await;
            latch.open();
        };
        let (_, ()) = tokio::join!(limit(&world, &key), meanwhile);
        assert_eq!(limit(&world, &key).await, 7, "used: {used}, {held}");
    }
}

#[tokio::test]
async fn a_cap_is_the_one_of_now_for_whoever_issues_or_imports_a_key_and_stays_exact() {
    let world = World::build("fayne", |builder| builder.max_instances(8)).await;
    world.organization("acme", json!({"plan": "pro"})).await;
    overridden(&world, json!({"keys": 3})).await;
    let issue = || world.operate("POST", "/organizations/acme/api-keys", json!({"name": "a"}));
    let made = all((0..8).map(|_| issue())).await.into_iter().filter(|answer| answer.status == 201).count();
    assert_eq!(made, 3);
    let answer = issue().await;
    assert_eq!((answer.status, &answer.json()["error"]["message"]), (402, &json!("The plan pro allows 3 API keys")));
    let import = async || {
        let key = json!({"sha256": "ab".repeat(32), "name": "old"});
        let answer = world.operate("POST", "/organizations/acme/api-keys/import", json!({"keys": [key]})).await.json();
        answer["data"]["imported"].clone()
    };
    assert_eq!(import().await, 0);
    overridden(&world, json!({"keys": 4})).await;
    assert_eq!(import().await, 1);
    world.operate("DELETE", "/plans/pro", Value::Null).await;
    assert_eq!(issue().await.status, 201);
}

#[tokio::test]
async fn a_quota_that_the_api_keeps_is_the_one_of_now() {
    let (world, key) = World::academy("pro").await;
    overridden(&world, json!({"quotas": {"students": 1}})).await;
    let add = async |email: &str| world.post("/api/v1/students", &key, json!({"email": email})).await;
    assert_eq!(add("ada@example.com").await.status, 201);
    let full = add("bob@example.com").await;
    assert_eq!((full.status, &full.json()["error"]["message"]), (402, &json!("The plan pro allows 1 students")));
    overridden(&world, json!({"quotas": {"students": 2}})).await;
    assert_eq!(add("bob@example.com").await.status, 201);
}

#[tokio::test]
async fn pages_show_the_numbers_of_now() {
    let (world, key) = World::academy("pro").await;
    overridden(&world, json!({"keys": 1, "limits": minute(77)})).await;
    let browser = world.visitor("acme").await;
    let page = async |path: &str| browser.get(&format!("/portal/acme/keys{path}")).await.words();
    assert!(page("").await.contains("1 of 1"), "{}", page("").await);
    assert!(page("/new").await.contains("The plan pro allows 1 API keys"), "{}", page("/new").await);
    assert!(page(&format!("/{}", key.id)).await.contains("77"), "{}", page(&format!("/{}", key.id)).await);
}
