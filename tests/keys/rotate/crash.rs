//! Wherever a run is killed, and whatever comes in between: nothing is lost, and nothing is done twice.

use std::time::Duration;

use local::dynamodb::{Fault, Latch};
use serde_json::{Value, json};

use super::{ROTATE, current, done, kept, open, path, reminders, rotated, run, trail, view};
use crate::support::{Key, World, sha256};

/// The call after which the process is killed, before its answer has come; and something that is in it.
type Step = (&'static str, &'static str);

const STEPS: [Step; 11] = [
    ("Query", "rotations"),
    ("BatchGetItem", "key#"),
    ("DescribeSecret", ""),
    ("CreateSecret", ""),
    ("PutSecretValue", "AWSPENDING"),
    ("GetItem", ""),
    ("TransactWriteItems", "secret#"),
    ("UpdateSecretVersionStage", "AWSCURRENT"),
    ("UpdateSecretVersionStage", "AWSPENDING"),
    ("DeleteItem", "rotations"),
    // The second time that labels are looked at, the key has its secret.
    ("DescribeSecret", "second"),
];

/// A stack with a key that is due.
async fn due() -> (World, Key) {
    let world = open().await;
    let key = rotated(&world).await;
    // It is in use, so that there is a pass.
    assert_eq!(world.verdict(&key.secret).await, "valid");
    world.at("2030-06-17T00:00:30Z");

    (world, key)
}

/// Does `what` while a run waits for the answer to `step`.
async fn meanwhile(world: &World, (action, text): Step, what: impl Future<Output = ()>) -> Value {
    let latch = Latch::default();
    let hold = || Fault::Hold(latch.clone()).times(1).on(action).with(text);
    world.stack.dynamodb().inject(hold());
    world.stack.services().inject(hold());
    let act = async {
        latch.reached().await;
        world.stack.dynamodb().clear_faults();
        world.stack.services().clear_faults();
        what.await;
        latch.open();
    };

    tokio::join!(run(world), act).0
}

/// All is as after one rotation that nothing came between.
async fn is_whole(world: &World, key: &Key, what: &str) {
    let kept = kept(world, key).unwrap();
    let new = current(world, key);
    assert_eq!((kept.versions.len(), kept.labelled("AWSPENDING")), (2, None), "{what}: one new secret: {kept:?}");
    assert_eq!([world.verdict(&new).await, world.verdict(&key.secret).await], ["valid", "valid"], "{what}");
    assert_eq!(trail(world, key).await, ["key.created operator", "key.regenerated stack"], "{what}");
    let shown = view(world, key).await;
    assert_eq!(shown["fingerprint"], format!("{}…", &sha256(&new)[..6]), "{what}");
    assert_eq!((&shown["rotatesAt"], reminders(world).await.len()), (&json!("2030-06-19T00:00:30Z"), 1), "{what}");
    assert_eq!(run(world).await, done(0, 0, 0), "{what}");
}

#[tokio::test]
async fn a_run_that_is_killed_at_any_step_is_gone_on_with_by_the_next() {
    for (action, text) in STEPS {
        let (world, key) = due().await;
        let latch = Latch::default();
        if text == "second" {
            // Only once the first is over.
            world.stack.services().inject(Fault::Delay(Duration::ZERO).times(1).on(action));
        }
        let text = if text == "second" { "" } else { text };
        let hold = || Fault::Hold(latch.clone()).times(1).on(action).with(text);
        world.stack.dynamodb().inject(hold());
        world.stack.services().inject(hold());
        world.killed(ROTATE, &latch).await;
        run(&world).await;
        is_whole(&world, &key, &format!("{action} {text}")).await;
    }
}

