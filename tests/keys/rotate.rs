//! Keys that are given new secrets by themselves.

mod crash;
mod failing;

use local::Kept;
use local::dynamodb::{Fault, FaultRule};
use serde_json::{Value, json};

use crate::support::{Answer, Key, World, root, sha256};

const ROTATE: &str = "KeysRotate";

const DAY: i64 = 86_400;

/// A stack that rotates keys, and the organization `acme`.
async fn open() -> World {
    let world = World::build("standard", |builder| builder.parameter("Rotation", "on")).await;
    world.organization("acme", json!({"plan": "pro"})).await;

    world
}

/// A key of `acme` that is given a new secret every two days, beside which the one before goes on working for a day.
async fn rotated(world: &World) -> Key {
    world.key("acme", json!({"name": "server", "type": "live", "scopes": ["read"], "rotateEvery": 2 * DAY})).await
}

/// So many keys that are to rotate, at a time when they are due.
async fn due(world: &World, count: usize) -> Vec<Key> {
    let mut keys = Vec::new();
    for _ in 0..count {
        keys.push(rotated(world).await);
    }
    world.at("2030-06-17T00:00:30Z");

    keys
}

fn path(key: &Key) -> String {
    format!("/organizations/acme/api-keys/{}", key.id)
}

async fn patch(world: &World, key: &Key, change: Value) -> Answer {
    world.operate("PATCH", &path(key), change).await
}

async fn view(world: &World, key: &Key) -> Value {
    world.operate("GET", &path(key), Value::Null).await.json()["data"].clone()
}

async fn run(world: &World) -> Value {
    world.stack.fire(ROTATE).await.unwrap()
}

fn done(rotated: usize, waiting: usize, failed: usize) -> Value {
    json!({"rotated": rotated, "waiting": waiting, "failed": failed})
}

/// What Secrets Manager has of `key`.
fn kept(world: &World, key: &Key) -> Option<Kept> {
    world.stack.services().secret(&format!("latchkey/acme/{}", key.id))
}

/// The secret of `key` that whoever reads it in Secrets Manager gets.
fn current(world: &World, key: &Key) -> String {
    kept(world, key).unwrap().labelled("AWSCURRENT").unwrap().to_owned()
}

/// The actions that the audit trail has of `key`, with their planes, oldest first.
async fn trail(world: &World, key: &Key) -> Vec<String> {
    let rows = world.operate("GET", "/organizations/acme/audit?limit=100", Value::Null).await.json();
    let of_key = |row: &&Value| row["keyId"] == *key.id;
    let mut rows: Vec<_> = rows["data"].as_array().unwrap().iter().filter(of_key).cloned().collect();
    rows.reverse();

    rows.iter().map(|row| format!("{} {}", row["action"].as_str().unwrap(), row["plane"].as_str().unwrap())).collect()
}

/// The reminders that there are.
async fn reminders(world: &World) -> Vec<String> {
    let mut items = world.items("KeysTable").await;
    items.retain(|item| item.contains("pk=S(\"rotations\")"));

    items
}

/// Secrets Manager refuses `action` about `key`.
fn refused(action: &str, key: &Key) -> FaultRule {
    Fault::error(400, "AccessDeniedException", "no").always().on(action).with(&key.id)
}

