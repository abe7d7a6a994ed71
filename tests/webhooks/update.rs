use serde_json::{Value, json};

use super::{Answered, Receiver, hook, open, send, shown};

#[tokio::test]
async fn a_webhook_gets_the_kinds_that_it_wants_where_it_wants_them() {
    let [one, other] = [Receiver::new(&[Answered::With(200)]).await, Receiver::new(&[Answered::With(200)]).await];
    let world = open(&[&one, &other]).await;
    let (id, _) = hook(&world, &one, json!(["key.created"])).await;
    let path = format!("/organizations/acme/webhooks/{id}");
    world.key("acme", json!({"name": "a", "type": "admin"})).await;
    send(&world).await;
    assert_eq!(one.kinds(), ["key.created"]);
    let answer = world.operate("PATCH", &path, json!({"url": other.url(), "kinds": null})).await;
    assert_eq!((answer.status, &answer.json()["data"]["kinds"]), (200, &Value::Null), "{answer:?}");
    world.key("acme", json!({"name": "b", "type": "admin"})).await;
    send(&world).await;
    assert_eq!((one.got().len(), other.kinds()), (1, vec!["webhook.changed".to_owned(), "key.created".to_owned()]));
}

#[tokio::test]
async fn a_receiver_is_not_told_who_the_operator_is_or_where_exactly_others_are() {
    let [one, other] = [Receiver::new(&[Answered::With(200)]).await, Receiver::new(&[Answered::With(200)]).await];
    let world = open(&[&one, &other]).await;
    hook(&world, &one, Value::Null).await;
    send(&world).await;
    hook(&world, &other, Value::Null).await;
    send(&world).await;
    let told: Vec<_> = one.got().iter().map(super::Message::json).collect();
    let last = &told.last().unwrap()["data"];
    assert_eq!(
        (&last["kind"], &last["after"]["url"]),
        (&json!("webhook.created"), &json!(format!("http://{}/", other.host)))
    );
    assert_eq!(last["actor"], json!({"plane": "operator", "id": "operator"}));
    assert!(!json!(told).to_string().contains("arn:"), "{told:?}");
    let bus = world.stack.services().taken();
    let last = &bus.last().unwrap()["detail"];
    assert_eq!(last["after"]["url"], other.url());
    assert!(last["actor"]["id"].as_str().unwrap().starts_with("arn:"), "{last}");
}

#[tokio::test]
async fn a_webhook_that_is_switched_off_gets_nothing_and_what_waited_is_dropped() {
    let receiver = Receiver::new(&[Answered::With(500), Answered::With(200)]).await;
    let world = open(&[&receiver]).await;
    let (id, _) = hook(&world, &receiver, json!(["key.created"])).await;
    let path = format!("/organizations/acme/webhooks/{id}");
    world.key("acme", json!({"name": "a", "type": "admin"})).await;
    send(&world).await;
    let answer = world.operate("PATCH", &path, json!({"status": "disabled"})).await;
    let data = answer.json()["data"].clone();
    assert_eq!((&data["status"], &data["disabled_because"]), (&json!("disabled"), &Value::Null));
    assert_eq!(data["disabledBecause"], "asked");
    world.key("acme", json!({"name": "b", "type": "admin"})).await;
    world.at("2030-06-15T01:00:30Z");
    send(&world).await;
    assert_eq!(receiver.got().len(), 1);
    let answer = world.operate("PATCH", &path, json!({"status": "active"})).await;
    assert_eq!(answer.json()["data"]["status"], "active", "{answer:?}");
    world.key("acme", json!({"name": "c", "type": "admin"})).await;
    send(&world).await;
    let names: Vec<_> = receiver.got().iter().map(|got| got.json()["data"]["after"]["name"].clone()).collect();
    assert_eq!(names, ["a", "c"]);
}

#[tokio::test]
async fn what_is_wrong_or_changes_nothing_leaves_nothing_behind() {
    let receiver = Receiver::new(&[Answered::With(200)]).await;
    let world = open(&[&receiver]).await;
    let (id, _) = hook(&world, &receiver, Value::Null).await;
    let path = format!("/organizations/acme/webhooks/{id}");
    let before = shown(&world, &id).await;
    for (change, status) in [
        (json!({"url": "http://example.com"}), 400),
        (json!({"kinds": ["x"]}), 400),
        (json!({"status": "gone"}), 400),
        (json!({"status": "active"}), 200),
        (json!({"url": null, "status": null}), 200),
        (json!({}), 200),
    ] {
        assert_eq!(world.operate("PATCH", &path, change.clone()).await.status, status, "{change}");
    }
    assert_eq!(shown(&world, &id).await, before);
    let rows = world.operate("GET", "/organizations/acme/audit", Value::Null).await.json()["data"].clone();
    assert_eq!(rows.as_array().unwrap().len(), 2, "{rows}");
}
