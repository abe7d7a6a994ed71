use serde_json::{Value, json};

use super::{Answered, Receiver, hook, open, send, shown};

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
