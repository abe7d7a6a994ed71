//! The promise: when the store does not answer, nobody is let in, and the caller is told to come again.

use std::time::Duration;

use local::dynamodb::{Fault, Throttling};
use serde_json::json;

use crate::support::{Campus, Key, World};

const BUSY: &str = r#"{"error":{"code":"service_unavailable","message":"The service is busy, try again"}}"#;

#[tokio::test]
async fn a_store_that_fails_is_503_and_the_gate_stays_shut() {
    let (world, key) = World::academy("pro").await;
    assert_eq!(world.get("/api/v1/courses", &key).await.status, 200);
    let dynamodb = world.stack.dynamodb();
    for fault in
        [Fault::error(500, "InternalServerError", "down"), Fault::Drop, Fault::error(503, "ServiceUnavailable", "down")]
    {
        dynamodb.inject(fault.always());
        world.get("/api/v1/courses", &key).await.is(503, &["retry-after: 1"], BUSY);
        dynamodb.clear_faults();
        assert_eq!(world.get("/api/v1/courses", &key).await.status, 200, "and it opens again by itself");
    }
}

#[tokio::test]
async fn a_store_that_is_too_slow_is_503() {
    let world = World::build("fayne", |builder| builder.parameter("StoreTimeout", "250")).await;
    world.organization("acme", json!({"plan": "pro"})).await;
    let key = world.key("acme", json!({"name": "a"})).await;
    world
        .stack
        .dynamodb()
        .inject(Fault::Delay(Duration::from_mins(1)).always().on("UpdateItem").about("CountersTable"));
    world.get("/api/v1/courses", &key).await.is(503, &["retry-after: 1"], BUSY);
}

async fn left(world: &World, key: &Key) -> i64 {
    let answer = world.operate("POST", "/verify", json!({"key": key.secret})).await.json();
    answer["data"]["rateLimit"]["remaining"].as_i64().unwrap()
}

#[tokio::test]
async fn a_count_that_takes_too_long_is_not_made_again() {
    let world = World::build("fayne", |builder| builder.parameter("StoreTimeout", "250")).await;
    world.organization("acme", json!({"plan": "pro"})).await;
    let key = world.key("acme", json!({"name": "a"})).await;
    assert_eq!(left(&world, &key).await, 299);
    // DynamoDB has counted the request, and the answer comes too late.
    world
        .stack
        .dynamodb()
        .inject(Fault::Delay(Duration::from_mins(1)).times(1).on("UpdateItem").about("CountersTable"));
    assert_eq!(world.get("/api/v1/courses", &key).await.status, 503);
    assert_eq!(left(&world, &key).await, 297, "the late one counted once");
}

#[tokio::test]
async fn a_connection_that_went_stale_is_made_again_and_nobody_gains_by_it() {
    let (world, key) = World::academy("pro").await;
    assert_eq!(left(&world, &key).await, 299);
    world.stack.dynamodb().inject(Fault::Drop.times(1).on("UpdateItem").about("CountersTable"));
    assert_eq!(world.get("/api/v1/courses", &key).await.status, 200);
    assert_eq!(left(&world, &key).await, 297);
    // Whether the first attempt has arrived cannot be known. If it has, both count: too many, never too few.
    world.stack.dynamodb().inject(Fault::DropAfter.times(1).on("UpdateItem").about("CountersTable"));
    assert_eq!(world.get("/api/v1/courses", &key).await.status, 200);
    assert_eq!(left(&world, &key).await, 294);
}

const LIMITED: &str = r#"{"error":{"code":"rate_limit_exceeded","message":"Too many requests"}}"#;

#[tokio::test]
async fn throttling_is_429_only_where_this_very_key_is_what_is_hot() {
    for kind in [Throttling::Throttling, Throttling::Throughput] {
        let (world, key) = World::academy("pro").await;
        let throttled = async |fault: Fault| {
            world.stack.dynamodb().inject(fault.times(1).on("UpdateItem").about("CountersTable"));
            world.get("/api/v1/courses", &key).await
        };
        // A neighbour of a hot key is throttled with it, long before its own limit: that is not its doing.
        for asked in 1..20 {
            assert_eq!(world.get("/api/v1/courses", &key).await.status, 200);
            if asked == 10 {
                throttled(Fault::hot(kind)).await.is(503, &["retry-after: 1"], BUSY);
            }
        }
        throttled(Fault::hot(kind)).await.is(429, &["retry-after: 1"], LIMITED);
        // Nor is a table or an account that takes no more.
        throttled(Fault::busy(kind)).await.is(503, &["retry-after: 1"], BUSY);
        world.at("2030-06-15T00:00:31Z");
        throttled(Fault::hot(kind)).await.is(503, &["retry-after: 1"], BUSY);
    }
}