#[tokio::test]
async fn a_key_has_a_new_secret_when_it_is_due_and_the_old_one_goes_on_working_for_the_overlap() {
    let world = open().await;
    let key = rotated(&world).await;
    let shown = view(&world, &key).await;
    assert_eq!(
        [&shown["rotateEvery"], &shown["rotateOverlap"], &shown["rotatesAt"]],
        [&json!(2 * DAY), &json!(DAY), &json!("2030-06-17T00:00:30Z")]
    );
    assert_eq!((run(&world).await, kept(&world, &key).is_none()), (done(0, 0, 0), true));
    world.at("2030-06-17T00:00:29Z");
    assert_eq!(run(&world).await, done(0, 0, 0));

    world.at("2030-06-17T00:00:30Z");
    assert_eq!(run(&world).await, done(1, 0, 0));
    let new = current(&world, &key);
    assert_eq!(kept(&world, &key).unwrap().labelled("AWSPENDING"), None);
    assert_eq!([world.verdict(&new).await, world.verdict(&key.secret).await], ["valid", "valid"]);
    assert_eq!(trail(&world, &key).await, ["key.created operator", "key.regenerated stack"]);
    let shown = view(&world, &key).await;
    assert_eq!(
        [&shown["rotatesAt"], &shown["overlapEndsAt"]],
        [&json!("2030-06-19T00:00:30Z"), &json!("2030-06-18T00:00:30Z")]
    );
    assert_eq!((run(&world).await, reminders(&world).await.len()), (done(0, 0, 0), 1));
    world.at("2030-06-18T00:00:31Z");
    assert_eq!([world.verdict(&new).await, world.verdict(&key.secret).await], ["valid", "unknown_key"]);

    world.at("2030-06-19T00:01:00Z");
    assert_eq!(run(&world).await, done(1, 0, 0));
    let newer = current(&world, &key);
    assert_eq!(kept(&world, &key).unwrap().labelled("AWSPREVIOUS"), Some(&*new));
    assert_eq!([world.verdict(&newer).await, world.verdict(&new).await], ["valid", "valid"]);
    assert_eq!(view(&world, &key).await["rotatesAt"], "2030-06-21T00:01:00Z");
    // It is nowhere else.
    let mut told = world.stack.logs();
    for table in ["KeysTable", "CountersTable", "UsageTable", "EventsTable"] {
        told.extend(world.items(table).await);
    }
    assert!(!told.iter().any(|line| line.contains(&new) || line.contains(&newer)));
}

#[tokio::test]
async fn until_a_key_has_its_first_secret_from_here_no_key_is_current() {
    let world = open().await;
    let key = rotated(&world).await;
    world.at("2030-06-17T00:00:30Z");
    // The key does not have it, and so it does not work yet.
    world
        .stack
        .dynamodb()
        .inject(Fault::error(500, "InternalServerError", "no").always().on("TransactWriteItems").with("secret#"));
    assert_eq!(run(&world).await, done(0, 0, 1));
    let before = kept(&world, &key).unwrap();
    assert_eq!(before.labelled("AWSCURRENT"), Some("latchkey: no key yet"));
    let pending = before.labelled("AWSPENDING").unwrap().to_owned();
    assert_eq!([world.verdict(&pending).await, world.verdict(&key.secret).await], ["unknown_key", "valid"]);
    world.stack.dynamodb().clear_faults();
    world.at("2030-06-17T00:05:31Z");
    assert_eq!((run(&world).await, current(&world, &key)), (done(1, 0, 0), pending));
}

#[tokio::test]
async fn a_secret_that_a_team_has_put_there_before_is_current_until_the_first_of_ours() {
    let world = open().await;
    let key = rotated(&world).await;
    world.stack.services().put_secret(&format!("latchkey/acme/{}", key.id), &key.secret);
    world.at("2030-06-17T00:00:30Z");
    assert_eq!(run(&world).await, done(1, 0, 0));
    let kept = kept(&world, &key).unwrap();
    assert_eq!((kept.labelled("AWSPREVIOUS"), kept.versions.len()), (Some(&*key.secret), 2));
}

#[tokio::test]
async fn a_key_of_which_nobody_has_said_so_keeps_its_secret_and_costs_nothing() {
    let world = open().await;
    let key = world.key("acme", json!({"name": "server", "type": "live", "scopes": ["read"]})).await;
    patch(&world, &key, json!({"name": "other"})).await;
    assert_eq!(reminders(&world).await, Vec::<String>::new());
    world.at("2031-06-15T00:00:30Z");
    assert_eq!(run(&world).await, done(0, 0, 0));
    assert_eq!((world.verdict(&key.secret).await.as_str(), kept(&world, &key).is_none()), ("valid", true));
    let shown = view(&world, &key).await;
    assert!(["rotateEvery", "rotateOverlap", "rotatesAt"].iter().all(|name| shown.get(name).is_none()), "{shown}");
}

#[tokio::test]
async fn a_run_asks_once_where_nothing_is_due_and_a_key_that_rotates_costs_one_write_more() {
    let world = open().await;
    let idle = world.asked(async { assert_eq!(run(&world).await, done(0, 0, 0)) }).await;
    assert_eq!(idle, ["Query KeysTable"]);
    let written = async |order: Value| {
        let before = world.items("KeysTable").await.len();
        world.key("acme", order).await;
        world.items("KeysTable").await.len() - before
    };
    let order = json!({"name": "server", "type": "live", "scopes": ["read"]});
    let mut rotating = order.clone();
    rotating["rotateEvery"] = (2 * DAY).into();
    assert_eq!(written(rotating).await, written(order).await + 1);
}

