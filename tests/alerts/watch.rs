use local::dynamodb::{Fault, Latch};
use serde_json::{Value, json};

use super::{Watched, text};
use crate::support::{Key, World, all};

/// Limits for an hour alone.
async fn hourly(requests: u32) -> (Watched, Key) {
    let watched = Watched::with(json!([{"requests": requests, "per": "hour"}])).await;
    let key = watched.key().await;

    (watched, key)
}

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

#[tokio::test]
async fn one_message_names_all_keys_that_nobody_uses() {
    let watched = Watched::with(json!([{"requests": 100, "per": "minute"}])).await;
    let [used, unused, woken] = [watched.key().await, watched.key().await, watched.key().await];
    assert_eq!(watched.watch().await, Vec::<String>::new());
    for day in ["06-20", "07-15", "08-01"] {
        watched.world.at(&format!("2030-{day}T00:00:30Z"));
        watched.use_key(&used, 1).await;
    }
    let young = watched.key().await;
    // Eighty-nine days and a half.
    watched.world.at("2030-09-12T12:00:00Z");
    assert_eq!(watched.watch().await, Vec::<String>::new());
    watched.world.at("2030-09-13T12:00:00Z");
    assert_eq!(watched.watch().await, ["key.unused opened"]);
    let row = watched.history().await.pop().unwrap();
    let named = |row: &Value| -> Vec<String> {
        row["numbers"]["keys"].as_array().unwrap().iter().map(|key| text(&key["keyId"]).to_owned()).collect()
    };
    assert_eq!(
        (&row["keyId"], &row["numbers"]["count"], &row["numbers"]["days"]),
        (&Value::Null, &json!(2), &json!(90))
    );
    let mut both = [woken.id.clone(), unused.id.clone()];
    both.sort();
    assert_eq!(
        {
            let mut named = named(&row);
            named.sort();
            named
        },
        both
    );
    assert!(!row.to_string().contains("sk_live_") && !named(&row).contains(&young.id), "{row}");
    // A week later it is said again, of what is left.
    let asked = watched.world.get("/api/experiences", &woken).await;
    assert_eq!(asked.status, 200, "{asked:?}");
    watched.world.stack.end_processes().await;
    assert_eq!(watched.watch().await, ["activity.woke opened"]);
    watched.world.at("2030-09-19T12:00:00Z");
    assert_eq!(watched.watch().await, Vec::<String>::new());
    watched.world.at("2030-09-20T12:00:00Z");
    assert_eq!(watched.watch().await, ["key.unused opened"]);
    assert_eq!(named(&watched.history().await.pop().unwrap()), [unused.id.clone()]);
}

#[tokio::test]
async fn a_key_that_stops_working_is_told_of_two_weeks_a_week_and_a_day_before() {
    let watched = Watched::with(json!([{"requests": 100, "per": "minute"}])).await;
    let order = json!({"name": "short", "type": "secret", "expiresAt": "2030-07-15T10:00:00Z"});
    let short = watched.world.key("acme", order).await;
    let mut told = Vec::new();
    // Every hour of a month.
    for hour in 0..(31 * 24) {
        watched.world.stack.clock().advance(std::time::Duration::from_secs(3_600));
        // The keys that are not in use are gone through at most once an hour.
        if hour % 6 == 0 || hour > 29 * 24 {
            told.extend(watched.watch().await);
        }
    }
    assert_eq!(told, ["key.expiring opened"; 3]);
    let rows = watched.history().await;
    let days: Vec<_> = rows.iter().map(|row| row["numbers"]["days"].as_i64().unwrap()).collect();
    assert_eq!(days, [14, 14, 1]);
    assert!(rows.iter().all(|row| row["numbers"]["keys"][0]["keyId"] == short.id), "{rows:?}");
    assert!(text(&rows[2]["at"]).starts_with("2030-07-14T10:00"), "{rows:?}");
}

/// Writes a day of usage, as it was counted: so many successes in each hour.
async fn past(world: &World, key: &Key, date: &str, hours: [i64; 24]) {
    let put = world.stack.dynamodb().client().put_item().table_name("UsageTable");
    let put = put.item("pk", dynamodb::text(format!("acme#{}", key.id))).item("sk", dynamodb::text(date));
    let put = put.item("schema", dynamodb::number(1)).item("ttl", dynamodb::number(1_950_000_000));
    let hours = (0..24).zip(hours).filter(|(_, requests)| *requests > 0);
    let put = hours.fold(put, |put, (hour, requests)| put.item(format!("{hour:02}s"), dynamodb::number(requests)));
    put.send().await.unwrap();
}

