use serde_json::{Value, json};

use super::{Watched, hourly, text};
use crate::support::all;

#[tokio::test]
async fn an_hour_is_told_of_once_when_it_is_near_its_limit_and_once_more_when_it_is_nearer() {
    let (watched, key) = hourly(100).await;
    watched.use_key(&key, 79).await;
    assert_eq!(watched.watch().await, Vec::<String>::new());
    watched.use_key(&key, 1).await;
    assert_eq!(watched.watch().await, ["limit.approaching opened"]);
    let row = watched.history().await.remove(0);
    assert_eq!((&row["keyId"], &row["at"]), (&json!(key.id), &json!("2030-06-15T00:00:30.000Z")));
    let numbers = json!({
        "window": "hour", "limit": 100, "used": 80, "threshold": 80, "windowEndsAt": "2030-06-15T01:00:00Z",
        "since": "2030-06-15T00:00:30Z",
    });
    assert_eq!(row["numbers"], numbers);
    watched.use_key(&key, 10).await;
    assert_eq!(watched.watch().await, Vec::<String>::new());
    watched.use_key(&key, 5).await;
    assert_eq!(watched.watch().await, ["limit.approaching escalated"]);
    watched.use_key(&key, 5).await;
    assert_eq!(watched.watch().await, Vec::<String>::new());
    // Ten that were refused are another kind.
    watched.use_key(&key, 10).await;
    assert_eq!(watched.watch().await, ["limit.reached opened"]);

    watched.world.at("2030-06-15T01:00:10Z");
    assert_eq!(watched.watch().await, ["limit.approaching recovered"]);
    watched.use_key(&key, 81).await;
    assert_eq!(watched.watch().await, ["limit.approaching opened"], "the next hour is news");
    watched.world.at("2030-06-15T02:00:10Z");
    assert_eq!(watched.watch().await, ["limit.approaching recovered", "limit.reached recovered"]);
}

#[tokio::test]
async fn an_alert_is_an_event_as_the_document_describes_it() {
    let (watched, key) = hourly(10).await;
    watched.use_key(&key, 8).await;
    watched.watch().await;
    watched.use_key(&key, 2).await;
    watched.watch().await;
    watched.world.at("2030-06-15T01:00:10Z");
    watched.watch().await;
    let events = crate::outbox::pile(&watched.world, "outbox").await;
    let mut states = Vec::new();
    for (_, event, _) in &events {
        crate::outbox::assert_described(event);
        states.extend(event["state"].as_str().map(ToOwned::to_owned));
    }
    assert_eq!(states, ["opened", "escalated", "recovered"]);
    let (_, opened, _) = events.iter().find(|(_, event, _)| event["state"] == "opened").unwrap();
    assert_eq!((&opened["keyId"], &opened["keyName"]), (&json!(key.id), &json!("server")));
}

#[tokio::test]
async fn a_minute_is_no_news_and_three_in_an_hour_are() {
    let watched = Watched::with(json!([{"requests": 10, "per": "minute"}])).await;
    let key = watched.key().await;
    for (minute, told) in [("00", 0), ("20", 0), ("21", 1), ("22", 0), ("23", 0)] {
        watched.world.at(&format!("2030-06-15T00:{minute}:30Z"));
        watched.use_key(&key, 8).await;
        assert_eq!(watched.watch().await.len(), told, "{minute}");
    }
    assert_eq!(watched.history().await[0]["numbers"]["window"], "minute");
    // An hour without one.
    watched.world.at("2030-06-15T01:22:30Z");
    assert_eq!(watched.watch().await, Vec::<String>::new());
    watched.world.at("2030-06-15T02:00:30Z");
    assert_eq!(watched.watch().await, ["limit.approaching recovered"]);
    // Again within six hours: it is not told, and neither is its end.
    for minute in ["01", "02", "03"] {
        watched.world.at(&format!("2030-06-15T02:{minute}:30Z"));
        watched.use_key(&key, 9).await;
    }
    assert_eq!(watched.watch().await, Vec::<String>::new());
    watched.world.at("2030-06-15T04:00:30Z");
    assert_eq!(watched.watch().await, Vec::<String>::new());
}

#[tokio::test]
async fn an_organization_has_thresholds_of_its_own_and_kinds_that_it_does_not_want() {
    let (watched, key) = hourly(10).await;
    watched.settings(json!({"kinds": {"limit.approaching": {"thresholds": [50]}}})).await;
    watched.use_key(&key, 5).await;
    assert_eq!(watched.watch().await, ["limit.approaching opened"]);
    watched.settings(json!({"kinds": {"limit.approaching": {"enabled": false}}})).await;
    watched.world.at("2030-06-15T01:00:10Z");
    assert_eq!(watched.watch().await, Vec::<String>::new(), "what nobody wants to hear of is over without a word");
    watched.use_key(&key, 9).await;
    assert_eq!(watched.watch().await, Vec::<String>::new());
}

