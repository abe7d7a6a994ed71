use local::dynamodb::{Fault, FaultRule, Latch};
use serde_json::{Value, json};

use crate::alerts::Watched;
use crate::support::{Answer, Key, START, World, all};

fn path(key: &Key) -> String {
    format!("/organizations/acme/api-keys/{}", key.id)
}

async fn reset(world: &World, key: &Key) -> Answer {
    world.operate("POST", &format!("{}/reset", path(key)), Value::Null).await
}

/// Gives back what was used with `key`.
async fn give_back(world: &World, key: &Key) {
    let answer = reset(world, key).await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

/// Gives `key` a new secret.
async fn regenerate(world: &World, key: &Key, overlap_seconds: i64) -> Key {
    let path = format!("{}/regenerate", path(key));
    let answer = world.operate("POST", &path, json!({"overlapSeconds": overlap_seconds})).await;

    Key { id: key.id.clone(), secret: answer.json()["data"]["key"].as_str().unwrap().to_owned() }
}

/// What the trail says was used with `key`, before and after it was given back.
async fn told(world: &World, key: &Key) -> [Value; 2] {
    let rows = world.operate("GET", "/organizations/acme/audit?limit=100", Value::Null).await.json()["data"].clone();
    let is_of_key = |row: &&Value| row["action"] == "key.reset" && row["keyId"] == key.id;
    let row = rows.as_array().unwrap().iter().find(is_of_key).unwrap_or_else(|| panic!("{rows}"));

    ["before", "after"].map(|state| row[state]["used"].clone())
}

async fn status(world: &World, key: &Key) -> u16 {
    world.get("/api/v1/courses", key).await.status
}

async fn statuses<const N: usize>(world: &World, key: &Key) -> [u16; N] {
    let mut all = [0; N];
    for one in &mut all {
        *one = status(world, key).await;
    }

    all
}

/// A stack with a key that has two requests a minute.
async fn limited() -> (World, Key) {
    let (world, key) = World::academy("pro").await;
    world.organization("acme", json!({"limits": [{"requests": 2, "per": "minute"}]})).await;

    (world, key)
}

#[tokio::test]
async fn the_limits_of_all_windows_begin_anew_and_the_trail_says_what_was_used() {
    let watched = Watched::with(json!([{"requests": 2, "per": "minute"}])).await;
    let world = &watched.world;
    for window in ["minute", "hour", "day", "week", "month"] {
        world.organization("acme", json!({"limits": [{"requests": 2, "per": window}]})).await;
        let key = watched.key().await;
        let use_up = async || {
            for expected in [200, 200, 429] {
                assert_eq!(world.get("/api/experiences", &key).await.status, expected, "{window}");
            }
        };
        use_up().await;
        let before = world.operate("GET", &path(&key), Value::Null).await.json();
        assert_eq!(before["data"]["lastUsedAt"], START);
        let answer = reset(world, &key).await;
        assert_eq!((answer.status, answer.json()), (200, before), "it is the same key, last used when it was");
        use_up().await;

        let used = |requests: i64| -> Value {
            let all = ["minute", "hour", "day", "week", "month"];
            all.iter().map(|per| json!({"per": per, "requests": requests})).collect()
        };
        assert_eq!(told(world, &key).await, [used(2), used(0)]);
    }
}

#[tokio::test]
async fn what_the_secret_before_has_used_is_given_back_too_where_the_new_one_was_not_used_yet() {
    for (overlap, times) in [(0, 1), (60, 1), (0, 2), (60, 2)] {
        let (world, old) = limited().await;
        assert_eq!(statuses(&world, &old).await, [200, 200, 429]);
        let mut new = regenerate(&world, &old, overlap).await;
        for _ in 1..times {
            new = regenerate(&world, &new, overlap).await;
        }
        give_back(&world, &new).await;
        let shown = world.operate("GET", &path(&new), Value::Null).await.json()["data"]["lastUsedAt"].clone();
        let listed = world.operate("GET", "/organizations/acme/api-keys", Value::Null).await.json()["data"].clone();
        assert_eq!((&shown, &listed[0]["lastUsedAt"]), (&json!(START), &json!(START)), "{overlap} {times}");
        let used = |requests: i64| json!([{"per": "minute", "requests": requests}]);
        assert_eq!(told(&world, &new).await, [used(2), used(0)]);
        if (overlap, times) == (60, 1) {
            assert_eq!(status(&world, &old).await, 200);
            assert_eq!(statuses(&world, &new).await, [200, 429], "both draw on what was given back");
        } else {
            // A third secret takes nothing over either.
            let newest = regenerate(&world, &new, overlap).await;
            assert_eq!(statuses(&world, &newest).await, [200, 200, 429], "{overlap} {times}");
        }
    }
}

#[tokio::test]
async fn in_an_overlap_both_secrets_begin_anew_on_one_quota() {
    let (world, old) = limited().await;
    let new = regenerate(&world, &old, 60).await;
    assert_eq!([status(&world, &old).await, status(&world, &new).await, status(&world, &old).await], [200, 200, 429]);
    give_back(&world, &new).await;
    assert_eq!([status(&world, &old).await, status(&world, &new).await, status(&world, &old).await], [200, 200, 429]);
}

#[tokio::test]
async fn a_key_that_was_never_used_has_nothing_to_give_back_and_only_the_operator_gives() {
    let (world, key) = limited().await;
    give_back(&world, &key).await;
    let [before, after] = told(&world, &key).await;
    assert_eq!(before, after);
    assert_eq!(statuses(&world, &key).await, [200, 200, 429]);
    let operator = format!("/operator/v1{}/reset", path(&key));
    assert_eq!(world.anonymous("POST", &operator).await.status, 403);
    assert_eq!(world.call("POST", &operator, &key.secret, None).await.status, 403);
    let by_key = format!("/api/v1/acme/api-keys/{}/reset", key.id);
    assert_eq!(world.call("POST", &by_key, &key.secret, None).await.status, 404);
    for nobodys in [
        "/organizations/acme/api-keys/key_00000000000000000000000000/reset",
        "/organizations/nobody/api-keys/key_00000000000000000000000000/reset",
    ] {
        assert_eq!(world.operate("POST", nobodys, Value::Null).await.status, 404);
    }
    assert_eq!(world.operate("POST", "/organizations/acme/api-keys/key/reset", Value::Null).await.status, 400);
    assert_eq!(world.operate("DELETE", &path(&key), Value::Null).await.status, 200);
    assert_eq!(reset(&world, &key).await.status, 404);
    assert_eq!(status(&world, &key).await, 401);
    let rows = world.operate("GET", "/organizations/acme/audit", Value::Null).await.json()["data"].to_string();
    assert_eq!(rows.matches("key.reset").count(), 1, "{rows}");
}

#[tokio::test]
async fn once_it_has_answered_the_limit_holds_however_many_ask_and_reset_meanwhile() {
    let (world, key) = World::academy("pro").await;
    world.organization("acme", json!({"limits": [{"requests": 10, "per": "minute"}]})).await;
    for round in 0..3 {
        let (meanwhile, resets) =
            tokio::join!(all((0..20).map(|_| status(&world, &key))), all((0..2).map(|_| reset(&world, &key))));
        assert!(meanwhile.iter().all(|status| matches!(status, 200 | 429)), "{meanwhile:?}");
        assert!(resets.iter().all(|answer| answer.status == 200), "{resets:?}");
        // Past the second for which a process may remember a refusal.
        world.at(&format!("2030-06-15T00:00:{}Z", 32 + 2 * round));
        let afterwards = all((0..30).map(|_| status(&world, &key))).await;
        let admitted = afterwards.iter().filter(|status| **status == 200).count();
        assert!(admitted <= 10, "{admitted} in round {round}");
        give_back(&world, &key).await;
        world.at(&format!("2030-06-15T00:00:{}Z", 33 + 2 * round));
        let anew = all((0..30).map(|_| status(&world, &key))).await;
        assert_eq!(anew.iter().filter(|status| **status == 200).count(), 10, "{anew:?}");
    }
    let rows =
        world.operate("GET", "/organizations/acme/audit?limit=100", Value::Null).await.json()["data"].to_string();
    assert_eq!(rows.matches("key.reset").count(), 9, "each has its row");
}

/// A request with `key` that is held at `rule`; then what was used is given back; then its answer.
async fn overtaken(world: &World, key: &Key, rule: impl FnOnce(Fault) -> FaultRule) -> u16 {
    let latch = Latch::default();
    world.stack.dynamodb().inject(rule(Fault::Hold(latch.clone())));
    let change = async {
        latch.reached().await;
        give_back(world, key).await;
        latch.open();
    };

    tokio::join!(status(world, key), change).0
}

#[tokio::test]
async fn a_first_request_with_a_new_secret_that_a_reset_overtakes_takes_nothing_over() {
    for (action, table) in [("BatchGetItem", "KeysTable"), ("GetItem", "CountersTable")] {
        let (world, old) = limited().await;
        assert_eq!(statuses(&world, &old).await, [200, 200, 429]);
        let new = regenerate(&world, &old, 0).await;
        let first = overtaken(&world, &new, |hold| hold.times(1).on(action).about(table)).await;
        assert_eq!((first, statuses(&world, &new).await), (200, [200, 429]), "{action}");
    }
}

#[tokio::test]
async fn a_request_that_has_seen_the_limit_reached_before_a_reset_is_let_in_after_it() {
    let (world, key) = limited().await;
    assert_eq!(statuses(&world, &key).await, [200, 200, 429]);
    // Its terms are out of force: what it has counted is seen, and judged under new ones.
    world.organization("acme", json!({"limits": [{"requests": 1, "per": "minute"}]})).await;
    let first = overtaken(&world, &key, |hold| hold.times(1).on("UpdateItem").about("CountersTable")).await;
    assert_eq!((first, status(&world, &key).await), (200, 429));
}

#[tokio::test]
async fn what_is_used_again_after_a_reset_is_told_of_again_and_what_was_used_before_it_is_not() {
    let watched = Watched::with(json!([{"requests": 10, "per": "month"}])).await;
    let key = watched.key().await;
    watched.use_key(&key, 9).await;
    assert_eq!(watched.watch().await, ["limit.approaching opened"]);
    give_back(&watched.world, &key).await;
    assert_eq!(watched.watch().await, Vec::<String>::new());
    watched.use_key(&key, 8).await;
    assert_eq!(watched.watch().await, ["limit.approaching opened"]);
    give_back(&watched.world, &key).await;
    watched.use_key(&key, 9).await;
    // Nobody has looked yet, and there is nothing to see any more.
    give_back(&watched.world, &key).await;
    assert_eq!(watched.watch().await, Vec::<String>::new());
    assert_eq!(
        watched.world.operate("GET", &format!("{}/usage", path(&key)), Value::Null).await.json()["data"]["totals"]["successes"],
        26
    );
}
