use local::dynamodb::{Fault, Latch};
use serde_json::{Value, json};

use super::{Watched, hourly};
use crate::support::{Key, World, all};

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

#[tokio::test]
async fn what_cannot_be_read_holds_up_nothing_else() {
    let (watched, key) = hourly(10).await;
    let put = watched.world.stack.dynamodb().client().put_item().table_name("UsageTable");
    let put = put.item("pk", dynamodb::text("*hints")).item("sk", dynamodb::text("acme#what"));
    put.item("schema", dynamodb::number(9)).send().await.unwrap();
    watched.use_key(&key, 8).await;
    assert_eq!(watched.watch().await, ["limit.approaching opened"]);
    let logs = watched.world.stack.logs();
    assert!(logs.iter().any(|line| line.contains("cannot be read, and is gone in a day")), "{logs:?}");
}

#[tokio::test]
async fn a_run_that_the_store_fails_is_counted_and_the_next_one_tells_what_it_has_not() {
    let (watched, key) = hourly(10).await;
    watched.use_key(&key, 8).await;
    watched.world.stack.dynamodb().inject(Fault::error(500, "InternalServerError", "no").always());
    assert!(watched.world.stack.fire(super::WATCH).await.is_err());
    watched.world.stack.dynamodb().clear_faults();
    let logs = watched.world.stack.logs();
    let failures = logs.iter().filter(|line| crate::operations::counts("StoreFailures", line)).count();
    assert_eq!(failures, 1, "{logs:?}");
    assert_eq!(watched.watch().await, ["limit.approaching opened"]);
}

#[tokio::test]
async fn a_quiet_run_costs_a_read_and_a_sweep_some_for_each_organization() {
    let watched = Watched::with(json!([{"requests": 10, "per": "hour"}])).await;
    all((0..3).map(|_| watched.key())).await;
    let units = async || {
        watched.world.stack.dynamodb().record(true);
        super::watch(&watched.world.stack).await;
        watched.world.stack.dynamodb().record(false);
        let calls = watched.world.stack.dynamodb().calls().into_iter().filter(|call| call.function.is_some());
        calls.map(|call| (call.action, call.read_units, call.write_units)).collect::<Vec<_>>()
    };
    // The first sweep looks for unused keys too, and the next ones for a day do not.
    units().await;
    watched.world.at("2030-06-15T01:00:30Z");
    let sweep = units().await;
    let quiet = units().await;
    let names = |calls: &[(String, f64, f64)]| calls.iter().map(|call| call.0.clone()).collect::<Vec<_>>();
    let sum =
        |calls: &[(String, f64, f64)]| (calls.iter().map(|call| call.1).sum(), calls.iter().map(|call| call.2).sum());
    let (read, written): (f64, f64) = sum(&quiet);
    // Hints, and the place.
    assert_eq!((names(&quiet), read, written), (vec!["Query".to_owned(), "GetItem".to_owned()], 2.0, 0.0));
    let (read, written): (f64, f64) = sum(&sweep);
    let each = ["Query", "GetItem", "GetItem", "Query"];
    let expected = [&["Query", "GetItem", "Query", "BatchGetItem"][..], &each, &["PutItem"]].concat();
    assert_eq!(names(&sweep), expected, "{sweep:?}");
    assert_eq!((read, written), (8.0, 1.0), "{sweep:?}");
}
