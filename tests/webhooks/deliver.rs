use std::time::Duration;

use local::dynamodb::Fault;
use serde_json::json;

use super::{Answered, Receiver, SENT, hook, key, names, open, send, shown};
use crate::operations::counts;
use crate::outbox::{pile, put_into, revive};

#[tokio::test]
async fn events_come_signed_in_order_and_once() {
    let receiver = Receiver::new(&[Answered::With(200)]).await;
    let world = open(&[&receiver]).await;
    let (_, secret) = hook(&world, &receiver, json!(["key.created"])).await;
    for number in 0..12 {
        key(&world, &format!("k{number:02}")).await;
    }
    assert_eq!(send(&world).await, json!({"delivered": 12, "postponed": 0, "dead": 0}));
    let expected: Vec<_> = (0..12).map(|number| format!("k{number:02}")).collect();
    assert_eq!(names(&receiver), expected);
    for message in receiver.got() {
        assert!(message.is_signed_with(&secret), "{message:?}");
        let body = message.json();
        assert_eq!((&body["data"]["id"], &body["type"]), (&json!(message.id), &json!("key.created")));
        assert_eq!(body["timestamp"], body["data"]["at"]);
        assert!((message.timestamp - 1_907_712_030).abs() < 30, "{message:?}");
    }
    assert_eq!(send(&world).await, json!({"delivered": 0, "postponed": 0, "dead": 0}));
    let left = world.items("EventsTable").await;
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test]
async fn what_is_not_taken_is_sent_again_with_the_same_id_and_holds_up_nothing_behind_it() {
    let receiver =
        Receiver::new(&[Answered::With(500), Answered::Redirect("http://127.0.0.1/"), Answered::With(204)]).await;
    let world = open(&[&receiver]).await;
    hook(&world, &receiver, json!(["key.created"])).await;
    key(&world, "a").await;
    key(&world, "b").await;
    assert_eq!(send(&world).await, json!({"delivered": 0, "postponed": 1, "dead": 0}));
    // The second is tried before the first is due again.
    world.at("2030-06-15T00:00:31Z");
    assert_eq!(send(&world).await, json!({"delivered": 0, "postponed": 1, "dead": 0}));
    world.at("2030-06-15T00:00:34Z");
    assert_eq!(send(&world).await["delivered"], 0);
    world.at("2030-06-15T00:00:38Z");
    assert_eq!(send(&world).await["delivered"], 2);
    assert_eq!(names(&receiver), ["a", "b", "a", "b"]);
    let got: Vec<_> = receiver.got().into_iter().map(|got| (got.id, got.body)).collect();
    assert_eq!((&got[0], &got[1]), (&got[2], &got[3]), "the same message, byte for byte");
}

#[tokio::test]
async fn a_webhook_that_asks_to_be_left_alone_is() {
    let receiver = Receiver::new(&[Answered::RetryAfter(429, "600"), Answered::With(200)]).await;
    let world = open(&[&receiver]).await;
    hook(&world, &receiver, json!(["key.created"])).await;
    key(&world, "a").await;
    key(&world, "b").await;
    send(&world).await;
    world.at("2030-06-15T00:10:29Z");
    assert_eq!(send(&world).await, json!({"delivered": 0, "postponed": 0, "dead": 0}), "nothing at all is sent there");
    world.at("2030-06-15T00:10:33Z");
    assert_eq!(send(&world).await["delivered"], 2);
    assert_eq!(names(&receiver).len(), 3);
    let left = world.items("EventsTable").await;
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test]
async fn an_event_that_alone_is_not_taken_is_dead_alone() {
    let mut answers = [Answered::With(500); 7];
    (answers[4], answers[6]) = (Answered::With(200), Answered::With(200));
    let receiver = Receiver::new(&answers).await;
    let world = open(&[&receiver]).await;
    let (id, _) = hook(&world, &receiver, json!(["key.created"])).await;
    key(&world, "a").await;
    for _ in 0..4 {
        world.stack.clock().advance(Duration::from_hours(25));
        send(&world).await;
    }
    key(&world, "b").await;
    assert_eq!(send(&world).await["delivered"], 1);
    key(&world, "c").await;
    world.stack.clock().advance(Duration::from_hours(25));
    assert_eq!(send(&world).await, json!({"delivered": 0, "postponed": 0, "dead": 1}));
    assert_eq!(send(&world).await["delivered"], 1);
    let webhook = shown(&world, &id).await;
    let given_up = webhook["lastDeadLetterAt"].as_str().unwrap();
    assert_eq!((pile(&world, "dead").await.len(), &webhook["status"]), (1, &json!("active")));
    assert!(given_up.starts_with("2030-06-20T05:00:3"), "{webhook}");
    for (days, is_shown) in [(20, true), (20, false)] {
        world.stack.clock().advance(Duration::from_hours(24 * days));
        key(&world, "d").await;
        assert_eq!(send(&world).await["delivered"], 1);
        assert_eq!(shown(&world, &id).await["lastDeadLetterAt"].is_string(), is_shown);
    }
    let logs = world.stack.logs();
    assert!(logs.iter().any(|line| line.contains("not tried again: HTTP 500")), "{logs:?}");
}

