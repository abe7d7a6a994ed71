use std::collections::BTreeMap;

use local::dynamodb::{Fault, Latch};
use serde_json::{Value, json};

use crate::operations::counts;
use crate::outbox::{pile, put_into, revive};
use crate::support::{World, all, binaries, root};

const DELIVER: &str = "EventsDeliver";

const TOPIC: &str = "arn:aws:sns:us-east-1:000000000000:alerts";

/// A stack with a topic for people, and an organization.
pub(super) async fn open() -> World {
    let world = World::build("fabraix", |builder| builder.parameter("AlertTopic", TOPIC)).await;
    world.organization("acme", json!({"plan": "enterprise", "limits": [{"requests": 9, "per": "minute"}]})).await;

    world
}

pub(super) async fn fire(world: &World) -> Value {
    world.stack.fire(DELIVER).await.unwrap()
}

/// The events that the bus has taken, in order: organization and number.
pub(super) fn told(world: &World) -> Vec<String> {
    let taken = world.stack.services().taken();
    let events = taken.iter().filter_map(|line| line.get("detail"));

    events.map(|event| format!("{} {}", event["organization"].as_str().unwrap(), event["sequence"])).collect()
}

/// The subjects of the messages that the topic has taken.
pub(super) fn subjects(world: &World) -> Vec<String> {
    let taken = world.stack.services().taken();
    let subjects = taken.iter().filter_map(|line| line.get("subject"));

    subjects.map(|subject| subject.as_str().unwrap().to_owned()).collect()
}

/// How many events are in the outbox, wait for another attempt, and are dead.
pub(super) async fn piles(world: &World) -> [usize; 3] {
    let mut counts = [0; 3];
    for (count, name) in counts.iter_mut().zip(["outbox", "retry", "dead"]) {
        *count = pile(world, name).await.len();
    }
    counts
}

/// Renames the organization so many times.
pub(super) async fn change(world: &World, times: usize) {
    for number in 0..times {
        world.organization("acme", json!({"name": format!("Acme {number}")})).await;
    }
}

/// Puts an alert into the outbox, as what opens one will.
pub(super) async fn alert(world: &World, number: u32) -> String {
    let id = format!("event_{number:026}");
    let event = json!({
        "id": id, "sequence": number, "organization": "acme", "kind": "limit.approaching",
        "at": "2030-06-15T00:00:30.000Z", "numbers": {"used": 81, "of": 100},
    });
    put(world, [("pk", "outbox"), ("sk", &format!("new#acme#{number:012}#{id}")), ("event", &event.to_string())]).await;

    id
}

async fn put(world: &World, attributes: [(&str, &str); 3]) {
    put_into(world, "EventsTable", attributes).await;
}

#[tokio::test]
async fn events_come_to_the_bus_in_the_order_of_their_organization_and_leave_the_outbox() {
    let world = open().await;
    world.organization("zeta", json!({"plan": "standard"})).await;
    let key = world.key("acme", json!({"name": "a", "type": "admin"})).await;
    change(&world, 12).await;
    assert_eq!(fire(&world).await, json!({"delivered": 15, "postponed": 0, "dead": 0}));
    let expected: Vec<_> = (1..=14).map(|number| format!("acme {number}")).chain(["zeta 1".to_owned()]).collect();
    assert_eq!(told(&world), expected);
    assert_eq!(piles(&world).await, [0, 0, 0]);

    let lines = world.stack.services().taken();
    let created = &lines[1];
    let names: Vec<_> = created.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["id", "source", "detail-type", "time", "detail"]);
    assert_eq!((&created["source"], &created["detail-type"]), (&json!("latchkey"), &json!("key.created")));
    assert_eq!((&created["time"], &created["detail"]["keyId"]), (&json!("2030-06-15T00:00:30Z"), &json!(key.id)));
    assert_eq!(created["detail"]["after"]["name"], "a");
    // Nobody gets a mail because somebody did what they wanted.
    assert_eq!(subjects(&world), Vec::<String>::new());
    assert_eq!(fire(&world).await, json!({"delivered": 0, "postponed": 0, "dead": 0}));
}

