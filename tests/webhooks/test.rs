use serde_json::{Value, json};

use super::{Answered, Receiver, hook, open, send};

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
