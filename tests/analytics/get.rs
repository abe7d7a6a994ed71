use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Key, World, all};

const ANALYTICS: &str = "/api/analytics";

async fn report(world: &World, key: &Key, query: &str) -> Value {
    let answer = world.get(&format!("{ANALYTICS}{query}"), key).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()["data"].clone()
}

/// The days of a report that somebody was registered on.
fn days(report: &Value) -> Vec<(String, i64)> {
    let days = report["consumers"]["byDay"].as_array().unwrap().iter();
    let days = days.map(|day| (day["date"].as_str().unwrap().to_owned(), day["count"].as_i64().unwrap()));
    days.filter(|(_, count)| *count > 0).collect()
}

#[tokio::test]
async fn experiences_are_counted_by_the_status_that_they_have_now() {
    let (world, key) = World::launches().await;
    world.organization("other", json!({"plan": "pro"})).await;
    let other = world.key("other", json!({"name": "a", "type": "secret"})).await;
    let by_status = async |key| report(&world, key, "").await["experiences"].clone();
    assert_eq!(by_status(&key).await, json!({"draft": 0, "scheduled": 0, "active": 0, "completed": 0}));
    for (number, times) in [
        json!({}),
        json!({"openAt": "2030-06-15T01:00:00Z", "closeAt": "2030-06-15T03:00:00Z"}),
        json!({"openAt": "2030-06-15T02:00:00Z"}),
        json!({"openAt": "2020-01-01T00:00:00Z"}),
        json!({"openAt": "2020-01-01T00:00:00Z", "closeAt": "2021-01-01T00:00:00Z"}),
    ]
    .into_iter()
    .enumerate()
    {
        let mut new = times;
        new["name"] = json!(format!("Number {number}"));
        assert_eq!(world.post("/api/experiences", &key, new).await.status, 201);
    }
    for (now, [draft, scheduled, active, completed]) in [
        ("2030-06-15T00:00:30Z", [1, 2, 1, 1]),
        ("2030-06-15T01:00:00Z", [1, 1, 2, 1]),
        ("2030-06-15T02:00:00Z", [1, 0, 3, 1]),
        ("2030-06-15T03:00:00Z", [1, 0, 2, 2]),
    ] {
        world.at(now);
        let expected = json!({"draft": draft, "scheduled": scheduled, "active": active, "completed": completed});
        assert_eq!(by_status(&key).await, expected, "{now}");
    }
    assert_eq!(by_status(&other).await, json!({"draft": 0, "scheduled": 0, "active": 0, "completed": 0}));
}

#[tokio::test]
async fn consumers_are_counted_by_the_day_of_utc_that_they_were_registered_on() {
    let (world, key) = World::launches().await;
    for (number, now) in [
        "2030-05-16T23:59:59.999Z",
        "2030-05-17T00:00:00Z",
        "2030-06-14T23:59:59.999Z",
        "2030-06-15T00:00:00Z",
        "2030-06-15T23:59:59.999Z",
    ]
    .into_iter()
    .enumerate()
    {
        world.at(now);
        world.post("/api/consumers", &key, json!({"externalId": number.to_string()})).await;
    }
    let whole = report(&world, &key, "").await["consumers"].clone();
    assert_eq!(
        [&whole["from"], &whole["to"], &whole["total"]],
        [&json!("2030-05-17"), &json!("2030-06-15"), &json!(4)]
    );
    let all_days = whole["byDay"].as_array().unwrap();
    assert_eq!((all_days.len(), &all_days[1]), (30, &json!({"date": "2030-05-18", "count": 0})));
    for (query, total, expected) in [
        ("", 4, vec![("2030-05-17", 1), ("2030-06-14", 1), ("2030-06-15", 2)]),
        ("?to=2030-06-14", 3, vec![("2030-05-16", 1), ("2030-05-17", 1), ("2030-06-14", 1)]),
        ("?from=2030-06-14", 3, vec![("2030-06-14", 1), ("2030-06-15", 2)]),
        ("?from=2030-05-16&to=2030-05-16", 1, vec![("2030-05-16", 1)]),
        ("?from=2030-06-16&to=2031-06-16", 0, vec![]),
    ] {
        let report = report(&world, &key, query).await;
        let expected: Vec<_> = expected.into_iter().map(|(day, count)| (day.to_owned(), count)).collect();
        assert_eq!((days(&report), &report["consumers"]["total"]), (expected, &json!(total)), "{query}");
    }
}

