//! Whose turn it is, and in which order a webhook's events come.

use std::time::Duration;

use serde_json::json;

use super::{Answered, Message, Receiver, hook, key, open, send};
use crate::support::World;

/// An organization for each of `receivers`, with a webhook there and an event for it.
async fn crowd(world: &World, receivers: &[Receiver]) {
    for (number, receiver) in receivers.iter().enumerate() {
        let org = format!("org-{number:03}");
        world.organization(&org, json!({"plan": "standard"})).await;
        let path = format!("/organizations/{org}/webhooks");
        let order = json!({"url": receiver.url(), "kinds": ["key.created"]});
        assert_eq!(world.operate("POST", &path, order).await.status, 201);
        world.key(&org, json!({"name": "a", "type": "admin"})).await;
    }
}

/// How many of `receivers` have got so many messages, or more.
fn have_got(receivers: &[Receiver], count: usize) -> usize {
    receivers.iter().filter(|receiver| receiver.got().len() >= count).count()
}

#[tokio::test]
async fn whoever_was_late_comes_after_all_others_and_everybody_has_a_turn() {
    let mut silent = Vec::new();
    for _ in 0..70 {
        silent.push(Receiver::new(&[Answered::Never]).await);
    }
    let good = Receiver::new(&[Answered::With(200)]).await;
    let world = open(&silent.iter().chain([&good]).collect::<Vec<_>>()).await;
    crowd(&world, &silent).await;
    send(&world).await;
    assert_eq!(have_got(&silent, 1), 64, "so many are served at once, and they take longer than the run has");
    hook(&world, &good, json!(["key.created"])).await;
    key(&world, "a").await;
    world.stack.clock().advance(Duration::from_mins(2));
    assert_eq!(send(&world).await, json!({"delivered": 1, "postponed": 64, "dead": 0}));
    assert_eq!((have_got(&silent, 1), have_got(&silent, 2), good.got().len()), (70, 58, 1));
}

#[tokio::test]
async fn events_come_by_their_numbers_although_the_clocks_of_their_changes_differ() {
    let receiver = Receiver::new(&[Answered::With(200)]).await;
    let world = open(&[&receiver]).await;
    hook(&world, &receiver, json!(["key.created"])).await;
    // The first change has begun later than the second by its own clock.
    world.at("2030-06-15T00:00:40Z");
    key(&world, "a").await;
    world.at("2030-06-15T00:00:35Z");
    key(&world, "b").await;
    world.at("2030-06-15T00:00:50Z");
    send(&world).await;
    let numbers: Vec<_> = receiver.got().iter().map(|got: &Message| got.json()["data"]["sequence"].clone()).collect();
    assert_eq!(numbers, [json!(3), json!(4)]);
}