#[tokio::test]
async fn an_answer_that_is_lost_at_any_step_changes_nothing() {
    for (action, text) in STEPS {
        let text = if text == "second" { "" } else { text };
        for fault in [Fault::Drop, Fault::DropAfter] {
            let (world, key) = due().await;
            let lost = || fault.clone().times(2).on(action).with(text);
            world.stack.dynamodb().inject(lost());
            world.stack.services().inject(lost());
            let first = world.stack.fire(ROTATE).await;
            world.stack.dynamodb().clear_faults();
            world.stack.services().clear_faults();
            world.at("2030-06-17T00:06:00Z");
            run(&world).await;
            let at = view(&world, &key).await["rotatesAt"].clone();
            // It may have been done after the wait.
            let expected = ["2030-06-19T00:00:30Z", "2030-06-19T00:06:00Z"];
            assert!(expected.iter().any(|expected| at == *expected), "{action} {text} {fault:?}: {at} {first:?}");
            let new = current(&world, &key);
            assert_eq!(world.verdict(&new).await, "valid", "{action} {text} {fault:?}: {first:?}");
            assert_eq!(kept(&world, &key).unwrap().versions.len(), 2, "{action} {text} {fault:?}");
            assert_eq!(trail(&world, &key).await.len(), 2, "{action} {text} {fault:?}");
            assert_eq!(reminders(&world).await.len(), 1, "{action} {text} {fault:?}");
        }
    }
}

#[tokio::test]
async fn two_runs_at_once_rotate_once() {
    for step in [
        ("Query", "rotations"),
        ("DescribeSecret", ""),
        ("CreateSecret", ""),
        ("PutSecretValue", "AWSPENDING"),
        ("TransactWriteItems", "secret#"),
        ("UpdateSecretVersionStage", "AWSCURRENT"),
        ("UpdateSecretVersionStage", "AWSPENDING"),
    ] {
        let (world, key) = due().await;
        let other = async {
            run(&world).await;
        };
        meanwhile(&world, step, other).await;
        is_whole(&world, &key, &format!("{step:?}")).await;
    }
}

#[tokio::test]
async fn a_secret_that_somebody_gives_the_key_by_hand_meanwhile_is_the_keys() {
    let (world, key) = due().await;
    let mut own = String::new();
    let by_hand = async {
        let answer = world.operate("POST", &format!("{}/regenerate", path(&key)), Value::Null).await;
        own = answer.json()["data"]["key"].as_str().unwrap().to_owned();
    };
    // It was due, and still is: what was minted for the secret of before is nobody's, and another one is.
    assert_eq!(meanwhile(&world, ("PutSecretValue", "AWSPENDING"), by_hand).await, done(1, 0, 0));
    assert_eq!([world.verdict(&current(&world, &key)).await, world.verdict(&own).await], ["valid", "valid"]);
    // Both are of one instant, in any order.
    let mut trail = trail(&world, &key).await;
    trail.sort();
    assert_eq!(trail, ["key.created operator", "key.regenerated operator", "key.regenerated stack"]);
    let kept = kept(&world, &key).unwrap();
    assert_eq!(kept.labelled("AWSPENDING"), None);
    let mut valid = 0;
    for text in kept.versions.values() {
        valid += usize::from(world.verdict(text).await == "valid");
    }
    assert_eq!((valid, kept.versions.len() > 1), (1, true));
}

#[tokio::test]
async fn a_key_that_is_deleted_meanwhile_stays_gone() {
    for step in [("PutSecretValue", "AWSPENDING"), ("TransactWriteItems", "secret#")] {
        let (world, key) = due().await;
        let delete = async {
            let answer = world.operate("DELETE", &path(&key), Value::Null).await;
            assert!(matches!(answer.status, 200 | 204), "{answer:?}");
        };
        meanwhile(&world, step, delete).await;
        run(&world).await;
        world.at("2030-06-19T00:01:00Z");
        assert_eq!((run(&world).await, reminders(&world).await), (done(0, 0, 0), Vec::new()), "{step:?}");
        for text in kept(&world, &key).unwrap().versions.values().chain([&key.secret]) {
            assert_ne!(world.verdict(text).await, "valid", "{step:?}");
        }
    }
}

