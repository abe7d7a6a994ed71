use serde_json::{Value, json};

use super::{Watched, text};
use crate::support::{Key, World};

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
    assert_eq!(named(&watched.history().await.pop().unwrap()), std::slice::from_ref(&unused.id));
}

#[tokio::test]
async fn a_key_that_stops_working_is_told_of_two_weeks_a_week_and_a_day_before() {
    let watched = Watched::with(json!([{"requests": 100, "per": "minute"}])).await;
    let order = json!({"name": "short", "type": "secret", "expiresAt": "2030-07-15T10:00:00Z"});
    let short = watched.world.key("acme", order).await;
    let mut told = Vec::new();
    // Every hour of a month.
    for hour in 0..(31 * 24) {
        watched.world.stack.clock().advance(std::time::Duration::from_hours(1));
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
async fn what_the_stack_does_to_a_key_by_itself_nobody_has_done() {
    let watched = Watched::with(json!([{"requests": 100, "per": "minute"}])).await;
    let order = json!({"name": "server", "type": "secret", "rotateEvery": 86_400});
    let mut key = watched.world.key("acme", order).await;
    watched.use_key(&key, 1).await;
    watched.world.at("2030-07-16T00:00:30Z");
    assert_eq!(watched.world.stack.fire("KeysRotate").await.unwrap()["rotated"], 1);
    let kept = watched.world.stack.services().secret(&format!("latchkey/acme/{}", key.id)).unwrap();
    kept.labelled("AWSCURRENT").unwrap().clone_into(&mut key.secret);
    watched.use_key(&key, 2).await;
    assert_eq!(watched.watch().await, ["activity.woke opened"]);
}

#[tokio::test]
async fn a_key_that_wakes_at_midnight_was_silent_since_it_was_last_used_before() {
    let watched = Watched::with(json!([{"requests": 100, "per": "minute"}])).await;
    let key = watched.key().await;
    watched.world.at("2030-06-20T12:00:00Z");
    watched.use_key(&key, 1).await;
    for moment in ["2030-07-31T23:59:40Z", "2030-08-01T00:00:05Z"] {
        watched.world.at(moment);
        watched.use_key(&key, 1).await;
    }
    watched.world.at("2030-08-01T00:00:30Z");
    assert_eq!(watched.watch().await, ["activity.woke opened"]);
    assert_eq!(watched.history().await.pop().unwrap()["numbers"]["silentSince"], "2030-06-20T12:00:00Z");
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
