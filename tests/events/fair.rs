//! Organizations of which one has much to tell, or cannot be told of: the others come all the same.

use serde_json::json;

use super::deliver::{alert, change, fire, open, piles, subjects, told};
use crate::operations::counts;
use crate::outbox::put_into;

#[tokio::test]
async fn an_organization_with_much_to_tell_does_not_come_before_all_others() {
    let world = open().await;
    change(&world, 130).await;
    for slug in ["mid", "zeta"] {
        world.organization(slug, json!({"plan": "standard"})).await;
    }
    fire(&world).await;
    let told = told(&world);
    let place = |event: &str| told.iter().position(|told| told == event).unwrap();
    assert_eq!((told.len(), piles(&world).await), (133, [0, 0, 0]));
    assert!(place("acme 100") < place("mid 1") && place("zeta 1") < place("acme 101"), "{told:?}");
    let of_acme: Vec<_> = told.iter().filter(|told| told.starts_with("acme")).collect();
    assert!(of_acme.iter().zip(1..).all(|(told, number)| **told == format!("acme {number}")), "{of_acme:?}");
}

#[tokio::test]
async fn webhooks_that_cannot_be_read_hold_up_their_organization_alone() {
    let world = open().await;
    world.organization("zeta", json!({"plan": "standard"})).await;
    put_into(&world, "KeysTable", [("pk", "org#acme"), ("sk", "webhooks"), ("state", "{}")]).await;
    alert(&world, 2).await;
    for _ in 0..2 {
        fire(&world).await;
    }
    assert_eq!((told(&world), subjects(&world).len()), (vec!["zeta 1".to_owned()], 0));
    assert_eq!(piles(&world).await, [2, 0, 0], "they wait");
    let logs = world.stack.logs();
    assert!(logs.iter().any(|line| counts("DeadLetters", line)), "an alarm tells of it: {logs:?}");
}
