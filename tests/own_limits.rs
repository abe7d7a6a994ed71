//! The promise: a key's own limits. The operator's stand in place of the plan's, and a manager's only lower.

use std::sync::atomic::{AtomicBool, Ordering};

use dynamodb::text;
use serde_json::{Value, json};

use crate::support::{Key, World, all};

/// A stack of Fabraix, which counts in minutes and hours, with `acme` on a plan of 600 requests a minute; a key that manages
/// keys, and one to be limited.
async fn limited() -> (World, Key, Key) {
    let world = World::serving("fabraix").await;
    world.organization("acme", json!({"plan": "standard"})).await;
    let manager = world.key("acme", json!({"name": "manager", "type": "admin"})).await;
    let key = world.key("acme", json!({"name": "limited", "type": "production"})).await;

    (world, manager, key)
}

fn path(key: &Key) -> String {
    format!("/organizations/acme/api-keys/{}", key.id)
}

async fn shown(world: &World, key: &Key) -> Value {
    world.operate("GET", &path(key), Value::Null).await.json()["data"].clone()
}

/// How many requests a minute `secret` is held to.
async fn held_to(world: &World, secret: &str) -> Value {
    world.operate("POST", "/verify", json!({"key": secret})).await.json()["data"]["rateLimit"]["limit"].clone()
}

fn per_minute(requests: u32) -> Value {
    json!([{"requests": requests, "per": "minute"}])
}

#[tokio::test]
async fn the_operator_may_go_over_the_plan_and_a_manager_only_below_it_at_once() {
    let (world, manager, key) = limited().await;
    assert_eq!(held_to(&world, &key.secret).await, 600);
    assert_eq!(shown(&world, &key).await.get("limits"), None, "there are none");
    let both = |operator: Option<u32>, manager: Option<u32>| -> Value {
        let one = |by: &str, requests: Option<u32>| {
            requests.map(|requests| json!({"requests": requests, "per": "minute", "setBy": by}))
        };
        [one("operator", operator), one("manager", manager)].into_iter().flatten().collect()
    };
    for (as_operator, limits, set, effective) in [
        (true, per_minute(1_000), both(Some(1_000), None), 1_000),
        (false, per_minute(1_100), both(Some(1_000), Some(1_100)), 1_000),
        (false, per_minute(900), both(Some(1_000), Some(900)), 900),
        (true, per_minute(800), both(Some(800), Some(900)), 800),
        (true, Value::Null, both(None, Some(900)), 600),
        (false, per_minute(7), both(None, Some(7)), 7),
        (true, per_minute(9), both(Some(9), Some(7)), 7),
        (false, Value::Null, both(Some(9), None), 9),
    ] {
        let change = json!({"limits": limits});
        let answer = if as_operator {
            world.operate("PATCH", &path(&key), change.clone()).await
        } else {
            let path = format!("/api/v1/acme/api-keys/{}", key.id);
            world.call("PATCH", &path, &manager.secret, Some(change.clone())).await
        };
        assert_eq!((answer.status, &answer.json()["data"]["limits"]), (200, &set), "{change}: {answer:?}");
        assert_eq!(held_to(&world, &key.secret).await, effective, "{change}");
    }
    assert_eq!(world.operate("PATCH", &path(&key), json!({"limits": null})).await.status, 200);
    assert_eq!(held_to(&world, &key.secret).await, 600);
    assert_eq!(shown(&world, &key).await.get("limits"), None);
}

#[tokio::test]
async fn windows_are_judged_one_by_one_and_an_organizations_own_limits_are_the_base() {
    let (world, _, key) = limited().await;
    let limits = json!([{"requests": 3, "per": "minute"}, {"requests": 50, "per": "hour"}]);
    world.organization("acme", json!({"limits": limits})).await;
    world.operate("PATCH", &path(&key), json!({"limits": [{"requests": 4, "per": "hour"}]})).await;
    let mut answers = Vec::new();
    for at in ["00:00:30", "00:01:30"] {
        world.at(&format!("2030-06-15T{at}Z"));
        for _ in 0..4 {
            answers.push(world.register_run(&key.secret).await.status);
        }
    }
    assert_eq!(answers, [200, 200, 200, 429, 200, 429, 429, 429]);
}

#[tokio::test]
async fn a_key_is_issued_taken_over_and_given_a_new_secret_with_its_limits() {
    let (world, manager, _) = limited().await;
    let by = |set_by: &str| json!([{"requests": 5, "per": "minute", "setBy": set_by}]);
    let order = json!({"name": "a", "type": "production", "limits": per_minute(5)});
    let issued = world.operate_once("once", "POST", "/organizations/acme/api-keys", order.clone()).await.json();
    assert_eq!(issued["data"]["limits"], by("operator"));
    let again = world.operate_once("once", "POST", "/organizations/acme/api-keys", order.clone()).await;
    assert_eq!((again.status, &again.json()["data"]["limits"]), (200, &by("operator")));
    let own = world.post("/api/v1/acme/api-keys", &manager, order).await.json();
    assert_eq!(own["data"]["limits"], by("manager"));

    for (issued, set_by) in [(&issued, "operator"), (&own, "manager")] {
        let secret = issued["data"]["key"].as_str().unwrap();
        assert_eq!(held_to(&world, secret).await, 5, "{set_by}");
        let path = format!("/organizations/acme/api-keys/{}/regenerate", issued["data"]["id"].as_str().unwrap());
        let new = world.operate("POST", &path, json!({"overlapSeconds": 60})).await.json();
        assert_eq!(new["data"]["limits"], by(set_by), "they stay those of who has set them");
        for secret in [secret, new["data"]["key"].as_str().unwrap()] {
            assert_eq!(held_to(&world, secret).await, 5, "{set_by}");
        }
    }

    let foreign = json!({"sha256": "11".repeat(32), "name": "b", "type": "production", "limits": per_minute(5)});
    let other = json!({"sha256": "22".repeat(32), "name": "c", "type": "production", "limits": [{"requests": 5, "per": "day"}]});
    let keys = json!({"keys": [foreign, other]});
    let results = world.operate("POST", "/organizations/acme/api-keys/import", keys).await.json();
    let results = &results["data"]["results"];
    assert_eq!((&results[0]["result"], &results[1]["result"]), (&json!("imported"), &json!("refused")), "{results}");
    assert_eq!(results[1]["response"]["body"]["error"]["message"], "limits must be per minute or hour");
    let key = Key { id: results[0]["id"].as_str().unwrap().to_owned(), secret: String::new() };
    assert_eq!(shown(&world, &key).await["limits"], by("operator"));
}