/// A key that was used 220 times in each hour of a fortnight, at 15:00 on the 29th.
async fn steady() -> (Watched, Key) {
    let watched = Watched::with(json!([{"requests": 100_000, "per": "minute"}])).await;
    let key = watched.key().await;
    for day in 15..29 {
        past(&watched.world, &key, &format!("2030-06-{day}"), [220; 24]).await;
    }
    let mut today = [0; 24];
    today[..15].fill(220);
    past(&watched.world, &key, "2030-06-29", today).await;
    watched.world.at("2030-06-29T15:00:30Z");

    (watched, key)
}

#[tokio::test]
async fn twice_as_much_as_usual_is_told_of_and_as_much_as_usual_is_not() {
    let (watched, key) = steady().await;
    watched.use_key(&key, 220).await;
    assert_eq!(watched.watch().await, Vec::<String>::new());
    watched.use_key(&key, 219).await;
    assert_eq!(watched.watch().await, Vec::<String>::new());
    // Every process gets to know from where on it is unusual, with what it writes.
    watched.use_key(&key, 1).await;
    assert_eq!(watched.watch().await, ["activity.unusual opened"]);
    let numbers = watched.history().await.pop().unwrap()["numbers"].clone();
    let told = json!({
        "direction": "spike", "requests": 440, "usual": 220.0, "hour": "2030-06-29T15:00:00Z",
        "since": "2030-06-29T15:00:30Z",
    });
    assert_eq!(numbers, told);
    let mut today = [220; 24];
    today[15] = 440;
    past(&watched.world, &key, "2030-06-29", today).await;
    watched.world.at("2030-06-29T17:00:30Z");
    assert_eq!(watched.watch().await, Vec::<String>::new(), "one usual hour");
    watched.world.at("2030-06-29T18:00:30Z");
    assert_eq!(watched.watch().await, ["activity.unusual recovered"]);
}

#[tokio::test]
async fn a_busy_key_that_falls_silent_is_told_of_though_nobody_writes_anything() {
    let (watched, key) = steady().await;
    watched.use_key(&key, 200).await;
    assert_eq!(watched.watch().await, Vec::<String>::new());
    watched.world.at("2030-06-29T16:00:30Z");
    assert_eq!(watched.watch().await, Vec::<String>::new());
    watched.world.at("2030-06-29T17:00:30Z");
    assert_eq!(watched.watch().await, ["activity.unusual opened"]);
    let numbers = watched.history().await.pop().unwrap()["numbers"].clone();
    assert_eq!((&numbers["direction"], &numbers["requests"]), (&json!("drop"), &json!(0)));
}

#[tokio::test]
async fn a_key_that_wakes_after_a_month_is_told_of_unless_somebody_has_just_worked_on_it() {
    let watched = Watched::with(json!([{"requests": 100, "per": "minute"}])).await;
    let [slept, touched, busy] = [watched.key().await, watched.key().await, watched.key().await];
    for key in [&slept, &touched, &busy] {
        watched.use_key(key, 1).await;
    }
    watched.world.at("2030-06-30T00:00:30Z");
    watched.use_key(&busy, 1).await;
    watched.world.at("2030-07-16T00:00:30Z");
    let path = format!("/organizations/acme/api-keys/{}", touched.id);
    assert_eq!(watched.world.operate("PATCH", &path, json!({"name": "again"})).await.status, 200);
    for key in [&slept, &touched, &busy] {
        watched.use_key(key, 2).await;
    }
    assert_eq!(watched.watch().await, ["activity.woke opened"]);
    let row = watched.history().await.pop().unwrap();
    assert_eq!(row["keyId"], slept.id);
    assert_eq!((&row["numbers"]["silentSince"], &row["numbers"]["days"]), (&json!("2030-06-15T00:00:30Z"), &json!(31)));
    watched.use_key(&slept, 2).await;
    watched.world.at("2030-07-16T02:00:30Z");
    assert_eq!(watched.watch().await, Vec::<String>::new(), "waking has no end");
}

