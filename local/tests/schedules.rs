//! Functions that run by themselves.

use std::time::{Duration, Instant};

use local::{Builder, Stack};
use serde_json::{Value, json};

use crate::support::{binaries, fixture, is_running};

fn builder() -> Builder {
    Stack::builder(fixture("timed.yaml")).binaries(binaries()).ephemeral().keep_logs()
}

/// How often the function has run.
fn runs(stack: &Stack) -> usize {
    stack.logs().iter().filter(|line| line.contains("{\"path\":\"\"}")).count()
}

#[tokio::test]
async fn a_schedule_that_is_fired_sends_the_event_of_a_rule() {
    let stack = builder().start().await.unwrap();
    stack.clock().set_millis(1_795_152_235_000);
    let answer = stack.fire("Timed").await.unwrap();
    let mut event: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
    assert!(event.as_object_mut().unwrap().remove("id").is_some_and(|id| id.as_str().unwrap().len() == 36));
    let expected = json!({
        "version": "0",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "000000000000",
        "time": "2026-11-20T05:23:55Z",
        "region": "us-east-1",
        "resources": ["arn:aws:events:us-east-1:000000000000:rule/TimedHourly"],
        "detail": {},
    });
    assert_eq!((event, runs(&stack)), (expected, 1), "and nothing else has fired it");
    assert!(stack.fire("Nobody").await.is_err());
    stack.stop().await;
}

#[tokio::test]
async fn schedules_run_by_themselves_if_they_are_to_as_often_as_they_are_told() {
    let builder = builder().run_schedules(Some(Duration::from_millis(100)));
    let stack = builder.start().await.unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    while runs(&stack) < 3 {
        assert!(Instant::now() < deadline, "{:?}", stack.logs());
        tokio::task::yield_now().await;
    }
    stack.stop().await;
}

#[tokio::test]
async fn a_function_can_be_killed_and_starts_anew() {
    let stack = builder().start().await.unwrap();
    let pid = stack.invoke("Timed", json!({"rawPath": "/pid"})).await.unwrap();
    stack.kill("Timed").unwrap();
    let deadline = Instant::now() + Duration::from_secs(10);
    while is_running(&pid) {
        assert!(Instant::now() < deadline, "{pid}");
        tokio::task::yield_now().await;
    }
    // Who invokes it before its end was noticed is told of that.
    let next = loop {
        match stack.invoke("Timed", json!({"rawPath": "/pid"})).await {
            Ok(next) => break next,
            Err(error) => assert!(Instant::now() < deadline, "{error:?}"),
        }
    };
    assert_ne!(next, pid);
    assert!(stack.kill("Nobody").is_err());
    stack.stop().await;
}