#[tokio::test]
async fn limits_that_nobody_can_have_are_refused_and_change_nothing() {
    let (world, manager, key) = limited().await;
    let before = world.authority().await;
    let own = format!("/api/v1/acme/api-keys/{}", key.id);
    for (limits, message) in [
        (json!([{"requests": 5, "per": "day"}]), "limits must be per minute or hour"),
        (json!([]), "limits must have at least one limit"),
        (json!([{"requests": 0, "per": "minute"}]), "limits[0].requests must be a number from 1 to 4294967295"),
        (
            json!([{"requests": 5, "per": "minute"}, {"requests": 6, "per": "minute"}]),
            "limits must have at most one limit per window",
        ),
    ] {
        let order = json!({"name": "a", "type": "production", "limits": limits});
        for answer in [
            world.operate("PATCH", &path(&key), json!({"limits": limits})).await,
            world.call("PATCH", &own, &manager.secret, Some(json!({"limits": limits}))).await,
            world.operate("POST", "/organizations/acme/api-keys", order.clone()).await,
            world.post("/api/v1/acme/api-keys", &manager, order).await,
        ] {
            assert_eq!((answer.status, &answer.json()["error"]["message"]), (400, &json!(message)), "{limits}");
        }
    }
    assert_eq!(world.authority().await, before);
}

#[tokio::test]
async fn a_limit_that_is_lowered_during_use_is_never_passed_from_then_on() {
    let (world, _, key) = limited().await;
    world.operate("PATCH", &path(&key), json!({"limits": per_minute(90)})).await;
    let lowered = AtomicBool::new(false);
    let callers = (0..8).map(|_| async {
        let mut admitted = [0, 0];
        for _ in 0..12 {
            let begins_after = usize::from(lowered.load(Ordering::SeqCst));
            let status = world.register_run(&key.secret).await.status;
            admitted[begins_after] += usize::from(status == 200);
        }
        admitted
    });
    let lower = async {
        let answer = world.operate("PATCH", &path(&key), json!({"limits": per_minute(20)})).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        lowered.store(true, Ordering::SeqCst);
    };
    let (admitted, ()) = tokio::join!(all(callers), lower);
    let [before, after] = [0, 1].map(|when| admitted.iter().map(|of| of[when]).sum::<usize>());
    assert!(before <= 90 && (after == 0 || before + after <= 20), "{before} before, {after} after");
    assert_eq!(world.register_run(&key.secret).await.status, 429);
}

#[tokio::test]
async fn a_change_of_limits_is_told_and_one_that_changes_nothing_is_none() {
    let (world, manager, key) = limited().await;
    let own = format!("/api/v1/acme/api-keys/{}", key.id);
    let change = json!({"limits": per_minute(5)});
    for _ in 0..2 {
        assert_eq!(world.call("PATCH", &own, &manager.secret, Some(change.clone())).await.status, 200);
    }
    let rows = world.operate("GET", "/organizations/acme/audit", Value::Null).await.json()["data"].clone();
    let changed: Vec<_> = rows.as_array().unwrap().iter().filter(|row| row["action"] == "key.changed").collect();
    let [row] = changed.as_slice() else { panic!("{changed:?}") };
    let set = json!([{"requests": 5, "per": "minute", "setBy": "manager"}]);
    assert_eq!((row["before"].get("limits"), &row["after"]["limits"]), (None, &set));
    let listed = world.operate("GET", "/organizations/acme/api-keys", Value::Null).await.json();
    for listed in listed["data"].as_array().unwrap() {
        assert_eq!(listed.get("limits"), (listed["name"] == "limited").then_some(&set), "{listed}");
    }
}

#[tokio::test]
async fn functions_that_know_of_no_such_limits_cannot_read_a_key_that_has_some() {
    let (world, _, key) = limited().await;
    let schema = async || {
        let item = world.stack.dynamodb().client().get_item().table_name("KeysTable");
        let item = item.key("pk", text("org#acme")).key("sk", text(format!("key#{}", key.id))).send().await.unwrap();
        item.item.unwrap()["schema"].as_n().unwrap().clone()
    };
    assert_eq!(schema().await, "1");
    world.operate("PATCH", &path(&key), json!({"limits": per_minute(5)})).await;
    assert_eq!(schema().await, "2");
    world.operate("PATCH", &path(&key), json!({"limits": null})).await;
    assert_eq!(schema().await, "1");
}
