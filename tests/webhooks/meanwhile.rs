//! What happens to a webhook while something is on its way there.

use std::time::Duration;

use local::dynamodb::{Fault, Latch};
use serde_json::{Value, json};

use super::{Answered, Receiver, SENT, hook, key, meanwhile, names, open, patch, send, shown};
use crate::outbox::{pile, revive};
use crate::support::World;

const OK: &[Answered] = &[Answered::With(200)];

/// An event for a webhook that is about to move.
struct Move {
    world: World,
    id: String,
    old: Receiver,
    new: Receiver,
}

impl Move {
    /// From where it is answered so.
    async fn from(answers: &[Answered]) -> Self {
        let [old, new] = [Receiver::new(answers).await, Receiver::new(OK).await];
        let world = open(&[&old, &new]).await;
        let (id, _) = hook(&world, &old, json!(["key.created"])).await;
        key(&world, "a").await;

        Self { world, id, old, new }
    }
}

#[tokio::test]
async fn an_answer_of_gone_says_nothing_of_the_address_that_was_given_meanwhile() {
    let Move { world, id, old, new } = Move::from(&[Answered::Held(410)]).await;
    key(&world, "b").await;
    let done = meanwhile(&world, &old, patch(&world, &id, json!({"url": new.url()}))).await;
    assert_eq!((names(&new), &done["delivered"]), (vec!["a".to_owned(), "b".to_owned()], &json!(2)), "{done}");
    let webhook = shown(&world, &id).await;
    assert_eq!((&webhook["status"], &webhook["lastAttempt"]["taken"]), (&json!("active"), &json!(true)));
}

#[tokio::test]
async fn the_last_failure_of_an_address_that_was_left_buries_nothing() {
    let mut answers = [Answered::With(500); 5];
    answers[4] = Answered::Held(500);
    let Move { world, id, old, new } = Move::from(&answers).await;
    for _ in 0..4 {
        send(&world).await;
        world.stack.clock().advance(Duration::from_hours(25));
    }
    let done = meanwhile(&world, &old, patch(&world, &id, json!({"url": new.url()}))).await;
    assert_eq!(done, json!({"delivered": 1, "postponed": 0, "dead": 0}));
    assert_eq!((old.got().len(), names(&new)), (5, vec!["a".to_owned()]));
    assert_eq!((shown(&world, &id).await["status"].clone(), pile(&world, "dead").await.len()), (json!("active"), 0));
}

#[tokio::test]
async fn an_attempt_is_shown_of_the_address_that_the_webhook_has() {
    let Move { world, id, new, .. } = Move::from(&[Answered::With(500)]).await;
    send(&world).await;
    assert_eq!(shown(&world, &id).await["lastAttempt"]["outcome"], "HTTP 500");
    patch(&world, &id, json!({"url": new.url()})).await;
    assert_eq!(shown(&world, &id).await["lastAttempt"], Value::Null);
}

#[tokio::test]
async fn an_address_that_wants_to_be_left_alone_speaks_for_no_other() {
    let Move { world, id, old, new } = Move::from(&[Answered::RetryAfter(429, "86400")]).await;
    send(&world).await;
    key(&world, "b").await;
    assert_eq!(send(&world).await["delivered"], 0);
    patch(&world, &id, json!({"url": new.url()})).await;
    assert_eq!(send(&world).await["delivered"], 1);
    assert_eq!((old.got().len(), names(&new)), (1, vec!["b".to_owned()]));
}

#[tokio::test]
async fn an_event_that_another_run_has_put_off_is_not_forgotten() {
    let receiver = Receiver::new(&[Answered::Held(200), Answered::With(500), Answered::With(200)]).await;
    let world = open(&[&receiver]).await;
    hook(&world, &receiver, json!(["key.created"])).await;
    key(&world, "a").await;
    let other = async { assert_eq!(send(&world).await["postponed"], 1) };
    assert_eq!(meanwhile(&world, &receiver, other).await["delivered"], 1);
    // Nothing else comes for the webhook: whoever puts an event off sees to it that it is sent again.
    world.stack.clock().advance(Duration::from_hours(1));
    assert_eq!(send(&world).await["delivered"], 1);
    assert_eq!(names(&receiver), ["a", "a", "a"]);
    let left = world.items("EventsTable").await;
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test]
async fn a_webhook_that_is_removed_or_switched_off_gets_nothing_more_from_then_on() {
    for change in [Value::Null, json!({"status": "disabled"})] {
        let receiver = Receiver::new(&[Answered::Held(200), Answered::With(200)]).await;
        let world = open(&[&receiver]).await;
        let (id, _) = hook(&world, &receiver, json!(["key.created"])).await;
        for name in ["a", "b", "c"] {
            key(&world, name).await;
        }
        let end = async {
            if change.is_null() {
                let path = format!("/organizations/acme/webhooks/{id}");
                assert_eq!(world.operate("DELETE", &path, Value::Null).await.status, 200);
            } else {
                patch(&world, &id, change.clone()).await;
            }
        };
        meanwhile(&world, &receiver, end).await;
        assert_eq!(names(&receiver), ["a"], "{change}");
        send(&world).await;
        let left = world.items("EventsTable").await;
        assert!(left.is_empty() && receiver.got().len() == 1, "{change}: {left:?}");
    }
}