#[tokio::test]
async fn what_was_told_is_in_a_file_too_a_line_for_each() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("events.jsonl");
    let told_to = |builder: local::Builder| builder.parameter("AlertTopic", TOPIC).events_file(&file);
    let world = World::build("fabraix", told_to).await;
    world.organization("acme", json!({"plan": "standard"})).await;
    alert(&world, 2).await;
    fire(&world).await;
    let lines = std::fs::read_to_string(&file).unwrap();
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((lines.len(), &lines), (3, &world.stack.services().taken()));
    let wrong = |builder: local::Builder| builder.events_file(folder.path().join("no/such"));
    let refused = wrong(local::Stack::builder(root().join("template.yaml")).binaries(binaries())).start().await;
    assert!(refused.unwrap_err().to_string().starts_with("cannot use "), "it is refused before anything runs");
}

#[tokio::test]
async fn people_are_told_of_an_alert_in_words() {
    let world = open().await;
    alert(&world, 2).await;
    assert_eq!(fire(&world).await["delivered"], 2);
    let taken = world.stack.services().taken();
    let message = taken.iter().find(|line| line.get("topic").is_some()).unwrap();
    assert_eq!(message["topic"], TOPIC);
    assert_eq!(message["subject"], "Latchkey: limit.approaching for acme");
    assert!(message["message"].as_str().unwrap().contains("for the organization acme"), "{message}");
    assert_eq!(told(&world), ["acme 1", "acme 2"]);

    let quiet = World::serving("fabraix").await;
    quiet.organization("acme", json!({"plan": "standard"})).await;
    alert(&quiet, 2).await;
    assert_eq!(fire(&quiet).await["delivered"], 2);
    assert_eq!((told(&quiet).len(), subjects(&quiet).len()), (2, 0), "there is no topic");
}

#[tokio::test]
async fn a_mail_leads_to_the_page_where_the_portal_has_an_address_and_shows_alerts() {
    let address = "https://keys.example.com";
    for (contract, url, leads) in [("fanfare", address, true), ("fanfare", "", false), ("fabraix", address, false)] {
        let on = |builder: local::Builder| builder.parameter("AlertTopic", TOPIC).parameter("PortalUrl", url);
        let world = World::build(contract, on).await;
        alert(&world, 2).await;
        fire(&world).await;
        let message = world.stack.services().taken().iter().find_map(|line| line.get("message").cloned()).unwrap();
        let page = format!(": {address}/portal/acme/alerts\n");
        assert_eq!(message.as_str().unwrap().contains(&page), leads, "{contract} {url}: {message}");
    }
}

#[tokio::test]
async fn an_event_that_is_not_taken_is_tried_again_and_holds_up_none_behind_it() {
    let world = open().await;
    change(&world, 3).await;
    let (_, second, _) = pile(&world, "outbox").await.swap_remove(1);
    let id = second["id"].as_str().unwrap();
    let refuse = || Fault::error(200, "InternalFailure", "not now").times(1).on("PutEventsEntry").with(id);
    world.stack.services().inject(refuse());
    assert_eq!(fire(&world).await, json!({"delivered": 3, "postponed": 1, "dead": 0}));
    assert_eq!(told(&world), ["acme 1", "acme 3", "acme 4"]);
    let waits = pile(&world, "retry").await;
    let [(due, event, _)] = waits.as_slice() else { panic!("{waits:?}") };
    assert_eq!((due.as_str(), event), (format!("1907712035000#{id}").as_str(), &second));

    world.at("2030-06-15T00:00:34.999Z");
    assert_eq!(fire(&world).await["delivered"], 0, "it is too early");
    world.at("2030-06-15T00:00:35Z");
    world.stack.services().inject(refuse());
    assert_eq!(fire(&world).await["postponed"], 1);
    world.at("2030-06-15T00:05:34.999Z");
    assert_eq!(fire(&world).await["delivered"], 0, "the second wait is five minutes");
    world.at("2030-06-15T00:05:35Z");
    assert_eq!(fire(&world).await["delivered"], 1);
    assert_eq!((told(&world).last().unwrap().as_str(), piles(&world).await), ("acme 2", [0, 0, 0]));
}

