use local::dynamodb::{Fault, Latch};
use serde_json::json;

use super::{Watched, hourly};
use crate::support::{Answer, all};

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
        watched.world.killed(super::WATCH, &latch).await;
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

/// What somebody gets: status, headers and body.
type Got = (u16, Vec<String>, String);

/// What callers get while a limit of ten an hour is used up, and what that asks of the store; `between` comes before the limit
/// is reached.
async fn answers(watched: &Watched, between: impl AsyncFnOnce()) -> (Vec<Got>, Vec<String>) {
    const LIST: &str = "/api/experiences";
    let world = &watched.world;
    let key = watched.key().await;
    let order = json!({"name": "other", "type": "secret", "scopes": ["read:consumers"]});
    let other = world.key("acme", order).await;
    let mut answers = vec![world.anonymous("GET", LIST).await, world.call("GET", LIST, "junk", None).await];
    let asked = world.asked(async {
        answers.push(world.get(LIST, &other).await);
        for _ in 0..8 {
            answers.push(world.get(LIST, &key).await);
        }
    });
    let mut asked = asked.await;
    // What is noted after answers is written; new processes ask the store a little more.
    world.stack.end_processes().await;
    between().await;
    let later = world.asked(async {
        answers.push(world.get("/api/experiences/00000000-0000-7000-8000-000000000000", &key).await);
        answers.push(world.post(LIST, &key, json!({})).await);
        for _ in 0..2 {
            answers.push(world.get(LIST, &key).await);
        }
    });
    asked.extend(later.await);
    let got = |answer: Answer| {
        let mut headers = answer.own_headers();
        headers.extend(answer.header("content-type").map(str::to_owned));
        (answer.status, headers, answer.body)
    };

    (answers.into_iter().map(got).collect(), asked)
}

#[tokio::test]
async fn no_answer_and_no_cost_of_one_depends_on_alerts() {
    let limits = || json!([{"requests": 10, "per": "hour"}]);
    let without = |contract: &str| {
        let (before, rest) = contract.split_once("[alerts]\n").unwrap();
        let (_, after) = rest.split_once("\n\n").unwrap();
        format!("{before}{after}").replace(", \"alerts\"", "").replace(", \"update_alerts\"", "")
    };
    let off = Watched::under(limits(), without).await;
    let (expected, cost) = answers(&off, async || ()).await;
    let statuses: Vec<_> = expected.iter().map(|(status, ..)| *status).collect();
    assert_eq!(statuses, [401, 401, 403, 200, 200, 200, 200, 200, 200, 200, 200, 404, 400, 429, 429]);
    assert_eq!(cost.iter().filter(|call| *call == "UpdateItem CountersTable").count(), 15, "two are stamps: {cost:?}");

    let on = Watched::with(limits()).await;
    assert_eq!(answers(&on, async || ()).await, (expected.clone(), cost.clone()));
    let told = Watched::with(limits()).await;
    let tell = async || assert_eq!(told.watch().await, ["limit.approaching opened"]);
    assert_eq!(answers(&told, tell).await, (expected.clone(), cost.clone()));
    // Nothing of what is noted after answers can be written, and nothing of what alerts go by can be read.
    let failing = Watched::with(limits()).await;
    let refused = || Fault::error(500, "InternalServerError", "no").always();
    failing.world.stack.dynamodb().inject(refused().about("UsageTable"));
    failing.world.stack.dynamodb().inject(refused().about("EventsTable").on("Query"));
    assert_eq!(answers(&failing, async || ()).await, (expected, cost));
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
async fn an_organization_that_cannot_be_read_holds_up_no_other() {
    let watched = Watched::with(json!([{"requests": 10, "per": "hour"}])).await;
    watched.key().await;
    watched.world.organization("aaa", json!({"plan": "pro"})).await;
    let update = watched.world.stack.dynamodb().client().update_item().table_name("KeysTable");
    let update = update.key("pk", dynamodb::text("org#aaa")).key("sk", dynamodb::text("organization"));
    let update = update.update_expression("SET #status = :odd").expression_attribute_names("#status", "status");
    update.expression_attribute_values(":odd", dynamodb::text("paused")).send().await.unwrap();
    watched.world.at("2030-10-01T00:00:30Z");
    assert_eq!(watched.watch().await, ["key.unused opened"]);
    let logs = watched.world.stack.logs();
    assert!(logs.iter().any(|line| line.contains("aaa cannot be watched for alerts")), "{logs:?}");
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

#[tokio::test]
async fn a_key_that_others_keep_changing_holds_up_no_other_and_is_looked_at_by_a_later_run() {
    let watched = Watched::with(json!([{"requests": 10, "per": "hour"}])).await;
    let [busy, other] = [watched.key().await, watched.key().await];
    for key in [&busy, &other] {
        watched.use_key(key, 8).await;
    }
    let held = Fault::error(400, "TransactionConflictException", "held");
    watched.world.stack.dynamodb().inject(held.always().on("TransactWriteItems").with(&busy.id));
    let run = super::watch(&watched.world.stack).await;
    assert_eq!(run["told"], json!({"limit.approaching": 1}), "{run}");
    assert!(run["organizations"].as_u64() > Some(0), "it goes through the organizations, too: {run}");
    assert_eq!(watched.history().await[0]["keyId"], json!(other.id));
    watched.world.stack.dynamodb().clear_faults();
    assert_eq!(watched.watch().await, ["limit.approaching opened"]);
}
