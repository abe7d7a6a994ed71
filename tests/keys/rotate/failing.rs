//! What goes wrong with one key, or at one call: it is told, tried again, and holds up nobody else.

use std::time::Duration;

use local::dynamodb::Fault;

use serde_json::json;

use super::{ROTATE, current, done, due, kept, open, patch, refused, reminders, rotated, run, trail};
use crate::operations::counts;
use crate::support::{Key, World};

#[tokio::test]
async fn what_is_wrong_with_one_key_is_told_and_holds_up_no_other() {
    let world = open().await;
    let [wrong, right] = [rotated(&world).await, rotated(&world).await];
    world.at("2030-06-17T00:00:30Z");
    world.stack.services().inject(refused("PutSecretValue", &wrong));
    assert_eq!(run(&world).await, done(1, 0, 1));
    assert_eq!(world.verdict(&current(&world, &right)).await, "valid");
    assert_eq!((world.verdict(&wrong.secret).await.as_str(), run(&world).await), ("valid", done(0, 0, 0)));
    let told = |world: &World| world.stack.logs().iter().filter(|line| counts("RotationFailures", line)).count();
    for (minutes, told_of) in [(5, 0), (10, 1), (20, 2)] {
        world.stack.clock().advance(Duration::from_secs(60 * minutes + 30));
        assert_eq!((run(&world).await, told(&world)), (done(0, 0, 1), told_of));
        assert_eq!(run(&world).await, done(0, 0, 0), "it waits");
    }
    world.stack.services().clear_faults();
    world.stack.clock().advance(Duration::from_mins(41));
    assert_eq!((run(&world).await, reminders(&world).await.len()), (done(1, 0, 0), 2));
    assert_eq!(world.verdict(&current(&world, &wrong)).await, "valid");
    assert_eq!(trail(&world, &wrong).await, ["key.created operator", "key.regenerated stack"]);
}

#[tokio::test]
async fn a_reminder_that_cannot_be_moved_holds_up_no_other_key_and_the_run_is_counted_as_failed() {
    let world = open().await;
    // More than are dealt with at once.
    let keys = due(&world, 6).await;
    let wrong = &keys[0];
    let fault = || Fault::error(400, "ThrottlingException", "slow").always().on("DeleteItem").with(&wrong.id);
    world.stack.dynamodb().inject(fault());
    assert!(world.stack.fire(ROTATE).await.is_err());
    world.stack.dynamodb().clear_faults();
    for key in &keys {
        assert_eq!(world.verdict(&current(&world, key)).await, "valid");
    }
    assert_eq!((run(&world).await, reminders(&world).await.len()), (done(0, 0, 0), 6), "what was left is tidied up");
    assert_eq!(trail(&world, wrong).await, ["key.created operator", "key.regenerated stack"]);
}

#[tokio::test]
async fn a_reminder_that_cannot_be_read_is_told_every_six_hours_and_stays_as_it_is() {
    let world = open().await;
    let key = rotated(&world).await;
    let item = [("pk", "rotations"), ("sk", "0000000000001#a newer one")];
    let item = item.map(|(name, value)| (name.to_owned(), dynamodb::AttributeValue::S(value.to_owned())));
    let put = world.stack.dynamodb().client().put_item().table_name("KeysTable").set_item(Some(item.into()));
    put.item("schema", dynamodb::number(9)).item("more", dynamodb::number(7)).send().await.unwrap();
    world.at("2030-06-17T00:00:30Z");
    let told = |world: &World| world.stack.logs().iter().filter(|line| counts("RotationFailures", line)).count();
    assert_eq!((run(&world).await, told(&world)), (done(1, 0, 0), 1));
    assert_eq!(world.verdict(&current(&world, &key)).await, "valid");
    assert_eq!((run(&world).await, told(&world)), (done(0, 0, 0), 1));
    world.at("2030-06-17T06:00:30Z");
    assert_eq!((run(&world).await, told(&world)), (done(0, 0, 0), 2));
    let reminders = reminders(&world).await;
    assert!(
        reminders.iter().any(|item| item.contains("#a newer one") && item.contains("more=N(\"7\")")),
        "{reminders:?}"
    );
}

/// A key that has a new secret, and a stack whose Secrets Manager does not make that current.
async fn not_current() -> (World, Key) {
    let world = open().await;
    let key = rotated(&world).await;
    world.at("2030-06-17T00:00:30Z");
    world.stack.services().inject(refused("UpdateSecretVersionStage", &key));
    assert_eq!(run(&world).await, done(0, 0, 1));

    (world, key)
}

#[tokio::test]
async fn a_rotation_that_was_ended_is_over_also_where_its_secret_cannot_be_read() {
    let (world, key) = not_current().await;
    world.stack.services().clear_faults();
    // So refuses Secrets Manager what is scheduled for deletion.
    world.stack.services().inject(refused("GetSecretValue", &key));
    assert_eq!(patch(&world, &key, json!({"rotateEvery": null})).await.status, 200);
    // By the reminder that was put off, and by that of the next time.
    for moment in ["2030-06-18T00:00:30Z", "2030-06-19T00:01:30Z"] {
        world.at(moment);
        assert_eq!(run(&world).await, done(0, 0, 0));
    }
    assert_eq!(reminders(&world).await, Vec::<String>::new(), "it is not tried again");
}

#[tokio::test]
async fn a_secret_that_could_not_be_made_current_is_made_so_before_the_next_is_put_there() {
    let (world, key) = not_current().await;
    let pending = kept(&world, &key).unwrap().labelled("AWSPENDING").unwrap().to_owned();
    assert_eq!(world.verdict(&pending).await, "valid", "the key has it");
    // The next one is due.
    world.at("2030-06-20T00:00:00Z");
    assert_eq!(run(&world).await, done(0, 0, 2), "by the reminder that is left, and by the next");
    assert_eq!(kept(&world, &key).unwrap().labelled("AWSPENDING"), Some(&*pending));
    assert_eq!(world.verdict(&pending).await, "valid");
    world.stack.services().clear_faults();
    world.at("2030-06-20T06:01:00Z");
    run(&world).await;
    let kept = kept(&world, &key).unwrap();
    assert_eq!((kept.labelled("AWSPREVIOUS"), kept.labelled("AWSPENDING")), (Some(&*pending), None));
    assert_eq!(world.verdict(kept.labelled("AWSCURRENT").unwrap()).await, "valid");
    assert_eq!(trail(&world, &key).await.len(), 3, "two new secrets");
}
