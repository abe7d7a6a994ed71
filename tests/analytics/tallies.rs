//! What a report says is exact whenever and by whichever version experiences were made, and what it costs does not rise
//! with them.

use std::time::Duration;

use dynamodb::text;
use serde_json::{Value, json};

use crate::support::{Key, World, all, millis};

const TABLE: &str = "ReferenceTable";

async fn counted(world: &World, key: &Key) -> Value {
    let answer = world.get("/api/analytics?from=2030-06-15&to=2030-06-15", key).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()["data"]["experiences"].clone()
}

async fn make(world: &World, key: &Key, number: usize, opens: Option<&str>, closes: Option<&str>) {
    let new = json!({"name": "a", "slug": format!("s-{number}"), "openAt": opens, "closeAt": closes});
    let answer = world.post("/api/experiences", key, new).await;
    assert_eq!(answer.status, 201, "{answer:?}");
}

/// Times around which a report is looked at, and what they are like: before 1970, long ago, today, far ahead.
const TIMES: [(Option<&str>, Option<&str>); 9] = [
    (None, None),
    (Some("0001-01-01T00:00:00Z"), None),
    (Some("1969-12-31T23:59:59.999Z"), Some("2030-06-15T00:00:30Z")),
    (Some("2030-06-14T00:00:00Z"), Some("2030-06-15T00:00:30.001Z")),
    (Some("2030-06-15T00:00:30Z"), Some("2030-06-15T23:59:59.999Z")),
    (Some("2030-06-15T00:00:30.001Z"), Some("2030-06-16T00:00:00Z")),
    (Some("2030-06-15T23:59:59.999Z"), None),
    (Some("2030-06-16T00:00:00Z"), Some("2030-06-16T00:00:00.001Z")),
    (Some("9999-12-30T00:00:00Z"), None),
];

/// What a report must say at `now` where each of [`TIMES`] was made so often.
fn expected(now: &str, each: u64) -> Value {
    let now = millis(now);
    let past = |at: Option<&str>| at.is_some_and(|at| millis(at) <= now);
    let [mut draft, mut scheduled, mut active, mut completed] = [0; 4];
    for (opens, closes) in TIMES {
        *match (opens, past(opens), past(closes)) {
            (None, ..) => &mut draft,
            (_, false, _) => &mut scheduled,
            (_, true, false) => &mut active,
            (_, true, true) => &mut completed,
        } += each;
    }
    json!({"draft": draft, "scheduled": scheduled, "active": active, "completed": completed})
}

const MOMENTS: [&str; 6] = [
    "2030-06-15T00:00:30Z",
    "2030-06-15T00:00:30.001Z",
    "2030-06-15T23:59:59.998Z",
    "2030-06-15T23:59:59.999Z",
    "2030-06-16T00:00:00Z",
    "2030-06-16T00:00:00.001Z",
];

