//! The promise: a caller that is refused again and again costs next to nothing, and nobody is let in from memory. What
//! is remembered is forgotten within a second, by the clock of events and by the machine's.

use local::dynamodb::{Fault, Throttling};
use serde_json::json;

use crate::support::{Key, World, millis};

/// Sends many requests with `secret`, twenty a second. Returns how many were refused with `status`, how often DynamoDB
/// was asked for those, and how often it was asked to write.
async fn refused(world: &World, secret: &str, status: u16) -> (usize, usize, usize) {
    let mut counts = (0, 0, 0);
    for number in 0..200 {
        world.stack.clock().set_millis(millis("2030-06-15T00:00:31Z") + number * 50);
        let mut answered = 0;
        let asked =
            world.asked(async { answered = world.call("GET", "/api/v1/courses", secret, None).await.status }).await;
        let asked: Vec<_> = asked.iter().filter(|call| !call.contains("UsageTable")).collect();
        if answered == status {
            counts.0 += 1;
            counts.1 += asked.len();
            counts.2 += asked.iter().filter(|call| call.starts_with("UpdateItem")).count();
        } else {
            assert_eq!(answered, 200);
        }
    }

    counts
}

/// An academy whose keys may make 20 requests a minute, served by one process, and a key of it that has been used.
async fn academy() -> (World, Key) {
    let world = World::build("fayne", |builder| builder.max_instances(1)).await;
    world.organization("acme", json!({"plan": "pro", "limits": [{"requests": 20, "per": "minute"}]})).await;
    let key = world.key("acme", json!({"name": "a"})).await;
    assert_eq!(world.get("/api/v1/courses", &key).await.status, 200);

    (world, key)
}

#[tokio::test]
async fn a_key_far_over_its_limit_costs_a_tenth_of_a_write_for_each_refusal_at_most() {
    let (world, key) = academy().await;
    // Sixty times its limit, in those ten seconds.
    let (refused, asked, written) = refused(&world, &key.secret, 429).await;
    assert_eq!(refused, 200 - 19);
    assert!(written == asked && written * 10 <= refused, "{written} writes for {refused} refusals");
}

#[tokio::test]
async fn a_made_up_key_costs_a_tenth_of_a_call_for_each_request_at_most() {
    let (world, _) = academy().await;
    let (refused, asked, written) = refused(&world, &format!("fa_live_{}", "0".repeat(32)), 401).await;
    assert_eq!(refused, 200);
    assert!(asked * 10 <= refused, "{asked} calls for {refused} refusals");
    assert_eq!(written, 1, "what was no key a moment ago is looked for by a read");
}

#[tokio::test]
async fn a_pass_that_is_throttled_is_left_alone() {
    let (world, key) = academy().await;
    world.stack.dynamodb().inject(Fault::busy(Throttling::Throttling).always().about("CountersTable"));
    let (refused, asked, _) = refused(&world, &key.secret, 503).await;
    assert_eq!(refused, 200);
    assert!(asked * 10 <= refused, "{asked} calls for {refused} refusals");
}

#[tokio::test]
async fn a_key_some_of_whose_writes_are_throttled_is_let_in_by_all_others() {
    let (world, _) = academy().await;
    world.organization("acme", json!({"limits": [{"requests": 1_000, "per": "minute"}]})).await;
    let key = world.key("acme", json!({"name": "a"})).await;
    assert_eq!(world.get("/api/v1/courses", &key).await.status, 200);
    world.stack.dynamodb().inject(Fault::busy(Throttling::Throttling).each(1, 5).about("CountersTable"));
    let mut admitted = 0;
    for number in 0..200 {
        world.stack.clock().set_millis(millis("2030-06-15T00:00:31Z") + number * 20);
        admitted += u32::from(world.get("/api/v1/courses", &key).await.status == 200);
    }
    assert_eq!(admitted, 160);
}