#[tokio::test]
async fn a_cycle_is_changed_and_ended() {
    let world = open().await;
    let key = rotated(&world).await;
    world.at("2030-06-16T00:00:00Z");
    let answer = patch(&world, &key, json!({"rotateOverlap": 0})).await;
    assert_eq!(answer.json()["data"]["rotatesAt"], "2030-06-17T00:00:30Z", "{answer:?}");
    let answer = patch(&world, &key, json!({"rotateEvery": 3 * DAY})).await.json();
    assert_eq!(
        [&answer["data"]["rotatesAt"], &answer["data"]["rotateOverlap"]],
        [&json!("2030-06-19T00:00:00Z"), &json!(0)]
    );
    world.at("2030-06-17T00:00:30Z");
    assert_eq!((run(&world).await, reminders(&world).await.len()), (done(0, 0, 0), 1));
    world.at("2030-06-19T00:00:00Z");
    assert_eq!(run(&world).await, done(1, 0, 0));
    assert_eq!(world.verdict(&key.secret).await, "unknown_key", "there is no overlap");
    let answer = patch(&world, &key, json!({"rotateEvery": null})).await.json();
    assert!(answer["data"].get("rotatesAt").is_none() && answer["data"].get("rotateOverlap").is_none(), "{answer}");
    world.at("2030-07-19T00:00:00Z");
    assert_eq!((run(&world).await, reminders(&world).await), (done(0, 0, 0), Vec::new()));
    assert_eq!(trail(&world, &key).await.iter().filter(|row| row.starts_with("key.regenerated")).count(), 1);
}

#[tokio::test]
async fn what_cannot_be_is_refused_and_leaves_nothing_behind() {
    let world = open().await;
    let key = world.key("acme", json!({"name": "server", "type": "live", "scopes": ["admin"]})).await;
    for (change, field) in [
        (json!({"rotateEvery": DAY - 1}), "rotateEvery"),
        (json!({"rotateEvery": 366 * DAY + 1}), "rotateEvery"),
        (json!({"rotateEvery": "90d"}), "rotateEvery"),
        (json!({"rotateOverlap": 60}), "rotateOverlap"),
        (json!({"rotateEvery": DAY, "rotateOverlap": DAY}), "rotateOverlap"),
        (json!({"rotateEvery": 30 * DAY, "rotateOverlap": 7 * DAY + 1}), "rotateOverlap"),
    ] {
        let mut order = change.clone();
        order["name"] = "b".into();
        order["type"] = "live".into();
        let made = world.operate("POST", "/organizations/acme/api-keys", order).await;
        for answer in [patch(&world, &key, change.clone()).await, made] {
            assert_eq!((answer.status, answer.body.contains(field)), (400, true), "{change}: {answer:?}");
        }
    }
    // Not even with the longest that may be.
    let answer = patch(&world, &key, json!({"rotateEvery": 366 * DAY, "rotateOverlap": 7 * DAY})).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(patch(&world, &key, json!({"rotateEvery": null})).await.status, 200);
    // It is the operator's to say.
    let by_key = format!("/api/v1/acme/api-keys/{}", key.id);
    let order = json!({"name": "b", "type": "live", "rotateEvery": 30 * DAY});
    for answer in [
        world.call("PATCH", &by_key, &key.secret, Some(json!({"rotateEvery": 30 * DAY}))).await,
        world.call("PATCH", &by_key, &key.secret, Some(json!({"rotateEvery": null}))).await,
        world.post("/api/v1/acme/api-keys", &key, order).await,
    ] {
        assert_eq!((answer.status, answer.body.contains("is not yours to set")), (400, true), "{answer:?}");
    }
    assert_eq!(world.operate("GET", "/organizations/acme", Value::Null).await.json()["data"]["keys"], 1);
}

#[tokio::test]
async fn a_stack_that_rotates_nothing_says_so() {
    let world = World::serving("standard").await;
    world.organization("acme", json!({"plan": "pro"})).await;
    let key = world.key("acme", json!({"name": "server", "type": "live", "scopes": ["read"]})).await;
    let order = json!({"name": "b", "type": "live", "rotateEvery": 30 * DAY});
    let made = world.operate("POST", "/organizations/acme/api-keys", order).await;
    for answer in [patch(&world, &key, json!({"rotateEvery": 30 * DAY})).await, made] {
        let says = answer.body.contains("its parameter Rotation is off");
        assert_eq!((answer.status, says), (400, true), "{answer:?}");
    }
    assert_eq!(patch(&world, &key, json!({"rotateEvery": null})).await.status, 200);
    assert!(world.stack.fire(ROTATE).await.is_err(), "there is no such function");
}