#[tokio::test]
async fn a_webhook_with_more_to_get_than_it_can_be_tried_with_is_given_up_after_three_days_all_the_same() {
    let receiver = Receiver::new(&[Answered::With(500)]).await;
    let world = open(&[&receiver]).await;
    let (id, _) = hook(&world, &receiver, json!(["key.created"])).await;
    for number in 0..3 {
        key(&world, &number.to_string()).await;
    }
    send(&world).await;
    world.stack.clock().advance(Duration::from_hours(75));
    assert_eq!(send(&world).await["dead"], 0);
    world.stack.clock().advance(Duration::from_hours(1));
    assert_eq!(send(&world).await["dead"], 3);
    assert_eq!(shown(&world, &id).await["disabledBecause"], "failing");
}

#[tokio::test]
async fn dead_letters_of_two_webhooks_are_two_and_both_can_be_sent_again() {
    let [one, other] = [Receiver::new(&[Answered::With(500)]).await, Receiver::new(&[Answered::With(500)]).await];
    let world = open(&[&one, &other]).await;
    let ids =
        [hook(&world, &one, json!(["key.created"])).await.0, hook(&world, &other, json!(["key.created"])).await.0];
    for number in 0..10 {
        key(&world, &number.to_string()).await;
    }
    send(&world).await;
    world.stack.clock().advance(Duration::from_hours(80));
    assert_eq!(send(&world).await["dead"], 20);
    assert_eq!(pile(&world, "dead").await.len(), 20);
    for (receiver, id) in [&one, &other].into_iter().zip(&ids) {
        receiver.answer_with(Answered::With(200));
        super::patch(&world, id, json!({"status": "active"})).await;
    }
    revive(&world).await;
    assert_eq!(send(&world).await["delivered"], 20);
    assert_eq!([one.got().len(), other.got().len()], [12, 12]);
}

#[tokio::test]
async fn gone_disables_and_says_so() {
    let receiver = Receiver::new(&[Answered::With(410)]).await;
    let world = open(&[&receiver]).await;
    let (id, _) = hook(&world, &receiver, json!(["key.created"])).await;
    key(&world, "a").await;
    key(&world, "b").await;
    send(&world).await;
    let webhook = shown(&world, &id).await;
    assert_eq!((&webhook["status"], &webhook["disabledBecause"]), (&json!("disabled"), &json!("gone")));
    send(&world).await;
    assert_eq!(receiver.got().len(), 1);
    let told = world.stack.services().taken();
    let last = &told.last().unwrap();
    assert_eq!(
        (&last["detail-type"], &last["detail"]["actor"]["plane"]),
        (&json!("webhook.disabled"), &json!("stack"))
    );
}

#[tokio::test]
async fn after_three_days_it_is_a_dead_letter_that_the_alarm_counts() {
    let receiver = Receiver::new(&[Answered::With(500)]).await;
    let world = open(&[&receiver]).await;
    let (id, _) = hook(&world, &receiver, json!(["key.created"])).await;
    key(&world, "a").await;
    send(&world).await;
    for minutes in [1, 5, 30, 2 * 60, 5 * 60, 10 * 60, 14 * 60, 20 * 60, 24 * 60] {
        assert_eq!(pile(&world, "dead").await.len(), 0, "{minutes}");
        world.stack.clock().advance(Duration::from_secs(minutes * 60 + 1));
        send(&world).await;
    }
    assert_eq!(receiver.got().len(), 10);
    let dead = pile(&world, "dead").await;
    let [(_, event, item)] = dead.as_slice() else { panic!("{dead:?}") };
    assert_eq!((event["kind"].as_str().unwrap(), &item["left"]), ("key.created", &format!("Ss([\"webhook:{id}\"])")));
    assert_eq!(world.stack.logs().iter().filter(|line| counts("DeadLetters", line)).count(), 1);
    assert_eq!(shown(&world, &id).await["disabledBecause"], "failing");
}