#[tokio::test]
async fn an_event_that_eventbridge_cannot_bear_takes_no_other_with_it() {
    let world = open().await;
    change(&world, 3).await;
    let (_, second, _) = pile(&world, "outbox").await.swap_remove(1);
    let id = second["id"].as_str().unwrap();
    world.stack.services().inject(Fault::error(400, "ValidationException", "no").always().on("PutEvents").with(id));
    assert_eq!(fire(&world).await, json!({"delivered": 3, "postponed": 1, "dead": 0}));
    assert_eq!(told(&world), ["acme 1", "acme 3", "acme 4"]);
    // If it is EventBridge that fails, all of the call are tried again.
    change(&world, 2).await;
    world.stack.services().clear_faults();
    world.stack.services().inject(Fault::error(500, "InternalException", "no").always().on("PutEvents"));
    assert_eq!(fire(&world).await, json!({"delivered": 0, "postponed": 2, "dead": 0}));
    world.stack.services().clear_faults();
    world.at("2030-06-15T00:00:35Z");
    assert_eq!(fire(&world).await["delivered"], 3);
    assert_eq!(piles(&world).await, [0, 0, 0]);
}

#[tokio::test]
async fn events_for_which_eventbridge_has_no_room_are_tried_again_and_no_other_call_is_made_for_them() {
    let world = open().await;
    change(&world, 2).await;
    // A third call would go well.
    world.stack.services().inject(Fault::error(400, "ThrottlingException", "slow down").times(2).on("PutEvents"));
    assert_eq!(fire(&world).await, json!({"delivered": 0, "postponed": 3, "dead": 0}));
    world.at("2030-06-15T00:00:35Z");
    assert_eq!(fire(&world).await["delivered"], 3);
}

#[tokio::test]
async fn an_event_that_only_people_were_not_told_of_is_tried_again_for_them_alone() {
    let world = open().await;
    alert(&world, 2).await;
    world.stack.services().inject(Fault::error(500, "InternalFailure", "no").times(2).on("Publish"));
    assert_eq!(fire(&world).await, json!({"delivered": 1, "postponed": 1, "dead": 0}));
    let left = pile(&world, "retry").await[0].2["left"].clone();
    assert_eq!(left, "Ss([\"sns\"])");
    world.at("2030-06-15T00:00:35Z");
    assert_eq!(fire(&world).await["delivered"], 1);
    assert_eq!(told(&world), ["acme 1", "acme 2"], "the bus was told once");
    assert_eq!((subjects(&world).len(), piles(&world).await), (1, [0, 0, 0]));
}

#[tokio::test]
async fn an_event_that_nobody_takes_for_three_days_is_a_dead_letter_that_the_alarm_counts_and_can_be_tried_again() {
    let world = open().await;
    change(&world, 1).await;
    world.stack.services().inject(Fault::error(500, "InternalException", "no").always().on("PutEvents"));
    let counted = || world.stack.logs().iter().filter(|line| counts("DeadLetters", line)).count();
    let mut done = fire(&world).await;
    let minutes = [1, 5, 30, 2 * 60, 5 * 60, 10 * 60, 14 * 60, 20 * 60, 24 * 60];
    for wait in minutes {
        assert_eq!((done, counted()), (json!({"delivered": 0, "postponed": 2, "dead": 0}), 0), "before {wait}");
        world.stack.clock().advance(std::time::Duration::from_secs(wait * 60));
        done = fire(&world).await;
    }
    assert_eq!((done, counted()), (json!({"delivered": 0, "postponed": 0, "dead": 2}), 2));
    assert_eq!(subjects(&world), ["Latchkey: 2 events could not be handed on"], "one message a run");
    assert_eq!((piles(&world).await, told(&world).len()), ([0, 0, 2], 0));
    let dead = pile(&world, "dead").await;
    let ends = world.stack.clock().now_millis() / 1_000 + 30 * 86_400;
    assert!(dead.iter().all(|(.., item)| item["ttl"] == format!("N(\"{ends}\")")), "{dead:?}");
    world.stack.services().clear_faults();
    revive(&world).await;
    assert_eq!(fire(&world).await["delivered"], 2);
    assert_eq!((piles(&world).await, told(&world).len()), ([0, 0, 0], 2));
}