/// What a run finds changed, or changes under somebody, at each of its steps.
const BETWEEN: [Step; 4] = [
    ("BatchGetItem", "key#"),
    ("CreateSecret", ""),
    ("PutSecretValue", "AWSPENDING"),
    ("TransactWriteItems", "secret#"),
];

/// How many of ten requests are let in with one secret or another of the key.
async fn let_in(world: &World, secrets: &[String]) -> usize {
    let mut valid = 0;
    for turn in 0..10 {
        valid += usize::from(world.verdict(&secrets[turn % secrets.len()]).await == "valid");
    }

    valid
}

#[tokio::test]
async fn limits_that_are_lowered_meanwhile_hold_for_both_secrets_at_once() {
    let lower = json!([{"requests": 3, "per": "minute"}]);
    for step in BETWEEN {
        for (method, at) in [("PATCH", ""), ("PUT", "organization")] {
            let (world, key) = due().await;
            let path = if at.is_empty() { path(&key) } else { "/organizations/acme".to_owned() };
            let (world, lower) = (&world, &lower);
            let change = async {
                let answer = world.operate(method, &path, json!({"limits": lower})).await;
                assert_eq!(answer.status, 200, "{step:?}: {answer:?}");
                // In force before the rotation goes on.
                assert_eq!(let_in(world, std::slice::from_ref(&key.secret)).await, 3, "{step:?}, {method}");
            };
            assert_eq!(meanwhile(world, step, change).await, done(1, 0, 0), "{step:?}, {method}");
            let both = [key.secret.clone(), current(world, &key)];
            assert_eq!(let_in(world, &both).await, 0, "{step:?}, {method}: the minute is used up");
            world.stack.clock().advance(Duration::from_mins(1));
            assert_eq!(let_in(world, &both).await, 3, "{step:?}, {method}");
        }
    }
}

#[tokio::test]
async fn a_key_that_is_switched_off_or_whose_organization_is_locked_meanwhile_lets_nobody_in() {
    for step in BETWEEN {
        for (method, at, off, on, reason) in [
            ("PATCH", "", "inactive", "active", "inactive_key"),
            ("PUT", "organization", "locked", "active", "organization_locked"),
        ] {
            let (world, key) = due().await;
            let path = if at.is_empty() { path(&key) } else { "/organizations/acme".to_owned() };
            let world = &world;
            let turn = async |status: &str| {
                let answer = world.operate(method, &path, json!({"status": status})).await;
                assert_eq!(answer.status, 200, "{step:?}: {answer:?}");
            };
            meanwhile(world, step, async { turn(off).await }).await;
            let texts: Vec<_> = kept(world, &key).into_iter().flat_map(|kept| kept.versions.into_values()).collect();
            for text in texts.iter().chain([&key.secret]) {
                let verdict = world.verdict(text).await;
                assert!(
                    [reason, "unknown_key", "malformed_credential"].contains(&verdict.as_str()),
                    "{step:?}: {verdict}"
                );
            }
            turn(on).await;
            world.stack.clock().advance(Duration::from_hours(7));
            run(world).await;
            let new = current(world, &key);
            assert_eq!([world.verdict(&new).await, world.verdict(&key.secret).await], ["valid", "valid"], "{step:?}");
            assert_eq!(trail(world, &key).await.iter().filter(|row| *row == "key.regenerated stack").count(), 1);
        }
    }
}

#[tokio::test]
async fn a_secret_that_leaks_meanwhile_does_not_go_on_working_beside_the_new_one() {
    for step in BETWEEN {
        let (world, key) = due().await;
        let leak = async {
            let told = world.http.send("POST", "/leaks/report", &[], Some(json!({"key": key.secret}))).await;
            assert_eq!(told.status, 202, "{told:?}");
        };
        meanwhile(&world, step, leak).await;
        let new = current(&world, &key);
        let seen = [world.verdict(&key.secret).await, world.verdict(&new).await];
        assert_eq!(seen, ["unknown_key", "valid"], "{step:?}");
        assert_eq!(view(&world, &key).await["status"], "active", "{step:?}: it is out of quarantine");
    }
}