#[tokio::test]
async fn a_webhook_that_does_not_answer_does_not_stop_or_fails_holds_up_nobody_else_and_gets_the_same() {
    let [silent, endless] = [Receiver::new(&[Answered::Never]).await, Receiver::new(&[Answered::Endless]).await];
    let [good, wrong] = [Receiver::new(&[Answered::With(200)]).await, Receiver::new(&[Answered::With(500)]).await];
    let all = [&silent, &endless, &good, &wrong];
    let world = open(&all).await;
    let mut hooks = Vec::new();
    for receiver in all {
        hooks.push(hook(&world, receiver, json!(["key.created"])).await);
    }
    for number in 0..3 {
        key(&world, &number.to_string()).await;
    }
    let done = send(&world).await;
    let counts = all.map(|receiver| receiver.got().len());
    assert_eq!(counts, [1, 3, 3, 1], "{done}");
    let expected = good.got().swap_remove(0);
    let outcomes = ["no answer in 15 seconds", "taken", "taken", "HTTP 500"];
    for ((receiver, (id, secret)), outcome) in all.iter().zip(&hooks).zip(outcomes) {
        let got = receiver.got().swap_remove(0);
        assert_eq!((&got.id, &got.body), (&expected.id, &expected.body), "{outcome}");
        assert!(got.is_signed_with(secret), "{outcome}: {got:?}");
        let headers = [
            format!("content-length: {}", got.body.len()),
            "content-type: application/json".to_owned(),
            format!("host: {}", receiver.host),
            "user-agent: Latchkey-Webhooks/1".to_owned(),
            format!("webhook-id: {}", got.id),
            format!("webhook-signature: {}", got.signatures.join(" ")),
            format!("webhook-timestamp: {}", got.timestamp),
        ];
        assert_eq!(got.headers, headers, "{outcome}");
        assert_eq!(shown(&world, id).await["lastAttempt"]["outcome"], outcome);
    }
    // Of what the other side has said nothing is kept.
    let kept = [world.items("KeysTable").await, world.items("EventsTable").await, world.stack.logs()].concat();
    assert!(kept.iter().all(|text| !text.contains("secrets of the other side") && !text.contains("xxxxxxxx")));
}

#[tokio::test]
async fn without_the_master_nothing_is_sent_and_nothing_is_lost() {
    let receiver = Receiver::new(&[Answered::With(200)]).await;
    let world = open(&[&receiver]).await;
    hook(&world, &receiver, json!(["key.created"])).await;
    key(&world, "a").await;
    world.stack.services().inject(Fault::error(400, "AccessDeniedException", "no").always().on("GetSecretValue"));
    world.stack.fire("EventsDeliver").await.unwrap();
    assert!(world.stack.fire(SENT).await.is_err());
    let order = json!({"url": receiver.url(), "kinds": ["key.deleted"]});
    assert_eq!(
        world.operate("POST", "/organizations/acme/webhooks", order).await.status,
        201,
        "it is kept by the process"
    );
    world.stack.services().clear_faults();
    assert_eq!(send(&world).await["delivered"], 1);
}

#[tokio::test]
async fn what_cannot_be_read_in_a_queue_or_of_one_holds_up_nothing_and_the_alarm_rings() {
    let receiver = Receiver::new(&[Answered::With(200)]).await;
    let world = open(&[&receiver]).await;
    let (id, _) = hook(&world, &receiver, json!(["key.created"])).await;
    put_into(&world, "EventsTable", [("pk", "couriers"), ("sk", "no place"), ("schema", "x")]).await;
    let queue = format!("parcels#acme#{id}");
    put_into(&world, "EventsTable", [("pk", &queue), ("sk", "0000000000000#x"), ("event", "{}")]).await;
    key(&world, "a").await;
    assert_eq!(send(&world).await["delivered"], 1);
    assert_eq!(names(&receiver), ["a"]);
    for said in ["the queue of a webhook cannot be served", "an event cannot be sent to a webhook"] {
        let logs = world.stack.logs();
        let line = logs.iter().find(|line| line.contains(said)).unwrap_or_else(|| panic!("{said}: {logs:?}"));
        assert!(counts("DeadLetters", line), "{line}");
    }
}
