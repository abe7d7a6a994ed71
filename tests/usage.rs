//! The promise: the outcomes of requests are counted, nobody waits for it, an end in good order loses nothing, and
//! nothing is counted twice.

mod get;

use local::dynamodb::{Fault, FaultRule, Latch};
use serde_json::{Value, json};

use crate::support::{Key, World, all, millis};

const TABLE: &str = "UsageTable";

/// What is written of a key: successes, client errors, and what was refused.
async fn written(world: &World, key: &Key) -> [i64; 3] {
    let path = format!("/organizations/acme/api-keys/{}/usage?granularity=day", key.id);
    let totals = world.operate("GET", &path, Value::Null).await.json()["data"]["totals"].clone();
    let counts = [&totals["successes"], &totals["clientErrors"], &totals["refused"]["total"]];
    assert_eq!(totals["requests"].as_i64().unwrap(), counts.iter().filter_map(|count| count.as_i64()).sum::<i64>());
    counts.map(|count| count.as_i64().unwrap())
}

async fn courses(world: &World, key: &Key) {
    assert_eq!(world.get("/api/v1/courses", key).await.status, 200);
}

/// Waits until the one process that serves courses has its next turn: by then it has written.
async fn turn(world: &World) {
    assert_eq!(world.anonymous("GET", "/api/v1/courses").await.status, 401);
}

/// Spends what a process may write early, so that what comes next waits for its write.
async fn spend(world: &World, key: &Key) {
    for _ in 0..10 {
        courses(world, key).await;
    }
    turn(world).await;
}

/// An academy whose functions have one process each, and a key of it.
async fn alone() -> (World, Key) {
    let world = World::build("fayne", |builder| builder.max_instances(1)).await;
    world.organization("acme", json!({"plan": "pro"})).await;
    let key = world.key("acme", json!({"name": "a"})).await;
    (world, key)
}

fn unavailable() -> FaultRule {
    Fault::error(400, "ProvisionedThroughputExceededException", "slow down").always().on("UpdateItem").about(TABLE)
}

#[tokio::test]
async fn the_sums_of_requests_at_once_over_many_processes_are_exact_after_an_end_in_good_order() {
    let world = World::serving("fayne").await;
    world.organization("acme", json!({"plan": "pro", "limits": [{"requests": 150, "per": "minute"}]})).await;
    let keys = all((0..4).map(|_| world.key("acme", json!({"name": "a"})))).await;
    let one = |number: usize| {
        let (world, key) = (&world, &keys[number % 2]);
        let path = if number % 10 < 2 { "/api/v1/courses/7" } else { "/api/v1/courses" };
        async move { world.get(path, key).await.status }
    };
    let statuses = all((0..200).map(one)).await;
    // Two functions, each with several processes.
    assert!(world.stack.processes() > 4, "{}", world.stack.processes());
    let count = |wanted: u16| i64::try_from(statuses.iter().filter(|status| **status == wanted).count()).unwrap();
    assert_eq!((count(200), count(400)), (160, 40));
    // A third key meets its limit.
    let statuses = all((0..200).map(|_| async { world.get("/api/v1/courses", &keys[2]).await.status })).await;
    assert_eq!(statuses.iter().filter(|status| **status == 429).count(), 50);

    world.stack.end_processes().await;
    assert_eq!(world.stack.processes(), 0);
    let expected = [[80, 20, 0], [80, 20, 0], [150, 0, 50], [0, 0, 0]];
    for (key, expected) in keys.iter().zip(expected) {
        assert_eq!(written(&world, key).await, expected);
    }
}

#[tokio::test]
async fn usage_outlives_the_stack() {
    let folder = tempfile::tempdir().unwrap();
    let build = || World::build("fayne", |builder| builder.data_dir(folder.path()));
    let world = build().await;
    world.organization("acme", json!({"plan": "pro"})).await;
    let key = world.key("acme", json!({"name": "a"})).await;
    all((0..20).map(|_| courses(&world, &key))).await;
    world.stack.stop().await;

    assert_eq!(written(&build().await, &key).await, [20, 0, 0]);
}

#[tokio::test]
async fn nobody_waits_for_what_is_written_after_an_answer() {
    let (world, key) = World::academy("pro").await;
    let latch = Latch::default();
    world.stack.dynamodb().inject(Fault::Hold(latch.clone()).times(1).about(TABLE));
    // The answer is here, and the write that comes after it is held.
    courses(&world, &key).await;
    latch.reached().await;
    // Meanwhile others are served, and what becomes of them is counted too.
    courses(&world, &key).await;
    latch.open();
    world.stack.end_processes().await;
    assert_eq!(written(&world, &key).await, [2, 0, 0]);
}

#[tokio::test]
async fn what_somebody_does_by_hand_shows_at_once() {
    let (world, key) = alone().await;
    for number in 1..=10 {
        courses(&world, &key).await;
        turn(&world).await;
        assert_eq!(written(&world, &key).await, [number, 0, 0]);
    }
    // From then on there is a write every twenty seconds.
    courses(&world, &key).await;
    turn(&world).await;
    assert_eq!(written(&world, &key).await, [10, 0, 0]);
    world.at("2030-06-15T00:00:50Z");
    courses(&world, &key).await;
    turn(&world).await;
    assert_eq!(written(&world, &key).await, [12, 0, 0]);
}

