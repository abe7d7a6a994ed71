use serde_json::{Value, json};

use super::{get, minute, overridden};
use crate::support::{START, World, all};

#[tokio::test]
async fn numbers_stand_in_place_of_the_contracts_and_the_reply_says_by_when() {
    let world = World::serving("fayne").await;
    let stated = json!({"limits": minute(300), "keys": 10, "quotas": {"students": 1_000}});
    let said = json!({"limits": minute(600), "quotas": {"students": 5}});
    let reply = overridden(&world, said.clone()).await;
    let expected = json!({
        "plan": "pro",
        "overridden": true,
        "inForce": {"limits": minute(600), "keys": 10, "quotas": {"students": 5}},
        "contract": stated,
        "override": said,
        "changedAt": START,
        "inForceBy": "2030-06-15T01:10:30Z",
    });
    assert_eq!(reply, expected);
    assert_eq!(get(&world, "/plans/pro").await.json()["data"], expected);

    // What is left out is the contract's, whatever was said before.
    world.at("2030-06-15T09:00:00Z");
    let reply = overridden(&world, json!({"keys": 0})).await;
    assert_eq!(reply["inForce"], json!({"limits": minute(300), "keys": 0, "quotas": {"students": 1_000}}));
    assert_eq!((&reply["override"], &reply["inForceBy"]), (&json!({"keys": 0}), &json!("2030-06-15T10:10:00Z")));
    // What changes nothing begins nothing anew.
    world.at("2030-06-15T09:30:00Z");
    assert_eq!(overridden(&world, json!({"keys": 0})).await["inForceBy"], "2030-06-15T10:10:00Z");
}

#[tokio::test]
async fn all_that_is_wrong_is_told_at_once_and_nothing_is_kept() {
    let world = World::serving("fayne").await;
    for (path, said, status, message) in [
        ("/plans/gold", json!({"keys": 1}), 404, "Plan not found in this academy"),
        ("/plans/gold", json!({}), 404, "Plan not found in this academy"),
        ("/plans/pro", json!({}), 400, "body must say a number that is to stand in place of the contract's"),
        (
            "/plans/pro",
            json!({"limits": null}),
            400,
            "body must say a number that is to stand in place of the contract's",
        ),
        ("/plans/pro", json!([]), 400, "body must be an object"),
        ("/plans/pro", json!({"limits": minute(0)}), 400, "limits[0].requests must be a number from 1 to 4294967295"),
        (
            "/plans/pro",
            json!({"keys": -1, "quotas": {"students": -1}, "scopes": []}),
            400,
            "keys must be a number in range; quotas.students must be a number in range; scopes is not known here",
        ),
        (
            "/plans/pro",
            json!({"limits": [{"requests": 5, "per": "hour"}], "keys": null, "quotas": {"teachers": 1}}),
            400,
            "limits must be per minute; keys must be a number, because callers or pages may create keys; \
          quotas.teachers is no quota of the plan",
        ),
        (
            "/plans/pro",
            json!({"limitsByType": {"secret": minute(5)}}),
            400,
            "limitsByType must be left out: the plan has the same limits for all types, which are limits",
        ),
        ("/plans/trial", json!({"limits": minute(5)}), 400, "limits must be left out: the plan has no API"),
    ] {
        let answer = world.operate("PUT", path, said.clone()).await;
        assert_eq!((answer.status, &answer.json()["error"]["message"]), (status, &json!(message)), "{path} {said}");
    }
    let long = format!("/plans/{}", "x".repeat(101));
    assert_eq!(world.operate("PUT", &long, json!({"keys": 1})).await.status, 400);
    assert_eq!(world.operate("PUT", "/plans/pro", Value::Null).await.status, 400);
    assert_eq!(world.items("KeysTable").await, Vec::<String>::new());

    let world = World::serving("fabraix").await;
    for (plan, said, message) in [
        (
            "enterprise",
            json!({"limits": minute(5)}),
            "limits must be left out: each organization on the plan brings limits of its own",
        ),
        (
            "standard",
            json!({"limits": minute(5), "limitsByType": {"staff": minute(5)}}),
            "limits must be left out: the plan has limits by type, which are limitsByType; \
          limitsByType.staff is for no type of key that there is",
        ),
    ] {
        let answer = world.operate("PUT", &format!("/plans/{plan}"), said).await;
        assert_eq!((answer.status, &answer.json()["error"]["message"]), (400, &json!(message)));
    }
    assert_eq!(world.items("KeysTable").await, Vec::<String>::new());
}

#[tokio::test]
async fn of_overrides_that_meet_each_is_whole_and_leaves_its_row() {
    let world = World::build("fayne", |builder| builder.max_instances(8)).await;
    let answers = all((1..=8_u32).map(|keys| overridden(&world, json!({"keys": keys, "limits": minute(keys)})))).await;
    assert_eq!(answers.len(), 8);
    let now = get(&world, "/plans/pro").await.json()["data"]["inForce"].clone();
    assert_eq!(now["limits"][0]["requests"], now["keys"]);
    let rows = get(&world, "/plans/pro/audit").await.json()["data"].clone();
    let rows = rows.as_array().unwrap();
    assert_eq!(rows.len(), 8);
    // Each has replaced what another has said.
    let said = |member: &str| -> Vec<Value> {
        let mut all: Vec<_> =
            rows.iter().map(|row| row[member]["keys"].clone()).filter(|keys| !keys.is_null()).collect();
        all.sort_by_key(Value::as_u64);
        all
    };
    let replaced: Vec<_> = said("after").into_iter().filter(|keys| *keys != now["keys"]).collect();
    assert_eq!(said("before"), replaced);
}