#[tokio::test]
async fn only_this_function_may_write_secrets_and_only_below_latchkey() {
    let yaml = std::fs::read_to_string(root().join("template.yaml")).unwrap();
    for action in ["CreateSecret", "PutSecretValue", "UpdateSecretVersionStage", "DescribeSecret"] {
        assert_eq!(yaml.matches(&format!("secretsmanager:{action}")).count(), 1, "{action}");
    }
    let (_, function) = yaml.split_once("\n  KeysRotate:\n").unwrap();
    let (function, _) = function.split_once("\n\n").unwrap();
    assert!(function.contains("    Condition: HasRotation\n"), "{function}");
    let resource = "secret:latchkey/*";
    assert!(function.contains("secretsmanager:PutSecretValue") && function.contains(resource), "{function}");
    assert_eq!(yaml.matches(resource).count(), 1);
}

#[tokio::test]
async fn a_new_secret_by_hand_does_not_put_the_next_one_off() {
    let world = open().await;
    let key = rotated(&world).await;
    world.at("2030-06-16T00:00:00Z");
    let answer = world.operate("POST", &format!("{}/regenerate", path(&key)), Value::Null).await.json();
    assert_eq!(answer["data"]["rotatesAt"], "2030-06-17T00:00:30Z");
    assert_eq!((run(&world).await, reminders(&world).await.len()), (done(0, 0, 0), 1));
    world.at("2030-06-17T00:00:30Z");
    assert_eq!(run(&world).await, done(1, 0, 0));
    assert_eq!(world.verdict(&current(&world, &key)).await, "valid");
}

#[tokio::test]
async fn a_key_that_nobody_gets_in_with_waits_until_somebody_does() {
    let world = open().await;
    let key = rotated(&world).await;
    let lock = async |status: &str| world.organization("acme", json!({"status": status})).await;
    patch(&world, &key, json!({"status": "inactive"})).await;
    world.at("2030-06-17T00:00:30Z");
    assert_eq!((run(&world).await, run(&world).await), (done(0, 1, 0), done(0, 0, 0)));
    patch(&world, &key, json!({"status": "active", "expiresAt": "2030-06-17T02:00:00Z"})).await;
    world.at("2030-06-17T06:01:00Z");
    assert_eq!(run(&world).await, done(0, 1, 0), "it has expired");
    patch(&world, &key, json!({"expiresAt": null})).await;
    lock("locked").await;
    world.at("2030-06-17T12:02:00Z");
    assert_eq!((run(&world).await, kept(&world, &key).is_none()), (done(0, 1, 0), true));
    lock("active").await;
    world.at("2030-06-17T18:03:00Z");
    assert_eq!(run(&world).await, done(1, 0, 0));
    assert_eq!(world.verdict(&current(&world, &key)).await, "valid");
}

#[tokio::test]
async fn a_secret_that_has_leaked_does_not_go_on_working_beside_the_new_one() {
    let world = open().await;
    let key = rotated(&world).await;
    let report = json!({"key": key.secret, "url": "https://github.com/octocat/hello"});
    assert_eq!(world.http.send("POST", "/leaks/report", &[], Some(report)).await.status, 202);
    assert_eq!(view(&world, &key).await["status"], "quarantined");
    world.at("2030-06-17T00:00:30Z");
    assert_eq!(run(&world).await, done(1, 0, 0));
    assert_eq!(view(&world, &key).await["status"], "active");
    assert_eq!(
        [world.verdict(&current(&world, &key)).await, world.verdict(&key.secret).await],
        ["valid", "unknown_key"]
    );
}

#[tokio::test]
async fn a_run_rotates_all_that_are_due() {
    let world = open().await;
    let keys = due(&world, 9).await;
    assert_eq!(run(&world).await, done(9, 0, 0));
    for key in &keys {
        let new = current(&world, key);
        assert_eq!(world.verdict(&new).await, "valid");
        let fingerprint = view(&world, key).await["fingerprint"].clone();
        assert_eq!(fingerprint, format!("{}…", &sha256(&new)[..6]));
    }
}
