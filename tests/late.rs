//! The promise: limits are exact also when events come late or early, and no event can choose the time that it is judged by.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Key, World, millis, own_contract, root};

/// An academy whose keys may make three requests a minute, and a key of it.
async fn academy() -> (World, Key) {
    let (world, key) = World::academy("pro").await;
    world.organization("acme", json!({"limits": [{"requests": 3, "per": "minute"}]})).await;

    (world, key)
}

/// The status of a request that the gateway has stamped with `at`, milliseconds since 1970, and that arrives now.
async fn stamped(world: &World, key: &Key, at: i64) -> u64 {
    let file = fs::read_to_string(root().join("events/academy-list-courses.json")).unwrap();
    let mut event: Value = serde_json::from_str(&file).unwrap();
    event["requestContext"]["timeEpoch"] = json!(at);
    event["headers"]["authorization"] = json!(format!("Bearer {}", key.secret));
    let answer = world.stack.invoke("AcademyListCourses", event).await.unwrap();

    answer["statusCode"].as_u64().unwrap()
}

#[tokio::test]
async fn limits_hold_for_events_that_are_five_minutes_late_or_early() {
    let (world, key) = academy().await;
    world.at("2030-06-15T00:30:30Z");
    let now = millis("2030-06-15T00:30:30Z");
    let mut admitted = std::collections::BTreeMap::<i64, u32>::new();
    // Back and forth, so that what is late follows what is early.
    for round in 0..5 {
        for seconds in (0..=300).step_by(30) {
            for offset in [seconds, -seconds, 300 - seconds, seconds - 300] {
                let at = now + offset * 1_000 + round;
                if stamped(&world, &key, at).await == 200 {
                    *admitted.entry(at / 60_000).or_default() += 1;
                }
            }
        }
    }
    let minutes: Vec<_> = (-5..=5).map(|minute| now / 60_000 + minute).collect();
    assert_eq!(admitted, minutes.into_iter().map(|minute| (minute, 3)).collect());
}

#[tokio::test]
async fn of_late_events_and_those_on_time_each_minute_admits_what_it_may() {
    let (world, key) = academy().await;
    let now = millis("2030-06-15T00:30:30Z");
    world.at("2030-06-15T00:30:30Z");
    let mut admitted = [0, 0];
    for _ in 0..8 {
        for (place, at) in [(0, now - 90_000), (1, now)] {
            admitted[place] += u32::from(stamped(&world, &key, at).await == 200);
        }
    }
    assert_eq!(admitted, [3, 3]);
}

#[tokio::test]
async fn an_event_from_another_time_is_judged_by_the_platforms_clock_and_logged() {
    let (world, _) = academy().await;
    let key = world.key("acme", json!({"name": "a", "expiresAt": "2030-06-15T00:00:40Z"})).await;
    let now = millis("2030-06-15T00:00:45Z");
    world.at("2030-06-15T00:00:45Z");
    let told = || world.stack.logs().iter().filter(|line| line.contains("too far from the platform's")).count();
    // Within five minutes the gateway is believed: then the key had not expired.
    assert_eq!(stamped(&world, &key, now - 300_000).await, 200);
    assert_eq!(told(), 0);
    for at in [now - 300_001, now + 300_001, now - 86_400_000, now + 86_400_000, 1] {
        assert_eq!(stamped(&world, &key, at).await, 401, "{at}");
    }
    assert_eq!(told(), 5);
    // An event without a time of its own is judged by the platform's, too.
    assert_eq!(stamped(&world, &key, 0).await, 401);

    // Such events count in the window of the platform's clock.
    let key = world.key("acme", json!({"name": "b"})).await;
    let mut admitted = 0;
    for days in [1, 2, 3, 4, 5, -1, -2, -3] {
        admitted += u32::from(stamped(&world, &key, now + days * 86_400_000).await == 200);
    }
    assert_eq!(admitted, 3);
}

#[tokio::test]
async fn an_authorizer_goes_by_the_platforms_clock_where_its_event_is_from_another_time_or_has_none() {
    let (world, _) = academy().await;
    let key = world.key("acme", json!({"name": "a", "expiresAt": "2030-06-15T00:00:40Z"})).await;
    let now = millis("2030-06-15T00:00:45Z");
    world.at("2030-06-15T00:00:45Z");
    let ask = async |context: Value| {
        let question = json!({
            "version": "2.0",
            "headers": {"authorization": format!("Bearer {}", key.secret)},
            "requestContext": context,
        });
        world.stack.invoke("GateAuthorize", question).await.unwrap()["isAuthorized"].clone()
    };
    assert_eq!(ask(json!({"timeEpoch": now - 10_000})).await, true);
    assert_eq!(ask(json!({"timeEpoch": now - 600_000})).await, false);
    assert_eq!(ask(json!({})).await, false);
}

#[tokio::test]
async fn where_less_than_a_minute_matters_an_event_is_judged_by_its_own_time_within_two_seconds() {
    let windows = r#"windows = ["second", "minute"]"#;
    let contract = own_contract("fayne", |text| text.replace(r#"windows = ["minute"]"#, windows));
    let reference = |builder: local::Builder| builder.parameter("ReferenceApi", "academy");
    let world = World::own(contract, reference).await;
    let limits = json!([{"requests": 2, "per": "second"}]);
    world.organization("acme", json!({"plan": "pro", "limits": limits})).await;
    let key = world.key("acme", json!({"name": "a"})).await;
    let now = millis("2030-06-15T00:30:30Z");
    world.at("2030-06-15T00:30:30Z");
    let mut statuses = Vec::new();
    // What is later or earlier counts in the present second, whose two are taken by then.
    for offset in [0, 0, -1_000, -2_000, 1_000, 2_000, -2_001, -60_000, 2_001, 300_000] {
        statuses.push(stamped(&world, &key, now + offset).await);
    }
    assert_eq!(statuses, [200, 200, 200, 200, 200, 200, 429, 429, 429, 429]);
}
