use serde_json::{Value, json};

use super::{Answered, Receiver, hook, open, send};

#[tokio::test]
async fn a_webhook_that_is_removed_gets_nothing_more() {
    let receiver = Receiver::new(&[Answered::With(500), Answered::With(200)]).await;
    let world = open(&[&receiver]).await;
    let (id, _) = hook(&world, &receiver, json!(["key.created"])).await;
    world.key("acme", json!({"name": "a", "type": "admin"})).await;
    send(&world).await;
    let path = format!("/organizations/acme/webhooks/{id}");
    assert_eq!(world.operate("DELETE", &path, Value::Null).await.status, 200);
    assert_eq!(world.operate("DELETE", &path, Value::Null).await.status, 404);
    world.at("2030-06-15T01:00:30Z");
    send(&world).await;
    assert_eq!(receiver.got().len(), 1);
    let left = world.items("EventsTable").await;
    assert!(left.is_empty(), "{left:?}");
}