#[tokio::test]
async fn nothing_is_lost_if_the_process_is_killed_at_any_step() {
    // Where it is killed: after the call was made, before its answer has come.
    for (place, service, is_refused) in [
        ("Query", false, false),
        ("PutEvents", true, false),
        ("Publish", true, false),
        ("BatchWriteItem", false, false),
        ("TransactWriteItems", false, true),
    ] {
        let world = open().await;
        change(&world, 13).await;
        alert(&world, 15).await;
        if is_refused {
            world.stack.services().inject(Fault::error(200, "InternalFailure", "no").times(3).on("PutEventsEntry"));
        }
        let latch = Latch::default();
        let held = Fault::Hold(latch.clone()).times(1).on(place);
        if service {
            world.stack.services().inject(held);
        } else {
            world.stack.dynamodb().inject(held);
        }
        world.killed(DELIVER, &latch).await;
        world.at("2030-06-15T00:01:30Z");
        fire(&world).await;
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for event in told(&world) {
            *seen.entry(event).or_default() += 1;
        }
        assert_eq!((seen.len(), piles(&world).await), (15, [0, 0, 0]), "{place}: {seen:?}");
        assert!(seen.values().all(|times| (1..=2).contains(times)), "{place}: {seen:?}");
        assert!((1..=2).contains(&subjects(&world).len()), "{place}: {:?}", subjects(&world));
    }
}

#[tokio::test]
async fn two_runs_at_once_tell_twice_at_worst() {
    let world = open().await;
    change(&world, 4).await;
    let (_, first, _) = pile(&world, "outbox").await.swap_remove(0);
    let latch = Latch::default();
    // One run is held after EventBridge has answered it, and refused it an event.
    let refused = Fault::error(200, "InternalFailure", "no").times(1).on("PutEventsEntry");
    world.stack.services().inject(refused.with(first["id"].as_str().unwrap()));
    world.stack.services().inject(Fault::Hold(latch.clone()).times(1).on("PutEvents"));
    let second = async {
        latch.reached().await;
        let done = fire(&world).await;
        latch.open();
        done
    };
    let (one, other) = tokio::join!(fire(&world), second);
    assert_eq!(other, json!({"delivered": 5, "postponed": 0, "dead": 0}));
    assert_eq!(one["delivered"], 4);
    assert_eq!(piles(&world).await, [0, 0, 0], "what one run has taken out, the other does not put back");
    assert_eq!(told(&world).len(), 4 + 5);
}

#[tokio::test]
async fn a_run_ends_before_its_time_is_over_and_the_next_one_goes_on() {
    let world = World::hurried("fabraix", 3, 500).await;
    world.organization("acme", json!({"plan": "standard"})).await;
    all((2..=60).map(|number| alert(&world, number))).await;
    world.stack.services().inject(Fault::Delay(std::time::Duration::from_millis(800)).always().on("PutEvents"));
    let first = fire(&world).await["delivered"].as_u64().unwrap();
    assert!((10..60).contains(&first), "{first}");
    world.stack.services().clear_faults();
    assert_eq!(fire(&world).await["delivered"], 60 - first);
    let expected: Vec<_> = (1..=60).map(|number| format!("acme {number}")).collect();
    assert_eq!(told(&world), expected);
}