#[tokio::test]
async fn days_that_cannot_be_name_the_parameter() {
    let (world, key) = World::launches().await;
    let date = "must be a date like 2030-06-15";
    for (query, field, message) in [
        ("from=", "from", date),
        ("from=yesterday", "from", date),
        ("to=2030-02-29", "to", date),
        ("to=2030-6-1", "to", date),
        ("to=2030-06-15T00:00:00Z", "to", date),
        ("from=2030-06-16", "from", "must not be later than to"),
        ("from=2030-02-02&to=2030-02-01", "from", "must not be later than to"),
        ("from=2029-06-14", "from", "must be at most 365 days before to"),
        ("from=0001-01-01&to=9999-12-31", "from", "must be at most 365 days before to"),
    ] {
        let answer = world.get(&format!("{ANALYTICS}?{query}"), &key).await;
        let body = json!({"error": "Validation failed", "details": [{"field": field, "message": message}]});
        assert_eq!((answer.status, answer.json()), (400, body), "{query}");
    }
}

#[tokio::test]
async fn after_a_storm_the_counts_are_what_was_made() {
    let (world, key) = World::launches().await;
    world.stack.dynamodb().transactions_take(Duration::from_millis(5));
    // Sixty consumers, every other one an email that somebody else has; thirty experiences of fifteen slugs.
    let consumer = |number: usize| json!({"email": format!("{}@example.com", number / 2)});
    let experience = |number: usize| json!({"name": "a", "slug": format!("s-{}", number / 2)});
    let (consumers, experiences) = tokio::join!(
        all((0..60).map(|number| world.post("/api/consumers", &key, consumer(number)))),
        all((0..30).map(|number| world.post("/api/experiences", &key, experience(number))))
    );
    let made = |answers: &[crate::support::Answer]| answers.iter().filter(|answer| answer.status == 201).count();
    let refused = |answers: &[crate::support::Answer]| answers.iter().filter(|answer| answer.status == 409).count();
    assert_eq!([made(&consumers), refused(&consumers)], [30, 30]);
    assert_eq!([made(&experiences), refused(&experiences)], [15, 15]);
    let report = report(&world, &key, "").await;
    assert_eq!(days(&report), [("2030-06-15".to_owned(), 30)]);
    assert_eq!(report["experiences"]["draft"], 15);
}

#[tokio::test]
async fn a_report_reads_no_experience_and_no_consumer_in_full() {
    let (world, key) = World::launches().await;
    // Names of 800 bytes; tallies are what is read.
    let experience = |number: usize| {
        let times = json!({"openAt": "2030-06-15T01:00:00Z", "closeAt": "2030-06-15T03:00:00Z"});
        json!({"name": "\u{1f389}".repeat(200), "slug": format!("number-{number}"), "openAt": times["openAt"], "closeAt": times["closeAt"]})
    };
    let consumer = |number: usize| json!({"externalId": number.to_string(), "metadata": {"a": "x".repeat(10_000)}});
    all((0..40).map(|number| world.post("/api/experiences", &key, experience(number)))).await;
    all((0..40).map(|number| world.post("/api/consumers", &key, consumer(number)))).await;
    // The first report has looked at the slugs, in case an earlier version has made some.
    report(&world, &key, "").await;
    world.stack.dynamodb().record(true);
    let counted = report(&world, &key, "").await;
    let listed = world.get("/api/experiences?first=40", &key).await.json();
    world.stack.dynamodb().record(false);
    assert_eq!(counted["experiences"]["scheduled"], 40);
    assert_eq!((counted["consumers"]["total"].clone(), listed["data"].as_array().unwrap().len()), (json!(40), 40));
    let queries = world.stack.dynamodb().calls().into_iter().filter(|call| call.action == "Query");
    let units: Vec<_> = queries.map(|call| format!("{}", call.read_units)).collect();
    assert_eq!(units, ["1", "1", "1", "9"], "moments, days, consumers, and forty experiences in full");
}