#[tokio::test]
async fn nothing_is_told_of_a_muted_key_a_locked_organization_or_a_key_that_is_gone() {
    let (watched, key) = hourly(10).await;
    let until = "2030-06-15T05:00:00Z";
    watched.settings(json!({"muted": [{"keyId": key.id, "until": until}]})).await;
    watched.use_key(&key, 9).await;
    assert_eq!(watched.watch().await, Vec::<String>::new());
    watched.world.at("2030-06-15T05:00:10Z");
    watched.use_key(&key, 9).await;
    assert_eq!(watched.watch().await, ["limit.approaching opened"], "it is heard again");

    let other = watched.key().await;
    watched.use_key(&other, 9).await;
    watched.world.organization("acme", json!({"status": "locked"})).await;
    assert_eq!(watched.watch().await, Vec::<String>::new());
    watched.world.organization("acme", json!({"status": "active"})).await;
    let third = watched.key().await;
    watched.use_key(&third, 9).await;
    for key in [&key, &third] {
        let path = format!("/organizations/acme/api-keys/{}", key.id);
        assert_eq!(watched.world.operate("DELETE", &path, Value::Null).await.status, 200);
    }
    watched.world.at("2030-06-15T06:00:10Z");
    assert_eq!(watched.watch().await, Vec::<String>::new());
    let left = watched.world.items("KeysTable").await;
    assert!(!left.iter().any(|item| item.contains("alerts#acme") && item.contains("key#")), "{left:?}");
}

#[tokio::test]
async fn failures_are_told_of_once_they_are_certain() {
    let watched = Watched::with(json!([{"requests": 10_000, "per": "minute"}])).await;
    watched.settings(json!({"kinds": {"errors.high": {"of": "all"}}})).await;
    let [few, sure] = [watched.key().await, watched.key().await];
    watched.use_and_fail(&few, 0, 49).await;
    assert_eq!(watched.watch().await, Vec::<String>::new());
    watched.use_and_fail(&sure, 42, 8).await;
    assert_eq!(watched.watch().await, ["errors.high opened"]);
    let numbers = watched.history().await.remove(0)["numbers"].clone();
    assert_eq!((&numbers["failed"], &numbers["answered"], &numbers["rate"]), (&json!(8), &json!(50), &json!(0.16)));
    watched.use_and_fail(&sure, 0, 20).await;
    assert_eq!(watched.watch().await, Vec::<String>::new());
    // An hour that is nearly clean, and then one that is.
    watched.world.at("2030-06-15T01:00:10Z");
    watched.use_and_fail(&sure, 99, 1).await;
    assert_eq!(watched.watch().await, Vec::<String>::new());
    watched.world.at("2030-06-15T02:00:10Z");
    assert_eq!(watched.watch().await, ["errors.high recovered"]);
    watched.world.at("2030-06-15T03:00:10Z");
    assert_eq!(watched.watch().await, Vec::<String>::new());
}

#[tokio::test]
async fn somebody_who_tries_what_a_key_may_not_do_is_told_of() {
    let watched = Watched::with(json!([{"requests": 10_000, "per": "minute"}])).await;
    let order = json!({"name": "narrow", "type": "secret", "scopes": ["read:analytics"]});
    let [narrow, off] = [watched.world.key("acme", order).await, watched.key().await];
    let path = format!("/organizations/acme/api-keys/{}", off.id);
    assert_eq!(watched.world.operate("PATCH", &path, json!({"status": "inactive"})).await.status, 200);
    for (key, status) in [(&narrow, 403), (&off, 401)] {
        let answers = all((0..19).map(|_| watched.world.get("/api/experiences", key))).await;
        assert!(answers.iter().all(|answer| answer.status == status), "{answers:?}");
        watched.world.stack.end_processes().await;
        assert_eq!(watched.watch().await, Vec::<String>::new(), "{status}");
        watched.use_key(key, 1).await;
        assert_eq!(watched.watch().await, ["activity.probing opened"], "{status}");
    }
    let rows = watched.history().await;
    let reasons: Vec<_> = rows.iter().map(|row| text(&row["numbers"]["reason"])).collect();
    assert_eq!(reasons, ["missing_scope", "not_active"]);
}