#[tokio::test]
async fn a_table_that_refuses_changes_no_answer_and_gets_everything_later() {
    let (world, key) = alone().await;
    world.stack.dynamodb().inject(unavailable());
    let warnings = || world.stack.logs().iter().filter(|line| line.contains("usage of some requests")).count();
    // It rests for half a minute, and says so once.
    for _ in 0..6 {
        courses(&world, &key).await;
    }
    assert_eq!(warnings(), 1);
    world.at("2030-06-15T00:01:00Z");
    courses(&world, &key).await;
    courses(&world, &key).await;
    assert_eq!((warnings(), written(&world, &key).await), (2, [0, 0, 0]));

    world.stack.dynamodb().clear_faults();
    world.at("2030-06-15T00:01:30Z");
    courses(&world, &key).await;
    turn(&world).await;
    assert_eq!(written(&world, &key).await, [9, 0, 0]);
    courses(&world, &key).await;
    world.stack.end_processes().await;
    assert_eq!((warnings(), written(&world, &key).await), (2, [10, 0, 0]));
}

#[tokio::test]
async fn a_write_without_an_answer_is_not_made_again() {
    for (fault, counted) in
        [(Fault::DropAfter, 3), (Fault::Drop, 2), (Fault::error(500, "InternalServerError", "down"), 2)]
    {
        let (world, key) = alone().await;
        world.stack.dynamodb().inject(fault.clone().times(1).about(TABLE));
        for _ in 0..3 {
            courses(&world, &key).await;
        }
        world.stack.end_processes().await;
        // Whether it was made cannot be known. If it was not, a request is missing; none counts twice.
        assert_eq!(written(&world, &key).await, [counted, 0, 0], "{fault:?}");
        let told = world.stack.logs().iter().filter(|line| line.contains(r#""lost":1"#)).count();
        assert_eq!(told, 1, "{fault:?}");
        // A sum has what was certainly written.
        let path = "/organizations/acme/usage";
        let sum = world.operate("GET", path, Value::Null).await.json()["data"]["totals"]["requests"].clone();
        assert_eq!(sum, 2, "{fault:?}");
    }
}

#[tokio::test]
async fn an_end_is_not_held_up_by_a_table_that_does_not_answer() {
    let (world, key) = alone().await;
    spend(&world, &key).await;
    courses(&world, &key).await;
    world.stack.dynamodb().inject(Fault::Hold(Latch::default()).always().about(TABLE));
    world.stack.end_processes().await;
    assert_eq!(world.stack.processes(), 0);
}

#[tokio::test]
async fn what_is_refused_at_the_end_is_tried_again() {
    let (world, key) = alone().await;
    spend(&world, &key).await;
    courses(&world, &key).await;
    // Throttled at first: the end has a moment to try again.
    let throttled = Fault::error(400, "ThrottlingException", "slow down").times(1).about(TABLE);
    world.stack.dynamodb().inject(throttled);
    world.stack.end_processes().await;
    assert_eq!(written(&world, &key).await, [11, 0, 0]);
}

#[tokio::test]
async fn usage_goes_when_its_retention_is_over() {
    let world = World::build("fayne", |builder| builder.parameter("UsageRetention", "30")).await;
    world.organization("acme", json!({"plan": "pro"})).await;
    let key = world.key("acme", json!({"name": "a"})).await;
    courses(&world, &key).await;
    world.stack.end_processes().await;
    // Thirty days after the end of its day.
    let ends = "2030-07-16T00:00:00Z".parse::<jiff::Timestamp>().unwrap().as_second();
    let items = world.items(TABLE).await;
    assert_eq!(items.len(), 3, "the key's, the organization's and the stack's: {items:?}");
    assert!(items.iter().all(|item| item.contains(&format!("ttl=N(\"{ends}\")"))), "{items:?}");
}

#[tokio::test]
async fn a_process_that_writes_late_takes_no_time_of_last_use_back_and_its_counts_are_added() {
    let (world, key) = alone().await;
    let times = async || {
        let items = world.items(TABLE).await;
        let item = items.into_iter().find(|item| item.contains(&key.id)).unwrap();
        ["old", "new"].map(|name| item.split_once(&format!("{name}=N(\"")).map(|(_, at)| at[..13].to_owned()))
    };
    world.at("2030-06-15T09:05:00Z");
    courses(&world, &key).await;
    world.stack.end_processes().await;
    let last = Some(millis("2030-06-15T09:05:00Z").to_string());
    assert_eq!(times().await, [None, last.clone()]);

    // What was collected before that, as of a process that was frozen since.
    world.at("2030-06-15T09:00:10Z");
    courses(&world, &key).await;
    world.stack.end_processes().await;
    assert_eq!(times().await, [None, last.clone()]);
    assert_eq!(written(&world, &key).await, [2, 0, 0]);

    // Of two secrets that a process has collected uses of, only the one that is behind.
    let path = format!("/organizations/acme/api-keys/{}/regenerate", key.id);
    let answer = world.operate("POST", &path, json!({"overlapSeconds": 3600})).await;
    let new = Key { secret: answer.json()["data"]["key"].as_str().unwrap().to_owned(), id: key.id.clone() };
    world.at("2030-06-15T09:30:00Z");
    courses(&world, &key).await;
    world.stack.end_processes().await;
    world.at("2030-06-15T09:10:00Z");
    spend(&world, &new).await;
    let last = Some(millis("2030-06-15T09:30:00Z").to_string());
    assert_eq!(times().await, [last.clone(), Some(millis("2030-06-15T09:10:00Z").to_string())]);
    world.at("2030-06-15T09:10:02Z");
    for key in [&key, &new] {
        courses(&world, key).await;
    }
    world.stack.end_processes().await;
    assert_eq!(times().await, [last, Some(millis("2030-06-15T09:10:02Z").to_string())]);
    assert_eq!(written(&world, &key).await, [15, 0, 0]);
}
