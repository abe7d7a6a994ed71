use serde_json::{Value, json};

use crate::support::World;

async fn settings(world: &World) -> Value {
    world.operate("GET", "/organizations/acme/alerts", Value::Null).await.json()["data"].clone()
}

#[tokio::test]
async fn what_is_left_out_stays_and_null_goes_back_to_the_contract() {
    let (world, key) = World::launches().await;
    let before = settings(&world).await;
    let change = json!({"kinds": {"errors.high": {"rate": 0.1}, "limit.reached": {"enabled": false}}});
    let answer = world.call("PUT", "/api/v1/acme/alerts", &key.secret, Some(change)).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let changed = answer.json()["data"]["kinds"].clone();
    assert_eq!(changed["errors.high"], json!({"enabled": true, "changeable": true, "rate": 0.1, "of": "server"}));
    let change = json!({"kinds": {"errors.high": {"of": "all"}}});
    let answer = world.operate("PUT", "/organizations/acme/alerts", change).await;
    let changed = answer.json()["data"]["kinds"].clone();
    assert_eq!(changed["errors.high"], json!({"enabled": true, "changeable": true, "rate": 0.1, "of": "all"}));
    assert_eq!(changed["limit.reached"]["enabled"], false);

    let muted = json!({"muted": [{"keyId": key.id, "until": "2030-07-01T00:00:00Z"}]});
    let answer = world.operate("PUT", "/organizations/acme/alerts", muted.clone()).await;
    assert_eq!(answer.json()["data"]["muted"], muted["muted"]);
    let back = json!({
        "kinds": {"errors.high": null, "limit.reached": null}, "muted": [{"keyId": key.id, "until": null}],
    });
    assert_eq!(world.operate("PUT", "/organizations/acme/alerts", back).await.json()["data"], before);
    assert_eq!(settings(&world).await, before);
}

#[tokio::test]
async fn a_change_is_one_row_and_one_event_and_a_change_of_nothing_is_none() {
    let (world, key) = World::launches().await;
    let change = json!({"kinds": {"key.unused": {"days": 30}}});
    let empty = json!({"kinds": {"errors.high": {}, "limit.reached": null}});
    for change in [change.clone(), change, empty, json!({}), json!({"kinds": {}, "muted": []})] {
        let answer = world.call("PUT", "/api/v1/acme/alerts", &key.secret, Some(change)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    let rows = world.operate("GET", "/organizations/acme/audit", Value::Null).await.json()["data"].clone();
    let changes = rows.as_array().unwrap().iter().filter(|row| row["action"] == "alerts.changed").collect::<Vec<_>>();
    let [row] = changes.as_slice() else { panic!("{changes:?}") };
    assert_eq!((&row["plane"], &row["actor"]), (&json!("key"), &json!(key.id)));
    let days = |state: &str| row[state]["kinds"]["key.unused"]["days"].clone();
    assert_eq!((days("before"), days("after")), (json!(90), json!(30)));
    let events = crate::outbox::pile(&world, "outbox").await;
    assert_eq!(events.iter().filter(|(_, event, _)| event["kind"] == "alerts.changed").count(), 1);
}

#[tokio::test]
async fn what_is_wrong_is_named_and_nothing_is_kept() {
    let (world, key) = World::launches().await;
    let nobodys = format!("key_{:026}", 7);
    let before = settings(&world).await;
    for (change, field) in [
        (json!({"kinds": {"limit.near": {"enabled": true}}}), "kinds.limit.near\""),
        (json!({"kinds": {"limit.near": null}}), "kinds.limit.near\""),
        (json!({"kinds": {"constructor": {"enabled": true}}}), "kinds.constructor\""),
        (json!({"kinds": {"": {}}}), "kinds.\""),
        // What may be a secret is not repeated.
        (json!({"kinds": {key.secret.clone(): {}}}), "kinds\""),
        (json!({"kinds": {key.secret.clone(): 7}}), "kinds\""),
        (json!({"kinds": {"limit.approaching": {"thresholds": [80, 80]}}}), "kinds.limit.approaching.thresholds"),
        (json!({"kinds": {"limit.approaching": {"thresholds": [49]}}}), "kinds.limit.approaching.thresholds"),
        (json!({"kinds": {"limit.approaching": {"thresholds": [80.5]}}}), "kinds.limit.approaching.thresholds[0]"),
        (json!({"kinds": {"errors.high": {"rate": 0.51}}}), "kinds.errors.high.rate"),
        (json!({"kinds": {"errors.high": {"rate": "much"}}}), "kinds.errors.high.rate"),
        (json!({"kinds": {"errors.high": {"of": "mine"}}}), "kinds.errors.high.of"),
        (json!({"kinds": {"key.unused": {"days": 366}}}), "kinds.key.unused.days"),
        (json!({"kinds": {"limit.reached": {"days": 30}}}), "kinds.limit.reached.days"),
        (json!({"kinds": {"limit.reached": {"loud": true}}}), "kinds.limit.reached.loud"),
        (json!({"kinds": {"limit.reached": true}}), "kinds.limit.reached"),
        (json!({"muted": [{"keyId": "key_1", "until": null}]}), "muted[0].keyId"),
        (json!({"muted": [{"keyId": key.id}]}), "muted[0].until"),
        (json!({"muted": [{"keyId": key.id, "until": "2030-06-15T00:00:30Z"}]}), "muted[0].until"),
        (json!({"muted": [{"keyId": key.id, "until": "2031-06-17T00:00:31Z"}]}), "muted[0].until"),
        (json!({"muted": [{"keyId": nobodys, "until": "2030-07-01T00:00:00Z"}]}), "muted"),
        (json!({"kind": {}}), "kind"),
        // Both are told.
        (
            json!({"kinds": {"moon": null}, "muted": [{"keyId": nobodys, "until": "2030-07-01T00:00:00Z"}]}),
            "kinds.moon\"",
        ),
        (json!({"kinds": {"moon": null}, "muted": [{"keyId": nobodys, "until": "2030-07-01T00:00:00Z"}]}), "muted\""),
    ] {
        for answer in [
            world.operate("PUT", "/organizations/acme/alerts", change.clone()).await,
            world.call("PUT", "/api/v1/acme/alerts", &key.secret, Some(change.clone())).await,
        ] {
            assert_eq!(answer.status, 400, "{change}: {answer:?}");
            assert!(!answer.body.contains(&key.secret), "{answer:?}");
            assert!(answer.json()["details"].to_string().contains(&format!("\"{field}")), "{change}: {answer:?}");
        }
    }
    assert_eq!(settings(&world).await, before);
}

#[tokio::test]
async fn a_key_that_may_only_look_changes_nothing() {
    let (world, _) = World::launches().await;
    let order = json!({"name": "r", "type": "secret", "scopes": ["read:experiences"]});
    let reader = world.key("acme", order).await;
    let change = json!({"kinds": {"limit.reached": {"enabled": false}}});
    assert_eq!(world.call("PUT", "/api/v1/acme/alerts", &reader.secret, Some(change)).await.status, 403);
}
