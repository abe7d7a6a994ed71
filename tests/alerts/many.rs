//! Organizations with more keys than one run can look at.

use std::time::Duration;

use local::dynamodb::{Fault, Latch};
use serde_json::{Value, json};

use super::watch;
use crate::support::{Key, World, all};

/// More keys than are read at once.
const MANY: usize = 520;

/// Writes so many more keys like `key`, whose ids come after its own.
async fn multiply(world: &World, key: &Key) {
    let client = world.stack.dynamodb().client();
    let place = |id: &str| {
        [("pk", "org#acme".to_owned()), ("sk", format!("key#{id}"))]
            .map(|(name, of)| (name.to_owned(), dynamodb::text(of)))
    };
    let one = client.get_item().table_name("KeysTable").set_key(Some(place(&key.id).into())).send().await.unwrap();
    let one = one.item.unwrap();
    let start = key.id[..key.id.len() - 3].replacen("_0", "_1", 1);
    let put = |number: usize| {
        let mut item = one.clone();
        item.extend(place(&format!("{start}{number:03}")));
        client.put_item().table_name("KeysTable").set_item(Some(item)).send()
    };
    for put in all((1..MANY).map(put)).await {
        put.unwrap();
    }
}

/// A stack with more keys than one run has looked at, which nobody uses.
async fn half_seen() -> World {
    let world = World::hurried("fanfare", 9, 2_000).await;
    world.organization("acme", json!({"plan": "pro"})).await;
    let key = world.key("acme", json!({"name": "server", "type": "secret"})).await;
    multiply(&world, &key).await;
    world.at("2030-10-01T00:00:30Z");
    // The first page takes as long as a run has.
    let slow = |action: &str, millis| Fault::Delay(Duration::from_millis(millis)).always().on(action);
    for rule in [
        slow("Query", 1_000).with("key#"),
        slow("BatchGetItem", 1_500).about("CountersTable"),
        slow("GetItem", 1_500).with("alerts"),
    ] {
        world.stack.dynamodb().inject(rule);
    }
    let first = watch(&world.stack).await;
    assert_eq!((&first["told"], &first["organizations"]), (&json!({}), &json!(0)), "{first}");
    world.stack.dynamodb().clear_faults();
    let items = world.items("KeysTable").await;
    let place = items.iter().find(|item| item.contains("sweep")).unwrap();
    assert!(place.contains("\\\"count\\\":500"), "{place}");

    world
}

/// How many keys each message of the history is about, and how many it names.
async fn told(world: &World) -> Vec<(usize, usize)> {
    let rows = world.operate("GET", "/organizations/acme/alerts/history", Value::Null).await.json()["data"].clone();
    let of = |row: &Value| {
        let numbers = &row["numbers"];
        let count = numbers["count"].as_u64().unwrap().try_into().unwrap();
        (count, numbers["keys"].as_array().unwrap().len())
    };

    rows.as_array().unwrap().iter().map(of).collect()
}

#[tokio::test]
async fn more_keys_than_a_run_can_look_at_are_gone_on_with_by_the_next() {
    let world = half_seen().await;
    let second = watch(&world.stack).await;
    assert_eq!((&second["told"], &second["organizations"]), (&json!({"key.unused": 1}), &json!(1)), "{second}");
    assert_eq!(told(&world).await, [(MANY, 50)]);
}

#[tokio::test]
async fn they_are_told_of_once_though_the_place_could_not_be_written_down() {
    let world = half_seen().await;
    let latch = Latch::default();
    world.stack.dynamodb().inject(Fault::Hold(latch.clone()).times(1).on("TransactWriteItems").about("KeysTable"));
    world.killed("AlertsWatch", &latch).await;
    assert_eq!(told(&world).await, [(MANY, 50)]);
    assert_eq!(watch(&world.stack).await["told"], json!({}));
    assert_eq!(told(&world).await, [(MANY, 50)]);
}