#[tokio::test]
async fn a_secret_that_was_ended_signs_nothing_from_then_on() {
    let receiver = Receiver::new(&[Answered::Held(200), Answered::With(200)]).await;
    let world = open(&[&receiver]).await;
    let (id, first) = hook(&world, &receiver, json!(["key.created"])).await;
    key(&world, "a").await;
    key(&world, "b").await;
    let rotate = async {
        for _ in 0..2 {
            let path = format!("/organizations/acme/webhooks/{id}/rotate");
            assert_eq!(world.operate("POST", &path, Value::Null).await.status, 200);
        }
    };
    meanwhile(&world, &receiver, rotate).await;
    let [one, two] = receiver.got().try_into().unwrap();
    assert!(one.is_signed_with(&first) && !two.is_signed_with(&first), "{two:?}");
    assert_eq!((one.signatures.len(), two.signatures.len()), (1, 2));
}

#[tokio::test]
async fn what_happens_after_a_webhook_is_switched_on_again_is_not_dropped_with_what_was_before() {
    let receiver = Receiver::new(&[Answered::With(500), Answered::With(200)]).await;
    let world = open(&[&receiver]).await;
    let (id, _) = hook(&world, &receiver, json!(["key.created"])).await;
    key(&world, "a").await;
    send(&world).await;
    patch(&world, &id, json!({"status": "disabled"})).await;
    // A run has read that it is off, and is slow from there.
    let latch = Latch::default();
    let hold = Fault::Hold(latch.clone()).times(1).on("GetItem").about("KeysTable").with("webhooks");
    let again = async {
        latch.reached().await;
        world.stack.clock().advance(Duration::from_mins(1));
        patch(&world, &id, json!({"status": "active"})).await;
        key(&world, "b").await;
        world.stack.fire("EventsDeliver").await.unwrap();
        latch.open();
    };
    world.stack.dynamodb().inject(hold);
    let (run, ()) = tokio::join!(world.stack.fire("WebhooksDeliver"), again);
    run.unwrap();
    send(&world).await;
    assert_eq!(names(&receiver), ["a", "b"]);
}

#[tokio::test]
async fn a_webhook_that_is_made_during_a_run_gets_what_happens_from_then_on() {
    let [one, other] = [Receiver::new(OK).await, Receiver::new(OK).await];
    let world = open(&[&one, &other]).await;
    hook(&world, &one, json!(["key.created"])).await;
    key(&world, "a").await;
    // More than a run reads at once.
    for number in 0..100 {
        world.organization("acme", json!({"name": number.to_string()})).await;
    }
    let latch = Latch::default();
    world
        .stack
        .dynamodb()
        .inject(Fault::Hold(latch.clone()).times(1).on("GetItem").about("KeysTable").with("webhooks"));
    let make = async {
        latch.reached().await;
        hook(&world, &other, json!(["key.created"])).await;
        key(&world, "b").await;
        latch.open();
    };
    let (run, ()) = tokio::join!(world.stack.fire("EventsDeliver"), make);
    run.unwrap();
    send(&world).await;
    assert_eq!((names(&one), names(&other)), (vec!["a".to_owned(), "b".to_owned()], vec!["b".to_owned()]));
}

#[tokio::test]
async fn an_event_that_comes_back_while_its_empty_queue_is_closed_is_sent() {
    // The last event that was put into the queue is tried in vain until it is dead. Another is taken meanwhile, so that the webhook stays.
    let answers = [500, 500, 200, 500, 500, 500, 200].map(Answered::With);
    let receiver = Receiver::new(&answers).await;
    let world = open(&[&receiver]).await;
    hook(&world, &receiver, json!(["key.created"])).await;
    key(&world, "a").await;
    key(&world, "b").await;
    for _ in 0..5 {
        send(&world).await;
        world.stack.clock().advance(Duration::from_hours(25));
    }
    assert_eq!((names(&receiver).concat(), pile(&world, "dead").await.len()), ("ababbb".to_owned(), 1));
    revive(&world).await;
    let latch = Latch::default();
    world.stack.dynamodb().inject(Fault::Hold(latch.clone()).times(1).on("Query").with("parcels#acme"));
    let back = async {
        latch.reached().await;
        assert_eq!(world.stack.fire("EventsDeliver").await.unwrap()["delivered"], 1);
        latch.open();
    };
    tokio::join!(world.stack.fire(SENT), back).0.unwrap();
    send(&world).await;
    assert_eq!(names(&receiver).concat(), "ababbbb");
}
