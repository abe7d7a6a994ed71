//! The promise: a limit for a second holds for each second, and one that slides for every span of its length.

use serde_json::{Value, json};

use crate::support::{Key, World, own_contract};

async fn counting(limits: Value) -> (World, Key) {
    let windows = r#"windows = ["second", "minute", "hour"]"#;
    let contract = own_contract("fayne", |text| text.replace(r#"windows = ["minute"]"#, windows));
    let world = World::own(contract, |builder| builder).await;
    world.organization("acme", json!({"plan": "pro", "limits": limits})).await;
    let key = world.key("acme", json!({"name": "a"})).await;

    (world, key)
}

async fn verdict(world: &World, key: &Key) -> Value {
    world.operate("POST", "/verify", json!({"key": key.secret})).await.json()["data"].clone()
}

#[tokio::test]
async fn a_second_begins_anew_each_second() {
    let (world, key) = counting(json!([{"requests": 2, "per": "second"}, {"requests": 5, "per": "minute"}])).await;
    for (now, valid, retry_after) in [
        ("2030-06-15T00:00:30Z", true, None),
        ("2030-06-15T00:00:30.999Z", true, None),
        ("2030-06-15T00:00:30.999Z", false, Some("1")),
        ("2030-06-15T00:00:31Z", true, None),
        ("2030-06-15T00:00:31.5Z", true, None),
        ("2030-06-15T00:00:32Z", true, None),
        // The minute is full.
        ("2030-06-15T00:00:32.5Z", false, Some("28")),
        ("2030-06-15T00:01:00Z", true, None),
    ] {
        world.at(now);
        let said = verdict(&world, &key).await;
        assert_eq!(said["valid"], valid, "{now}: {said}");
        assert_eq!(said["response"]["headers"]["retry-after"].as_str(), retry_after, "{now}");
    }
}

#[tokio::test]
async fn no_minute_wherever_it_begins_has_more_than_a_limit_that_slides() {
    let (world, key) = counting(json!([{"requests": 3, "per": "minute", "sliding": true}])).await;
    for (now, valid, remaining, reset, retry_after) in [
        ("2030-06-15T00:00:50Z", true, 2, "2030-06-15T00:01:54Z", None),
        ("2030-06-15T00:00:59Z", true, 1, "2030-06-15T00:02:00Z", None),
        ("2030-06-15T00:00:59.999Z", true, 0, "2030-06-15T00:02:00Z", None),
        // In a fixed minute, three more could come now.
        ("2030-06-15T00:01:00Z", false, 0, "2030-06-15T00:02:06Z", Some("54")),
        ("2030-06-15T00:01:53.999Z", false, 0, "2030-06-15T00:02:54Z", Some("1")),
        ("2030-06-15T00:01:54Z", true, 0, "2030-06-15T00:03:00Z", None),
        ("2030-06-15T00:01:59Z", false, 0, "2030-06-15T00:03:00Z", Some("1")),
        ("2030-06-15T00:02:00Z", true, 1, "2030-06-15T00:03:06Z", None),
        ("2030-06-15T00:02:00Z", true, 0, "2030-06-15T00:03:06Z", None),
        ("2030-06-15T00:09:00Z", true, 2, "2030-06-15T00:10:06Z", None),
    ] {
        world.at(now);
        let said = verdict(&world, &key).await;
        let left = &said["rateLimit"];
        let reset = crate::support::millis(reset) / 1_000;
        assert_eq!((&said["valid"], &left["remaining"]), (&json!(valid), &json!(remaining)), "{now}: {said}");
        assert_eq!(left["reset"], reset, "{now}: {said}");
        assert_eq!(said["response"]["headers"]["retry-after"].as_str(), retry_after, "{now}");
    }
}

#[tokio::test]
async fn a_limit_that_begins_to_slide_counts_what_was_counted_before() {
    let (world, key) = counting(json!([{"requests": 5, "per": "minute"}])).await;
    let limit = async |requests: u32, sliding: bool| {
        let limits = json!([{"requests": requests, "per": "minute", "sliding": sliding}]);
        let shown = world.organization("acme", json!({"limits": limits})).await;
        assert_eq!(shown["limits"][0].get("sliding"), sliding.then_some(&json!(true)));
    };
    let valid = async || verdict(&world, &key).await["valid"] == true;
    world.at("2030-06-15T00:00:58Z");
    assert!(valid().await && valid().await && valid().await);
    limit(4, true).await;
    world.at("2030-06-15T00:01:01Z");
    assert!(valid().await && !valid().await, "three in the minute before, and one now");
    limit(5, true).await;
    assert!(valid().await && !valid().await);
    // Back to fixed minutes: two in this one.
    limit(3, false).await;
    assert!(valid().await && !valid().await);
    // And once more: what was counted meanwhile is not forgotten.
    limit(6, true).await;
    assert!(!valid().await);
    world.at("2030-06-15T00:02:13Z");
    assert!(valid().await);
}

#[tokio::test]
async fn a_new_secret_goes_on_in_the_span_of_the_one_before() {
    let (world, key) = counting(json!([{"requests": 3, "per": "hour", "sliding": true}])).await;
    assert_eq!(verdict(&world, &key).await["rateLimit"]["remaining"], 2);
    let path = format!("/organizations/acme/api-keys/{}/regenerate", key.id);
    let secret = world.operate("POST", &path, json!({"overlapSeconds": 600})).await.json()["data"]["key"].clone();
    let new = Key { id: key.id.clone(), secret: secret.as_str().unwrap().to_owned() };
    assert_eq!(verdict(&world, &new).await["rateLimit"]["remaining"], 1);
    assert_eq!(verdict(&world, &key).await["rateLimit"]["remaining"], 0);
    assert_eq!(verdict(&world, &new).await["reason"], "rate_limited");
}

#[tokio::test]
async fn what_cannot_slide_is_refused() {
    let windows = r#"windows = ["minute", "month"]"#;
    let contract = own_contract("fayne", |text| text.replace(r#"windows = ["minute"]"#, windows));
    let world = World::own(contract, |builder| builder).await;
    let month = json!([{"requests": 3, "per": "month", "sliding": true}]);
    let answer = world.operate("PUT", "/organizations/acme", json!({"plan": "pro", "limits": month})).await;
    assert_eq!(answer.status, 400, "{answer:?}");
    assert!(answer.body.contains("limits must not have a month that slides"), "{answer:?}");
    let shared = json!([{"requests": 3, "per": "minute", "sliding": true}]);
    let answer = world.operate("PUT", "/organizations/acme", json!({"plan": "pro", "sharedLimits": shared})).await;
    assert_eq!(answer.status, 400, "{answer:?}");
    assert!(answer.body.contains("sharedLimits must not slide"), "{answer:?}");
}
