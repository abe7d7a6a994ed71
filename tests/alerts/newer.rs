//! After a return to an older version: kinds of alert that only the newer one knows.

use serde_json::{Value, json};

use super::{Watched, hourly, watch};
use crate::support::World;

async fn put(world: &World, place: [&str; 2], (name, value): (&str, &Value)) {
    let put = world.stack.dynamodb().client().put_item().table_name("KeysTable");
    let put = put.item("pk", dynamodb::text(place[0])).item("sk", dynamodb::text(place[1]));
    let put = put.item(name, dynamodb::text(value.to_string())).item("version", dynamodb::number(1));
    put.item("schema", dynamodb::number(1)).send().await.unwrap();
}

/// How many items of the keys table have anything of the unknown kind.
async fn left(world: &World) -> usize {
    world.items("KeysTable").await.iter().filter(|item| item.contains("limit.novel")).count()
}

#[tokio::test]
async fn a_row_of_an_unknown_kind_is_left_out_of_the_history_and_its_pages_go_on() {
    let (world, key) = World::launches().await;
    for (number, kind) in ["key.unused", "limit.novel", "limit.novel", "limit.novel", "key.unused"].iter().enumerate() {
        let row = json!({
            "id": format!("event_{number:026}"), "kind": kind, "state": "opened", "keyId": null,
            "at": "2030-06-15T00:00:30.000Z", "numbers": {"loud": true},
        });
        put(&world, ["history#acme", &format!("{number:013}")], ("row", &row)).await;
    }
    let (mut ids, mut pages, mut cursor) = (Vec::new(), 0, String::new());
    loop {
        let answer = world.get(&format!("/api/v1/acme/alerts/history?limit=2{cursor}"), &key).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let page = answer.json();
        ids.extend(page["data"].as_array().unwrap().iter().map(|row| row["id"].clone()));
        pages += 1;
        let Some(next) = page["meta"]["pagination"]["cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!((ids, pages), (vec![json!(format!("event_{:026}", 4)), json!(format!("event_{:026}", 0))], 3));
}

#[tokio::test]
async fn what_is_kept_of_an_unknown_kind_stays_and_holds_up_nothing() {
    let (watched, key) = hourly(10).await;
    let Watched { world, .. } = &watched;
    let settings = json!({"rules": {"limit.novel": {"loud": true}, "limit.approaching": {"thresholds": [50]}}});
    put(world, ["org#acme", "alerts"], ("state", &settings)).await;
    let memory = json!({"alerts": {"limit.novel": {"open": {"depth": 7}}}});
    put(world, ["alerts#acme", &format!("key#{}", key.id)], ("state", &memory)).await;
    watched.use_key(&key, 5).await;
    assert_eq!(watched.watch().await, ["limit.approaching opened"]);
    watched.settings(json!({"kinds": {"errors.high": {"rate": 0.1}}})).await;
    assert_eq!(left(world).await, 2);
    world.at("2030-06-17T00:00:30Z");
    assert_eq!(watched.watch().await, ["limit.approaching recovered"]);
    watch(&world.stack).await;
    assert_eq!(left(world).await, 2, "whoever knows it wants it back");
}

#[tokio::test]
async fn a_webhook_that_wants_an_unknown_kind_gets_the_others() {
    let (world, _) = World::launches().await;
    let webhook = json!([{
        "id": format!("webhook_{:026}", 1), "url": "https://example.com/", "kinds": ["key.created", "limit.novel"],
        "created_at": "2030-06-15T00:00:30Z", "generation": 1,
    }]);
    put(&world, ["org#acme", "webhooks"], ("state", &webhook)).await;
    let answer = world.operate("GET", "/organizations/acme/webhooks", Value::Null).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.json()["data"][0]["kinds"], webhook[0]["kinds"]);
    let path = format!("/organizations/acme/webhooks/webhook_{:026}", 1);
    assert_eq!(world.operate("PATCH", &path, json!({"status": "disabled"})).await.status, 200);
    assert_eq!(left(&world).await, 2, "the webhook, and the audit trail");
}