#[tokio::test]
async fn what_cannot_be_read_holds_up_nothing_and_stays() {
    let world = open().await;
    put(&world, [("pk", "outbox"), ("sk", "new#aaa#000000000001#x"), ("event", "{}")]).await;
    let sk = format!("new#aaa#000000000002#event_{:026}", 0);
    put(&world, [("pk", "outbox"), ("sk", &sk), ("event", "no JSON")]).await;
    assert_eq!(fire(&world).await["delivered"], 1);
    assert_eq!(world.items("EventsTable").await.len(), 2);
    let lines = world.stack.logs().into_iter().filter(|line| line.contains("stays where it is"));
    let lines: Vec<_> = lines.map(|line| counts("DeadLetters", &line)).collect();
    assert_eq!(lines, [true, true], "the alarm rings");
}

#[tokio::test]
async fn a_run_that_the_store_fails_is_counted_like_a_request_that_it_fails() {
    let world = open().await;
    world.stack.dynamodb().inject(Fault::error(500, "InternalServerError", "no").always());
    assert!(world.stack.fire(DELIVER).await.is_err());
    world.stack.dynamodb().clear_faults();
    let counted = |filter| world.stack.logs().iter().filter(|line| counts(filter, line)).count();
    assert_eq!((counted("StoreFailures"), counted("Faults")), (1, 0));
    assert_eq!(fire(&world).await["delivered"], 1);
}

#[tokio::test]
async fn delivering_costs_a_write_unit_for_an_event_and_nothing_where_there_is_none() {
    let world = open().await;
    fire(&world).await;
    let units = async || {
        world.stack.dynamodb().record(true);
        fire(&world).await;
        world.stack.dynamodb().record(false);
        let calls = world.stack.dynamodb().calls().into_iter().filter(|call| call.function.is_some());
        calls.map(|call| (call.action, call.write_units, call.read_units)).collect::<Vec<_>>()
    };
    let idle = units().await;
    assert_eq!(idle.len(), 2, "{idle:?}");
    assert!(
        idle.iter().all(|(action, written, read)| action == "Query" && *written == 0.0 && *read <= 1.0),
        "{idle:?}"
    );
    change(&world, 20).await;
    let busy = units().await;
    let writes: f64 = busy.iter().map(|call| call.1).sum();
    assert_eq!(format!("{writes}"), "20", "{busy:?}");
    assert_eq!(busy.iter().filter(|call| call.0 == "BatchWriteItem").count(), 2, "{busy:?}");
}

/// What whoever hands events on may do in the events table.
const EVENTS: [&str; 5] =
    ["dynamodb:Query", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem"];

#[test]
fn nobody_else_may_tell_anybody_or_look_into_the_outbox() {
    let yaml = std::fs::read_to_string(root().join("template.yaml")).unwrap();
    for action in ["events:PutEvents", "sns:Publish"] {
        assert_eq!(yaml.matches(action).count(), 1, "{action}");
    }
    for function in crate::layout::deployed() {
        let about: Vec<_> = function
            .statements
            .iter()
            .filter(|statement| statement.tables.contains(&"EventsTable".to_owned()))
            .flat_map(|statement| &statement.actions)
            .collect();
        let allowed: &[&str] = match function.name.as_str() {
            DELIVER => &EVENTS,
            // What is on its way to webhooks is there, too. It also changes something: a webhook that takes nothing.
            "WebhooksDeliver" => &[&["dynamodb:PutItem"], &EVENTS[..]].concat(),
            "EventsDeadLetters" => &["dynamodb:Query"],
            "WebhooksTest" | "PortalTestWebhook" => &["dynamodb:PutItem", "dynamodb:UpdateItem"],
            _ if about.is_empty() => &[],
            _ => &["dynamodb:PutItem"],
        };
        assert_eq!(about, allowed, "{}", function.name);
    }
}
