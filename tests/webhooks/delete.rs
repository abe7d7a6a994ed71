use std::time::Duration;

use serde_json::{Value, json};

use super::{Answered, Receiver, hook, key, names, open, send};

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

#[tokio::test]
async fn what_was_of_a_deleted_organization_does_not_come_to_a_webhook_of_the_next_of_its_slug() {
    let receiver = Receiver::new(&[Answered::With(200)]).await;
    let world = open(&[&receiver]).await;
    key(&world, "a stranger's").await;
    world.organization("acme", json!({"status": "locked"})).await;
    let order = json!({"organization": "acme"});
    assert_eq!(world.operate("DELETE", "/organizations/acme", order).await.status, 200);
    // For so long nothing was handed on.
    world.stack.clock().advance(Duration::from_mins(15));
    world.organization("acme", json!({"plan": "standard"})).await;
    hook(&world, &receiver, json!(["key.created", "organization.deleted"])).await;
    key(&world, "its own").await;
    send(&world).await;
    assert_eq!(names(&receiver), ["its own"]);
}
