use local::dynamodb::Fault;
use serde_json::{Value, json};

use super::{Answered, Receiver, SENT, hook, key, open, send, shown};

#[tokio::test]
async fn a_webhook_says_what_became_of_the_last_attempt_and_nothing_that_the_other_side_said() {
    let receiver = Receiver::new(&[Answered::With(500), Answered::With(204)]).await;
    let world = open(&[&receiver]).await;
    let (id, _) = hook(&world, &receiver, Value::Null).await;
    let webhook = shown(&world, &id).await;
    assert_eq!((&webhook["status"], &webhook["lastAttempt"]), (&json!("active"), &Value::Null));
    send(&world).await;
    let failed = json!({"at": "2030-06-15T00:00:30Z", "taken": false, "outcome": "HTTP 500"});
    assert_eq!(shown(&world, &id).await["lastAttempt"], failed);
    world.at("2030-06-15T00:00:36Z");
    send(&world).await;
    let last = shown(&world, &id).await["lastAttempt"].clone();
    assert_eq!((&last["taken"], &last["outcome"]), (&json!(true), &json!("taken")));

    world.organization("zeta", json!({"plan": "standard"})).await;
    for path in
        [format!("/organizations/zeta/webhooks/{id}"), format!("/organizations/acme/webhooks/webhook_{:026}", 0)]
    {
        assert_eq!(world.operate("GET", &path, Value::Null).await.status, 404, "{path}");
    }
    assert_eq!(world.operate("GET", "/organizations/acme/webhooks/7", Value::Null).await.status, 400);
}

#[tokio::test]
async fn an_attempt_is_noted_though_the_run_that_made_it_came_to_an_error() {
    for (status, call) in [(204, "DeleteItem"), (500, "TransactWriteItems")] {
        let receiver = Receiver::new(&[Answered::With(status)]).await;
        let world = open(&[&receiver]).await;
        let (id, _) = hook(&world, &receiver, json!(["key.created"])).await;
        // A first attempt that is noted already, as every later one is, in one update.
        key(&world, "a").await;
        send(&world).await;
        let first = shown(&world, &id).await["lastAttempt"]["at"].clone();
        world.at("2030-06-15T00:10:00Z");
        key(&world, "b").await;
        world.stack.fire("EventsDeliver").await.unwrap();
        let got = receiver.got().len();
        // The event can neither be taken out of the queue nor put off.
        let refused = Fault::error(400, "ValidationException", "no").always().on(call).about("EventsTable");
        world.stack.dynamodb().inject(refused);
        assert!(world.stack.fire(SENT).await.is_err(), "{status}");
        assert_eq!(receiver.got().len(), got + 1, "{status}");
        let last = shown(&world, &id).await["lastAttempt"].clone();
        assert_eq!(last["taken"], status == 204, "{last}");
        assert_ne!(last["at"], first, "{status}");
    }
}
