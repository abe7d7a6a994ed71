use std::time::Duration;

use local::dynamodb::Fault;
use serde_json::{Value, json};

use super::deliver::{change, fire, open};
use crate::support::World;
use crate::webhooks::{Answered, Receiver, hook, send};

/// All dead letters, read by pages of so many.
async fn by_pages_of(world: &World, limit: usize) -> Vec<Value> {
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = world.operate("GET", &format!("/dead-letters?limit={limit}{cursor}"), Value::Null).await;
        assert_eq!(page.status, 200, "{page:?}");
        let page = page.json();
        seen.extend(page["data"].as_array().unwrap().iter().cloned());
        let Some(next) = page["meta"]["pagination"]["cursor"].as_str() else { return seen };
        cursor = format!("&cursor={next}");
    }
}

#[tokio::test]
async fn events_that_nobody_took_are_listed_newest_first_with_who_has_not_taken_them() {
    let world = open().await;
    change(&world, 2).await;
    world.stack.services().inject(Fault::error(200, "InternalFailure", "not now").times(30).on("PutEventsEntry"));
    for _ in 0..10 {
        fire(&world).await;
        world.stack.clock().advance(Duration::from_hours(25));
    }
    let dead = by_pages_of(&world, 100).await;
    let first = dead.iter().find(|letter| letter["event"]["sequence"] == 2).unwrap();
    assert_eq!(first["notTakenBy"], json!(["eventbridge"]), "{dead:?}");
    assert_eq!((&first["attempts"], &first["event"]["kind"]), (&json!(10), &json!("organization.changed")));
    crate::outbox::assert_described(&first["event"]);
    let mut numbers: Vec<_> = dead.iter().map(|letter| letter["event"]["sequence"].as_i64().unwrap()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [1, 2, 3]);
    assert!(dead.is_sorted_by_key(|letter| std::cmp::Reverse(letter["at"].to_string())), "{dead:?}");
    for limit in 1..=3 {
        assert_eq!(by_pages_of(&world, limit).await, dead, "by {limit}");
    }
}

#[tokio::test]
async fn a_dead_letter_of_a_webhook_names_the_webhook() {
    let receiver = Receiver::new(&[Answered::With(500)]).await;
    let world = crate::webhooks::open(&[&receiver]).await;
    let (id, _) = hook(&world, &receiver, json!(["key.created"])).await;
    assert_eq!(by_pages_of(&world, 20).await, Vec::<Value>::new());
    crate::webhooks::key(&world, "a").await;
    send(&world).await;
    world.stack.clock().advance(Duration::from_hours(80));
    send(&world).await;
    let dead = by_pages_of(&world, 20).await;
    let [letter] = dead.as_slice() else { panic!("{dead:?}") };
    assert_eq!(letter["notTakenBy"], json!([format!("webhook:{id}")]));
    assert_eq!((&letter["event"]["kind"], &letter["attempts"]), (&json!("key.created"), &json!(2)));
    assert!(letter["at"].as_str().unwrap().starts_with("2030-06-18T08:00:3"), "{letter}");
}

#[tokio::test]
async fn a_cursor_that_the_list_did_not_give_is_refused() {
    let world = open().await;
    // "1#" and far more than a key can have.
    let long = format!("MSMx{}", "eHh4".repeat(400));
    for cursor in ["%20", "AAAA", "ZGVhZA", "OTk5OTk5OTk5OTk5OTk5OTk5OTkj", "%00", &long] {
        let answer = world.operate("GET", &format!("/dead-letters?cursor={cursor}"), Value::Null).await;
        assert_eq!(answer.status, 400, "{cursor}");
        assert!(answer.body.contains("cursor must be one that this list gave"), "{answer:?}");
    }
}