#[tokio::test]
async fn a_store_that_does_not_let_us_in_or_is_cut_short_is_503() {
    let (world, key) = World::academy("pro").await;
    assert_eq!(world.get("/api/v1/courses", &key).await.status, 200);
    for (status, kind) in [
        (400, "ExpiredTokenException"),
        (400, "UnrecognizedClientException"),
        (400, "InvalidSignatureException"),
        (400, "MissingAuthenticationTokenException"),
        (400, "AccessDeniedException"),
        (400, "ResourceNotFoundException"),
        (400, "RequestLimitExceeded"),
        (429, ""),
    ] {
        world
            .stack
            .dynamodb()
            .inject(Fault::error(status, kind, "no").times(2).on("UpdateItem").about("CountersTable"));
        world.get("/api/v1/courses", &key).await.is(503, &["retry-after: 1"], BUSY);
        world.stack.dynamodb().clear_faults();
        world.stack.clock().advance(Duration::from_secs(1));
    }
    for action in ["UpdateItem", "GetItem", "BatchGetItem"] {
        // A key that has been used, and new ones, whose first requests read.
        let key = if action == "UpdateItem" { key.clone() } else { world.key("acme", json!({"name": "a"})).await };
        world.stack.dynamodb().inject(Fault::CutShort.always().on(action));
        world.get("/api/v1/courses", &key).await.is(503, &["retry-after: 1"], BUSY);
        world.stack.dynamodb().clear_faults();
        assert_eq!(world.get("/api/v1/courses", &key).await.status, 200, "{action}");
    }
}

#[tokio::test]
async fn a_conflict_with_a_transaction_is_tried_again() {
    let (world, key) = World::academy("pro").await;
    let conflict = || Fault::error(400, "TransactionConflictException", "busy").times(2);
    world.stack.dynamodb().inject(conflict().on("UpdateItem").about("CountersTable"));
    assert_eq!(world.get("/api/v1/courses", &key).await.status, 200);
    let cancelled = "Transaction cancelled, please refer cancellation reasons for specific reasons [TransactionConflict, None, None]";
    world
        .stack
        .dynamodb()
        .inject(Fault::error(400, "TransactionCanceledException", cancelled).times(2).on("TransactWriteItems"));
    world.key("acme", json!({"name": "a"})).await;
}

#[tokio::test]
async fn a_fault_of_ours_is_500_and_its_cause_is_in_the_log_alone() {
    let (world, key) = World::academy("pro").await;
    world.stack.dynamodb().inject(
        Fault::error(400, "ValidationException", "the cause of it").times(1).on("UpdateItem").about("CountersTable"),
    );
    let answer = world.get("/api/v1/courses", &key).await;
    answer.is(500, &[], r#"{"error":{"code":"internal_error","message":"An unexpected error occurred"}}"#);
    let told: Vec<_> = world.stack.logs().into_iter().filter(|line| line.contains("the cause of it")).collect();
    assert_eq!(told.len(), 1, "{told:?}");
}

#[tokio::test]
async fn a_change_that_is_cut_short_is_finished_by_whoever_comes_next() {
    let campus = Campus::open().await;
    let list = campus.list("Autumn").await;
    let path = format!("/lists/{list}/members");
    let dynamodb = campus.world.stack.dynamodb();
    let emails: Vec<_> = (0..60).map(|number| format!("s{number}@example.com")).collect();
    let mut total = 0;
    for looks in ["/students?limit=100", &*format!("/lists/{list}"), "/lists", &*path] {
        // It has been written down and counted; then everything fails, at the first step or at the second.
        let emails: Vec<_> = emails.iter().map(|email| format!("{total}-{email}")).collect();
        if total % 120 == 60 {
            dynamodb.inject(Fault::Delay(Duration::ZERO).times(1).on("TransactWriteItems"));
        }
        dynamodb.inject(Fault::Drop.always().on("TransactWriteItems"));
        campus.send("POST", &path, json!({"emails": emails})).await.is(503, &["retry-after: 1"], BUSY);
        campus.get(looks).await.is(503, &["retry-after: 1"], BUSY);
        dynamodb.clear_faults();
        total += 60;
        // Whatever is asked for first sees the change whole.
        campus.data(looks).await;
        dynamodb.inject(Fault::Drop.always().on("TransactWriteItems"));
        assert_eq!(campus.data(&format!("{path}?limit=1")).await["pagination"]["total"], total);
        assert_eq!(
            campus.data(&format!("/students?limit=1&offset={}", total - 1)).await["students"].as_array().unwrap().len(),
            1
        );
        dynamodb.clear_faults();
        let again = campus.send("POST", &path, json!({"emails": emails})).await;
        assert_eq!(again.json()["data"]["already_members"].as_array().unwrap().len(), 60);
    }
}

#[tokio::test]
async fn a_change_whose_beginning_is_answered_too_late_is_made_once_and_said_to_be() {
    let campus = Campus::open().await;
    let list = campus.list("Autumn").await;
    let emails: Vec<_> = (0..40).map(|number| format!("s{number}@example.com")).collect();
    let dynamodb = campus.world.stack.dynamodb();
    // The first UpdateItem is the gate's.
    dynamodb.inject(Fault::Delay(Duration::ZERO).times(1).on("UpdateItem").about("CountersTable"));
    dynamodb.inject(Fault::DropAfter.times(1).on("UpdateItem").about("CountersTable"));
    let answer = campus.send("POST", &format!("/lists/{list}/members"), json!({"emails": emails})).await;
    assert_eq!((answer.status, &answer.json()["data"]), (200, &json!({"added": emails, "already_members": []})));
    assert_eq!((campus.total().await, campus.members(&list).await.len()), (json!(40), 40));
}