#[tokio::test]
async fn a_failure_that_is_remembered_is_logged_once() {
    let (world, key) = academy().await;
    world.stack.dynamodb().inject(Fault::busy(Throttling::Throttling).always().about("CountersTable"));
    for _ in 0..20 {
        assert_eq!(world.get("/api/v1/courses", &key).await.status, 503);
    }
    let logs = world.stack.logs();
    let failures: Vec<_> = logs.iter().filter(|line| line.contains("failed: dynamodb throttled")).collect();
    assert!((3..=6).contains(&failures.len()), "of 20 failures the first three are told of: {failures:?}");
    let line: serde_json::Value = serde_json::from_str(failures[0]).unwrap();
    assert!(line["fields"]["requestId"].is_string(), "the access log has it under the same id: {line}");
}

#[tokio::test]
async fn a_refusal_from_memory_is_the_one_that_the_store_would_have_given() {
    let (world, key) = academy().await;
    world.organization("acme", json!({"limits": [{"requests": 1, "per": "minute"}, ]})).await;
    let get = async || world.get("/api/v1/courses", &key).await;
    let mut answers = Vec::new();
    for _ in 0..6 {
        answers.push(get().await);
    }
    for answer in answers {
        let body = r#"{"error":{"code":"rate_limit_exceeded","message":"Too many requests"}}"#;
        answer.is(429, &["retry-after: 30"], body);
    }
    // Within that second the window turns.
    world.at("2030-06-15T00:00:59.500Z");
    for _ in 0..4 {
        assert_eq!(get().await.header("retry-after"), Some("1"));
    }
    world.at("2030-06-15T00:01:00Z");
    assert_eq!(get().await.status, 200);
    assert_eq!(get().await.status, 429);
}

#[tokio::test]
async fn more_takes_effect_within_a_second_and_for_single_calls_at_once() {
    let (world, key) = academy().await;
    let limit = async |requests: u32| {
        world.organization("acme", json!({"limits": [{"requests": requests, "per": "minute"}]})).await;
    };
    let get = async || world.get("/api/v1/courses", &key).await.status;
    limit(1).await;
    assert_eq!([get().await, get().await], [429; 2]);
    limit(2).await;
    assert_eq!([get().await, get().await, get().await, get().await], [200, 429, 429, 429]);
    limit(20).await;
    world.stack.clock().set_millis(millis("2030-06-15T00:00:31Z"));
    assert_eq!(get().await, 200);
}

#[tokio::test]
async fn a_digest_that_was_just_tried_works_within_a_second_of_its_import() {
    let (world, _) = academy().await;
    let secret = "fa_live_00112233445566778899aabbccddeeff";
    let get = async || world.call("GET", "/api/v1/courses", secret, None).await.status;
    for _ in 0..5 {
        assert_eq!(get().await, 401);
    }
    let key = json!({"sha256": "2de33c24e8210e00f3901f3dda75b7af58020a68650e3bdc47fd9977a53f55ba", "name": "a"});
    let import = json!({"keys": [key]});
    let answer = world.operate("POST", "/organizations/acme/api-keys/import", import).await;
    assert_eq!(answer.json()["data"]["imported"], 1);
    world.stack.clock().set_millis(millis("2030-06-15T00:00:31Z"));
    assert_eq!(get().await, 200);
}

#[tokio::test]
async fn memory_ends_by_the_machines_clock_too() {
    let (world, key) = academy().await;
    world.organization("acme", json!({"limits": [{"requests": 1, "per": "minute"}]})).await;
    let get = async || world.get("/api/v1/courses", &key).await.status;
    for _ in 0..3 {
        assert_eq!(get().await, 429);
    }
    world.organization("acme", json!({"limits": [{"requests": 20, "per": "minute"}]})).await;
    // The clock of events stands still: only the machine's tells that a second has gone by.
    let begun = std::time::Instant::now();
    while get().await == 429 {
        assert!(begun.elapsed().as_secs() < 20, "a refusal is remembered for ever");
    }
    assert_eq!(get().await, 200);
}