#[tokio::test]
async fn an_old_secret_that_is_still_used_a_day_before_it_ends_is_told_of_once() {
    let watched = Watched::with(json!([{"requests": 100, "per": "minute"}])).await;
    let old = watched.key().await;
    let path = format!("/organizations/acme/api-keys/{}/regenerate", old.id);
    let answer = watched.world.operate("POST", &path, json!({"overlapSeconds": 3 * 86_400})).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    watched.use_key(&old, 1).await;
    assert_eq!(watched.watch().await, Vec::<String>::new(), "there is time");
    watched.world.at("2030-06-16T23:00:30Z");
    watched.use_key(&old, 1).await;
    assert_eq!(watched.watch().await, Vec::<String>::new());
    // Nobody writes anything, and the last day begins.
    watched.world.at("2030-06-17T01:00:30Z");
    assert_eq!(watched.watch().await, ["rotation.lingering opened"]);
    watched.use_key(&old, 1).await;
    watched.world.at("2030-06-17T09:00:30Z");
    assert_eq!(watched.watch().await, Vec::<String>::new());
    watched.world.at("2030-06-18T09:00:30Z");
    assert_eq!(watched.watch().await, Vec::<String>::new());
}

#[tokio::test]
async fn an_alert_is_told_once_wherever_a_run_is_killed() {
    for (place, table) in [
        ("Query", "UsageTable"),
        ("BatchGetItem", "KeysTable"),
        ("TransactWriteItems", "KeysTable"),
        ("DeleteItem", "UsageTable"),
        ("PutItem", "KeysTable"),
    ] {
        let (watched, key) = hourly(10).await;
        watched.use_key(&key, 8).await;
        let latch = Latch::default();
        watched.world.stack.dynamodb().inject(Fault::Hold(latch.clone()).times(1).on(place).about(table));
        let kill = async {
            latch.reached().await;
            watched.world.stack.kill(super::WATCH).unwrap();
        };
        let (run, ()) = tokio::join!(watched.world.stack.fire(super::WATCH), kill);
        assert!(run.is_err(), "{place}: {run:?}");
        latch.open();
        watched.world.stack.dynamodb().clear_faults();
        watched.watch().await;
        let told: Vec<_> = watched.history().await.iter().map(|row| row["kind"].clone()).collect();
        assert_eq!(told, ["limit.approaching"], "{place} {table}");
        let events = crate::outbox::pile(&watched.world, "outbox").await;
        let numbers: Vec<_> = events.iter().map(|(_, event, _)| event["sequence"].as_i64().unwrap()).collect();
        assert_eq!(numbers, [1, 2, 3], "{place} {table}: {events:?}");
    }
}

#[tokio::test]
async fn two_runs_at_once_tell_once() {
    let watched = Watched::with(json!([{"requests": 10, "per": "hour"}])).await;
    let keys = all((0..12).map(|_| watched.key())).await;
    for key in &keys {
        all((0..8).map(|_| watched.world.get("/api/experiences", key))).await;
    }
    watched.world.stack.end_processes().await;
    all((0..4).map(|_| super::watch(&watched.world.stack))).await;
    let told = watched.history().await;
    assert_eq!(told.len(), 12, "{told:?}");
    watched.world.at("2030-06-15T01:00:30Z");
    all((0..4).map(|_| super::watch(&watched.world.stack))).await;
    assert_eq!(watched.history().await.len(), 24);
}

#[tokio::test]
async fn no_answer_and_no_cost_of_one_depends_on_alerts() {
    let (watched, key) = hourly(10).await;
    let quiet = World::launches().await.0;
    quiet.organization("acme", json!({"plan": "enterprise", "limits": [{"requests": 10, "per": "minute"}]})).await;
    let plain = quiet.key("acme", json!({"name": "server", "type": "secret"})).await;
    let calls = async |world: &World, key: &Key| {
        let mut answers = Vec::new();
        let asked = world
            .asked(async {
                for _ in 0..12 {
                    let answer = world.get("/api/experiences", key).await;
                    answers.push((answer.status, answer.body));
                }
            })
            .await;
        (answers, asked)
    };
    let (answers, asked) = calls(&quiet, &plain).await;
    // Nothing of what is noted after answers can be written.
    let refused = Fault::error(500, "InternalServerError", "no").always().on("UpdateItem").about("UsageTable");
    watched.world.stack.dynamodb().inject(refused);
    let (others, others_asked) = calls(&watched.world, &key).await;
    let of = |answers: &[(u16, String)]| answers.iter().map(|answer| answer.0).collect::<Vec<_>>();
    assert_eq!(of(&others), of(&answers));
    assert_eq!(others[..10], answers[..10]);
    assert_eq!(others_asked, asked);
    assert_eq!(
        asked.iter().filter(|call| *call == "UpdateItem CountersTable").count(),
        13,
        "one is a stamp: {asked:?}"
    );
}