/// Makes what is there look as if an earlier version had made it: without marks and tallies.
async fn age(world: &World) {
    let client = world.stack.dynamodb().client();
    let items = client.scan().table_name(TABLE).into_paginator().items().send();
    for mut item in items.collect::<Result<Vec<_>, _>>().await.unwrap() {
        let partition = item["pk"].as_s().unwrap().clone();
        if partition.contains("#experiences-by-") {
            let delete = client.delete_item().table_name(TABLE).key("pk", text(&partition));
            delete.key("sk", item["sk"].clone()).send().await.unwrap();
        } else if item.remove("counted").is_some() {
            client.put_item().table_name(TABLE).set_item(Some(item)).send().await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_report_costs_three_queries_however_many_experiences_there_are() {
    let (world, key) = World::launches().await;
    // Whoever asks first looks whether an earlier version has made some.
    counted(&world, &key).await;
    let cost = async || {
        let mut asked = world.asked(async { drop(counted(&world, &key).await) }).await;
        // What the gate asks for does not matter here.
        asked.retain(|call| call.contains(TABLE));
        asked
    };
    let queries = ["Query ReferenceTable"; 3].map(str::to_owned).to_vec();
    assert_eq!(cost().await, queries);
    for round in 0..3 {
        all((0..40).map(|number| {
            let (opens, closes) = TIMES[number % TIMES.len()];
            make(&world, &key, round * 40 + number, opens, closes)
        }))
        .await;
        assert_eq!(cost().await, queries);
    }
    for now in MOMENTS {
        world.at(now);
        assert_eq!(cost().await, queries, "{now}");
    }
}

#[tokio::test]
async fn the_status_of_each_is_counted_to_the_millisecond_from_the_answer_on() {
    let (world, key) = World::launches().await;
    counted(&world, &key).await;
    for (number, (opens, closes)) in TIMES.into_iter().enumerate() {
        make(&world, &key, number, opens, closes).await;
        let counts = counted(&world, &key).await;
        let sum: u64 = counts.as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum();
        assert_eq!(sum, u64::try_from(number).unwrap() + 1, "{counts}");
    }
    for now in MOMENTS {
        world.at(now);
        assert_eq!(counted(&world, &key).await, expected(now, 1), "{now}");
    }
}

#[tokio::test]
async fn what_an_earlier_version_has_made_is_counted_with_what_is_made_since() {
    let (world, key) = World::launches().await;
    for (number, (opens, closes)) in TIMES.into_iter().enumerate() {
        make(&world, &key, number, opens, closes).await;
    }
    age(&world).await;
    // Some are made before anybody asks, and some while many do so for the first time.
    let some = |round: usize| {
        let (world, key) = (&world, &key);
        let make = move |(number, (opens, closes))| make(world, key, round * 100 + number, opens, closes);
        all(TIMES.into_iter().enumerate().map(make))
    };
    some(1).await;
    world.stack.dynamodb().transactions_take(Duration::from_millis(5));
    let (_, reports) = tokio::join!(some(2), all((0..8).map(|_| counted(&world, &key))));
    for report in reports {
        let sum: u64 = report.as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum();
        assert!((18..=27).contains(&sum), "{report}");
    }
    for now in MOMENTS {
        world.at(now);
        for _ in 0..2 {
            assert_eq!(counted(&world, &key).await, expected(now, 3), "{now}");
        }
    }
}

#[tokio::test]
async fn what_an_earlier_version_makes_during_an_upgrade_is_counted_a_day_later() {
    let (world, key) = World::launches().await;
    make(&world, &key, 0, None, None).await;
    age(&world).await;
    assert_eq!(counted(&world, &key).await["draft"], 1);
    // Made by a function of the earlier version that is still there.
    let client = world.stack.dynamodb().client();
    let late = client.put_item().table_name(TABLE).item("pk", text("org#acme#experience-slugs"));
    late.item("sk", text("late")).item("opens", dynamodb::number(millis("2030-06-17T00:00:00Z"))).send().await.unwrap();
    world.at("2030-06-16T00:00:30Z");
    for _ in 0..2 {
        let counts = counted(&world, &key).await;
        assert_eq!((&counts["draft"], &counts["scheduled"]), (&json!(1), &json!(1)));
    }
    let asked = world.asked(async { drop(counted(&world, &key).await) }).await;
    assert_eq!(asked.len(), 1 + 3, "{asked:?}");
}

#[tokio::test]
async fn what_cannot_be_written_down_is_counted_all_the_same() {
    let (world, key) = World::launches().await;
    for (number, (opens, closes)) in TIMES.into_iter().enumerate() {
        make(&world, &key, number, opens, closes).await;
    }
    age(&world).await;
    let full = local::dynamodb::Fault::error(400, "ValidationException", "no");
    world.stack.dynamodb().inject(full.always().on("PutItem").about(TABLE));
    let now = "2030-06-15T00:00:30Z";
    for _ in 0..2 {
        assert_eq!(counted(&world, &key).await, expected(now, 1));
    }
    world.stack.dynamodb().clear_faults();
    for _ in 0..2 {
        assert_eq!(counted(&world, &key).await, expected(now, 1));
    }
}

#[tokio::test]
async fn all_who_make_experiences_for_the_same_moment_at_once_come_through() {
    let (world, key) = World::launches().await;
    counted(&world, &key).await;
    world.stack.dynamodb().transactions_take(Duration::from_millis(10));
    let (opens, closes) = (Some("2030-06-15T10:00:00Z"), Some("2030-06-15T11:00:00Z"));
    all((0..40).map(|number| make(&world, &key, number, opens, closes))).await;
    for (now, status) in [("2030-06-15T09:00:00Z", "scheduled"), ("2030-06-15T10:00:00Z", "active")] {
        world.at(now);
        assert_eq!(counted(&world, &key).await[status], 40);
    }
}
