use std::time::Duration;

use serde_json::{Value, json};

use super::{Answered, Receiver, hook, open, send};
use crate::operations::counts;
use crate::outbox::{pile, revive};
use crate::support::World;

#[tokio::test]
async fn a_test_comes_with_the_next_delivery_and_ten_an_hour_are_enough() {
    let receiver = Receiver::new(&[Answered::With(200)]).await;
    let world = open(&[&receiver]).await;
    let (id, secret) = hook(&world, &receiver, json!(["key.deleted"])).await;
    let path = format!("/organizations/acme/webhooks/{id}/test");
    let answer = world.operate("POST", &path, Value::Null).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    send(&world).await;
    let got = receiver.got();
    let [message] = got.as_slice() else { panic!("{got:?}") };
    assert_eq!((message.kind().as_str(), &json!(message.id)), ("webhook.test", &answer.json()["data"]["eventId"]));
    assert_eq!(message.json()["data"]["webhookId"], json!(id));
    assert!(message.is_signed_with(&secret));
    let answers = crate::support::all((0..12).map(|_| world.operate("POST", &path, Value::Null))).await;
    let taken = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!((taken, answers.iter().filter(|answer| answer.status == 409).count()), (9, 3));
    world.at("2030-06-15T01:00:30Z");
    assert_eq!(world.operate("POST", &path, Value::Null).await.status, 200);
}

#[tokio::test]
async fn a_test_that_was_not_taken_for_three_days_can_be_sent_again_as_a_dead_letter() {
    let mut answers = [Answered::With(500); 11];
    answers[10] = Answered::With(200);
    let receiver = Receiver::new(&answers).await;
    let topic = "arn:aws:sns:us-east-1:000000000000:alerts";
    let set =
        |builder: local::Builder| builder.parameter("WebhookTestHosts", &receiver.host).parameter("AlertTopic", topic);
    let world = World::build("fabraix", set).await;
    world.organization("acme", json!({"plan": "standard"})).await;
    let (id, _) = hook(&world, &receiver, json!(["key.deleted"])).await;
    let path = format!("/organizations/acme/webhooks/{id}");
    assert_eq!(world.operate("POST", &format!("{path}/test"), Value::Null).await.status, 200);
    send(&world).await;
    for minutes in [1, 5, 30, 2 * 60, 5 * 60, 10 * 60, 14 * 60, 20 * 60, 24 * 60] {
        world.stack.clock().advance(Duration::from_secs(minutes * 60 + 1));
        send(&world).await;
    }
    assert_eq!(pile(&world, "dead").await.len(), 1);
    // People hear of the webhook, once, and the alarm counts the letter.
    send(&world).await;
    let told = world.stack.services().taken();
    let told: Vec<_> = told.iter().filter_map(|line| line.get("subject")).collect();
    assert_eq!(told, ["Latchkey: webhook.disabled for acme"]);
    let counted = || world.stack.logs().iter().filter(|line| counts("DeadLetters", line)).count();
    assert_eq!(counted(), 1);

    assert_eq!(world.operate("PATCH", &path, json!({"status": "active"})).await.status, 200);
    revive(&world).await;
    send(&world).await;
    let got = receiver.got();
    assert_eq!((got.len(), &got[10].id, got[10].kind().as_str()), (11, &got[0].id, "webhook.test"));
    let left = world.items("EventsTable").await;
    assert!(left.is_empty() && counted() == 1, "{left:?}");
}
