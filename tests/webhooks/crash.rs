//! Wherever a run is killed, nothing is lost, and an event is sent twice at worst.

use std::time::Duration;

use local::dynamodb::{Fault, Latch};
use serde_json::json;

use super::{Answered, Receiver, SENT, hook, key, open, send, shown};
use crate::operations::counts;
use crate::outbox::pile;
use crate::support::World;

const MOVED: &str = "EventsDeliver";

/// A step at which the process of a function is killed: after this call was made, before its answer has come. The text is
/// something that the call has in it.
type Step = (&'static str, &'static str, &'static str);

/// What the receiver's answer to `POST` is.
const POST: Step = (SENT, "POST", "");

/// A stack with an event for one webhook, and the webhook's id.
async fn prepared(receiver: &Receiver) -> (World, String) {
    let world = open(&[receiver]).await;
    let (id, _) = hook(&world, receiver, json!(["key.created"])).await;
    key(&world, "a").await;

    (world, id)
}

/// Runs both functions once; the one of `step` is killed there, in the middle.
async fn kill(world: &World, receiver: &Receiver, step: Step) {
    let (function, action, text) = step;
    let latch = if step == POST { receiver.latch.clone() } else { Latch::default() };
    let hold = || Fault::Hold(latch.clone()).times(1).on(action).with(text);
    if function == SENT {
        world.stack.fire(MOVED).await.unwrap();
    }
    world.stack.dynamodb().inject(hold());
    world.stack.services().inject(hold());
    world.killed(function, &latch).await;
}

#[tokio::test]
async fn what_is_taken_comes_twice_at_worst() {
    for step in [
        (MOVED, "GetItem", "webhooks"),
        (MOVED, "TransactWriteItems", "parcels#acme"),
        (SENT, "Query", "couriers"),
        (SENT, "Query", "parcels#acme"),
        (SENT, "GetItem", "webhooks"),
        (SENT, "GetSecretValue", ""),
        POST,
        (SENT, "DeleteItem", "parcels#acme"),
        (SENT, "UpdateItem", "webhooks#acme"),
        (SENT, "DeleteItem", "couriers"),
    ] {
        let first = if step == POST { Answered::Held(200) } else { Answered::With(200) };
        let receiver = Receiver::new(&[first, Answered::With(200)]).await;
        let (world, _) = prepared(&receiver).await;
        kill(&world, &receiver, step).await;
        send(&world).await;
        send(&world).await;
        assert!((1..=2).contains(&receiver.got().len()), "{step:?}: {:?}", receiver.got());
        let left = world.items("EventsTable").await;
        assert!(left.is_empty(), "{step:?}: {left:?}");
    }
}

#[tokio::test]
async fn what_is_not_taken_is_sent_again() {
    for step in [
        (SENT, "TransactWriteItems", "parcels#acme"),
        (SENT, "UpdateItem", "webhooks#acme"),
        (SENT, "UpdateItem", "couriers"),
    ] {
        let receiver = Receiver::new(&[Answered::With(500), Answered::With(200)]).await;
        let (world, _) = prepared(&receiver).await;
        kill(&world, &receiver, step).await;
        world.stack.clock().advance(Duration::from_hours(2));
        send(&world).await;
        assert_eq!(receiver.got().len(), 2, "{step:?}");
        send(&world).await;
        let left = world.items("EventsTable").await;
        assert!(left.is_empty(), "{step:?}: {left:?}");
    }
}

#[tokio::test]
async fn a_webhook_that_is_gone_is_disabled_once_and_its_queue_is_emptied() {
    for step in [(SENT, "TransactWriteItems", "webhooks"), (SENT, "BatchWriteItem", "parcels#acme")] {
        let receiver = Receiver::new(&[Answered::With(410)]).await;
        let (world, id) = prepared(&receiver).await;
        key(&world, "b").await;
        kill(&world, &receiver, step).await;
        send(&world).await;
        assert_eq!(
            (receiver.got().len(), &shown(&world, &id).await["disabledBecause"]),
            (1, &json!("gone")),
            "{step:?}"
        );
        let told = world.stack.services().taken();
        let disabled = told.iter().filter(|line| line["detail-type"] == "webhook.disabled");
        assert_eq!(disabled.count(), 1, "{step:?}");
        let left = world.items("EventsTable").await;
        assert!(left.is_empty(), "{step:?}: {left:?}");
    }
}

#[tokio::test]
async fn after_the_last_failure_everything_becomes_a_dead_letter_once() {
    for step in
        [(SENT, "TransactWriteItems", "webhooks"), (SENT, "UpdateItem", "dead"), (SENT, "TransactWriteItems", "dead")]
    {
        let receiver = Receiver::new(&[Answered::With(500)]).await;
        let (world, id) = prepared(&receiver).await;
        for _ in 0..4 {
            send(&world).await;
            world.stack.clock().advance(Duration::from_hours(25));
        }
        key(&world, "b").await;
        kill(&world, &receiver, step).await;
        send(&world).await;
        let dead = pile(&world, "dead").await;
        let mut names: Vec<_> = dead.iter().map(|(_, event, _)| event["after"]["name"].clone()).collect();
        names.sort_by_key(ToString::to_string);
        assert_eq!((receiver.got().len(), names), (5, vec![json!("a"), json!("b")]), "{step:?}");
        let webhook = shown(&world, &id).await;
        let said = (&webhook["disabledBecause"], webhook["lastDeadLetterAt"].is_string());
        assert_eq!(said, (&json!("failing"), true), "{step:?}");
        let counted = world.stack.logs().iter().filter(|line| counts("DeadLetters", line)).count();
        assert!((2..=3).contains(&counted), "{step:?}: {counted}");
    }
}
