//! The promise: every change is an event, written with the change or not at all, and an organization's events are numbered
//! without a gap.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use local::dynamodb::Fault;
use serde_json::{Value, json};
use shared::registry::audit::Action;

use crate::support::{Browser, World, all, root};
use crate::webhooks::{Answered, Receiver, hook};

/// Far longer than a transaction takes on AWS: five to ten milliseconds.
const TRANSACTION: Duration = Duration::from_millis(20);

/// A pile of the events table: each item's sort key, its event, and the item.
pub(crate) async fn pile(world: &World, name: &str) -> Vec<(String, Value, BTreeMap<String, String>)> {
    let items = world.stack.dynamodb().client().query().table_name("EventsTable").consistent_read(true);
    let items = items.key_condition_expression("pk = :pk").expression_attribute_values(":pk", dynamodb::text(name));
    let items = items.send().await.unwrap().items().to_vec();
    let read = items.iter().map(|item| {
        let attributes = item.iter().map(|(name, value)| (name.clone(), format!("{value:?}"))).collect();
        (item["sk"].as_s().unwrap().clone(), serde_json::from_str(item["event"].as_s().unwrap()).unwrap(), attributes)
    });

    read.collect()
}

/// The events that nobody was told of yet, by organization and in order.
async fn waiting(world: &World) -> Vec<Value> {
    pile(world, "outbox").await.into_iter().map(|(_, event, _)| event).collect()
}

/// The rows of the audit trail of `acme`, oldest first within a second of its own each.
async fn rows(world: &World) -> Vec<Value> {
    let rows = world.operate("GET", "/organizations/acme/audit?limit=100", Value::Null).await.json();

    rows["data"].as_array().unwrap().iter().rev().cloned().collect()
}

/// Puts an item of text into a table.
pub(crate) async fn put_into(world: &World, table: &str, attributes: [(&str, &str); 3]) {
    let item = attributes.map(|(name, value)| (name.to_owned(), dynamodb::text(value)));
    let put = world.stack.dynamodb().client().put_item().table_name(table);
    put.set_item(Some(item.into())).send().await.unwrap();
}

/// Has dead letters tried again, as docs/operations.md has it.
pub(crate) async fn revive(world: &World) {
    let client = world.stack.dynamodb().client();
    let dead = client.query().table_name("EventsTable").key_condition_expression("pk = :pk");
    let dead = dead.expression_attribute_values(":pk", dynamodb::text("dead")).send().await.unwrap();
    for mut item in dead.items.unwrap() {
        let delete = client.delete_item().table_name("EventsTable").key("pk", item["pk"].clone());
        delete.key("sk", item["sk"].clone()).send().await.unwrap();
        let id = item["sk"].as_s().unwrap().split_once('#').unwrap().1.to_owned();
        item.remove("ttl");
        item.insert("pk".to_owned(), dynamodb::text("retry"));
        item.insert("sk".to_owned(), dynamodb::text(format!("0000000000000#{id}")));
        item.insert("attempts".to_owned(), dynamodb::number(0));
        client.put_item().table_name("EventsTable").set_item(Some(item)).send().await.unwrap();
    }
}

/// A stack in which each kind of change was made once or more, a second apart; the secrets that were shown; and what a webhook
/// has got that was tried out.
async fn busy() -> (World, Vec<String>, Value) {
    let receiver = Receiver::new(&[Answered::With(410)]).await;
    let world = World::build("fanfare", |builder| builder.parameter("WebhookTestHosts", &receiver.host)).await;
    let (mut second, mut secrets) = (0, Vec::new());
    let mut next = || {
        second += 1;
        world.at(&format!("2030-06-15T00:01:{second:02}Z"));
    };
    world.organization("acme", json!({"plan": "pro"})).await;
    next();
    let key = world.key("acme", json!({"name": "server", "type": "secret", "scopes": ["admin"]})).await;
    next();
    world.organization("acme", json!({"name": "Acme & Sons"})).await;
    next();
    world.operate("PATCH", &format!("/organizations/acme/api-keys/{}", key.id), json!({"name": "backend"})).await;
    next();
    let path = format!("/organizations/acme/api-keys/{}/regenerate", key.id);
    let new = world.operate("POST", &path, json!({"overlapSeconds": 3_600})).await.json()["data"]["key"].clone();
    next();
    let path = format!("/organizations/acme/api-keys/{}/reset", key.id);
    assert_eq!(world.operate("POST", &path, Value::Null).await.status, 200);
    next();
    assert_eq!(world.operate("POST", "/organizations/acme/reset", Value::Null).await.status, 200);
    next();
    let foreign = json!({"keys": [
        {"name": "a", "type": "secret", "sha256": "a".repeat(64)}, {"name": "b", "type": "secret", "sha256": "b".repeat(64)},
    ]});
    let imported = world.operate("POST", "/organizations/acme/api-keys/import", foreign).await.json();
    assert_eq!(imported["data"]["imported"], 2, "{imported}");
    next();
    let link =
        world.call("POST", "/api/v1/acme/portal-sessions", new.as_str().unwrap(), Some(json!({"subject": "u"}))).await;
    assert_eq!(link.status, 201, "{link:?}");
    let code = crate::support::Link::of(&link).code;
    next();
    let browser = Browser::new(&world);
    assert_eq!(browser.enter(&code).await.status, 303);
    next();
    let once = browser.once("/portal/acme/keys/new").await;
    let form = [
        ("once", once.as_str()),
        ("type", "secret"),
        ("name", "web"),
        ("scope", "read:experiences"),
        ("expires", "never"),
    ];
    let made = browser.post("/portal/acme/keys", &form).await;
    secrets.extend(made.secret());
    next();
    assert_eq!(browser.submit("/portal/acme/keys", "/portal/leave", &[]).await.status, 200);
    next();
    let found = world.http.send("POST", "/leaks/report", &[], Some(json!({"key": new}))).await;
    assert_eq!(found.status, 202, "{found:?}");
    next();
    let answer = world.operate("DELETE", &format!("/organizations/acme/api-keys/{}", key.id), Value::Null).await;
    assert_eq!(answer.status, 200);
    secrets.extend([key.secret, new.as_str().unwrap().to_owned(), code]);
    next();
    let rule = json!({"kinds": {"errors.high": {"rate": 0.1}}});
    assert_eq!(world.operate("PUT", "/organizations/acme/alerts", rule).await.status, 200);
    next();
    let (id, secret) = hook(&world, &receiver, Value::Null).await;
    let path = format!("/organizations/acme/webhooks/{id}");
    next();
    assert_eq!(world.operate("PATCH", &path, json!({"kinds": ["key.created"]})).await.status, 200);
    next();
    let rotated = world.operate("POST", &format!("{path}/rotate"), Value::Null).await.json()["data"]["secret"].clone();
    next();
    // The answer to this says that it is gone.
    assert_eq!(world.operate("POST", &format!("{path}/test"), Value::Null).await.status, 200);
    world.stack.fire("WebhooksDeliver").await.unwrap();
    next();
    assert_eq!(world.operate("DELETE", &path, Value::Null).await.status, 200);
    next();
    world.organization("acme", json!({"status": "locked"})).await;
    next();
    let deleted = world.operate("DELETE", "/organizations/acme", json!({"organization": "acme"})).await;
    assert_eq!(deleted.status, 200, "{deleted:?}");
    secrets.extend([secret, rotated.as_str().unwrap().to_owned()]);
    let got = receiver.got();
    assert_eq!(got.len(), 1, "{got:?}");

    (world, secrets, got[0].json())
}

#[tokio::test]
async fn every_change_is_one_event_with_the_next_number_that_says_what_its_row_says() {
    let (world, secrets, _) = busy().await;
    let (events, rows) = (waiting(&world).await, rows(&world).await);
    let kinds: Vec<_> = events.iter().map(|event| event["kind"].as_str().unwrap()).collect();
    let expected = [
        "organization.created",
        "key.created",
        "organization.changed",
        "key.changed",
        "key.regenerated",
        "key.reset",
        "organization.reset",
        "key.imported",
        "key.imported",
        "portal.session.created",
        "portal.session.entered",
        "key.created",
        "portal.session.ended",
        "key.leaked",
        "key.deleted",
        "alerts.changed",
        "webhook.created",
        "webhook.changed",
        "webhook.rotated",
        "webhook.disabled",
        "webhook.deleted",
        "organization.changed",
        "organization.deleted",
    ];
    assert_eq!(kinds, expected);
    // A new action is made in `busy`, too.
    let missing: Vec<_> = Action::ALL.iter().map(|action| action.name()).filter(|name| !kinds.contains(name)).collect();
    assert_eq!(missing, Vec::<&str>::new());
    let ids: BTreeSet<_> = events.iter().map(|event| event["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), events.len());
    for (number, event) in (1..).zip(&events) {
        assert_eq!((&event["sequence"], &event["organization"]), (&json!(number), &json!("acme")));
        assert!(event["id"].as_str().unwrap().starts_with("event_"), "{event}");
        // Two keys of one import are rows of one instant, in any order.
        let is_of_it =
            |row: &&Value| row["action"] == event["kind"] && row["at"] == event["at"] && row["keyId"] == event["keyId"];
        let row = rows.iter().find(is_of_it).unwrap_or_else(|| panic!("{event} has no row"));
        let said = json!([row["plane"], row["actor"], row["before"], row["after"], row["requestId"]]);
        let actor = &event["actor"];
        assert_eq!(said, json!([actor["plane"], actor["id"], event["before"], event["after"], event["requestId"]]));
    }
    assert_eq!(rows.len(), events.len());
    let all = Value::from(events).to_string();
    for secret in secrets {
        let random = secret.trim_start_matches("sk_live_").trim_start_matches("whsec_");
        assert!(random.len() > 20 && !all.contains(random), "{random}");
    }
}

#[tokio::test]
async fn the_document_describes_every_event() {
    let (world, _, test) = busy().await;
    for event in waiting(&world).await {
        assert_described(&event);
    }
    assert_eq!(test["type"], "webhook.test");
    assert_described(&test["data"]);
}

#[test]
fn a_test_alone_has_no_number() {
    let (_, validator) = schema();
    let change = json!({"kind": "key.created", "actor": {"plane": "operator", "id": "arn"}, "requestId": "r"});
    let alert = json!({"kind": "key.unused", "state": "opened", "numbers": {}});
    let test = json!({"kind": "webhook.test", "webhookId": format!("webhook_{}", "0".repeat(26))});
    for (what, sequence, is_described) in [
        (&change, 1, true),
        (&change, 0, false),
        (&alert, 1, true),
        (&alert, 0, false),
        (&test, 1, false),
        (&test, 0, true),
        (&json!({"kind": "key.created"}), 1, false),
    ] {
        let mut event = json!({
            "id": format!("event_{}", "0".repeat(26)), "organization": "acme", "sequence": sequence,
            "at": "2030-06-15T00:00:30.000Z",
        });
        event.as_object_mut().unwrap().extend(what.as_object().unwrap().clone());
        assert_eq!(validator.is_valid(&event), is_described, "{event}");
    }
}

/// The schema of `docs/events.md`, and what holds events to it.
fn schema() -> (Value, jsonschema::Validator) {
    let document = std::fs::read_to_string(root().join("docs/events.md")).unwrap();
    let (_, schema) = document.split_once("```json schema\n").unwrap();
    let (schema, _) = schema.split_once("```").unwrap();
    let schema: Value = serde_json::from_str(schema).unwrap();
    jsonschema::meta::validate(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();

    (schema, validator)
}

/// Checks that `docs/events.md` knows the kind of `event` and all of its members.
pub(crate) fn assert_described(event: &Value) {
    let document = std::fs::read_to_string(root().join("docs/events.md")).unwrap();
    let (schema, validator) = schema();
    let errors: Vec<_> = validator.iter_errors(event).map(|error| error.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new(), "{event}");
    let actor = (&event["actor"], &schema["properties"]["actor"]);
    for (members, described) in [(event, &schema), actor] {
        let mut names = members.as_object().into_iter().flat_map(|members| members.keys());
        let unknown = names.find(|name| described["properties"].get(name.as_str()).is_none());
        assert_eq!(unknown, None, "docs/events.md does not speak of it");
    }
    assert!(document.contains(&format!("`{}`", event["kind"].as_str().unwrap())), "{event}");
}

#[tokio::test]
async fn no_number_is_left_out_or_given_twice_when_changes_meet() {
    let world = World::serving("fanfare").await;
    let acme = json!({"plan": "pro"});
    world.organization("acme", acme.clone()).await;
    world.organization("other", acme).await;
    let keys = all((0..4).map(|_| world.key("acme", json!({"name": "a", "type": "secret"})))).await;
    world.stack.dynamodb().transactions_take(TRANSACTION);
    let changes = (0..16).map(|number| {
        let (world, key) = (&world, &keys[number % 4]);
        async move {
            let (method, path, body) = match number / 4 {
                0 => ("POST", "/organizations/acme/api-keys".to_owned(), json!({"name": "b", "type": "secret"})),
                1 => {
                    ("PATCH", format!("/organizations/acme/api-keys/{}", key.id), json!({"name": format!("c{number}")}))
                }
                2 => ("PUT", "/organizations/acme".to_owned(), json!({"name": format!("Acme {number}")})),
                _ => ("POST", "/organizations/acme/portal-sessions".to_owned(), json!({"subject": "u"})),
            };
            world.operate(method, &path, body).await.status
        }
    });
    let elsewhere = all((0..4).map(|_| world.key("other", json!({"name": "a", "type": "secret"}))));
    let (statuses, _) = tokio::join!(all(changes), elsewhere);
    assert!(statuses.iter().all(|status| matches!(status, 200 | 201)), "{statuses:?}");
    let events = waiting(&world).await;
    let numbers = |org: &str| {
        let of_it = events.iter().filter(|event| event["organization"] == org);
        of_it.map(|event| event["sequence"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(numbers("acme"), (1..=21).collect::<Vec<_>>());
    assert_eq!(numbers("other"), (1..=5).collect::<Vec<_>>());
    assert_eq!(rows(&world).await.len(), 21);
}

#[tokio::test]
async fn what_is_refused_is_no_event() {
    let (world, key) = World::academy("pro").await;
    let before = waiting(&world).await;
    let path = format!("/organizations/acme/api-keys/{}", key.id);
    world.operate("PATCH", &path, json!({"name": ""})).await;
    world.operate("PUT", "/organizations/acme", json!({"plan": "gold"})).await;
    world.operate("PUT", "/organizations/new", json!({})).await;
    world.operate("POST", "/organizations/acme/api-keys", json!({"name": ""})).await;
    world.operate("POST", "/organizations/nobody/portal-sessions", json!({"subject": "u"})).await;
    world.operate("DELETE", "/organizations/acme/api-keys/key_00000000000000000000000000", Value::Null).await;
    world.operate("DELETE", "/organizations/acme/portal-sessions/portal_00000000000000000000000000", Value::Null).await;
    // A transaction that is cancelled writes none of its members.
    let refusal =
        "Transaction cancelled, please refer cancellation reasons for specific reasons [ValidationError, None]";
    let fault = Fault::error(400, "TransactionCanceledException", refusal);
    world.stack.dynamodb().inject(fault.always().on("TransactWriteItems"));
    assert_eq!(world.operate("DELETE", &path, Value::Null).await.status, 500);
    world.stack.dynamodb().clear_faults();
    world.get("/api/v1/courses", &key).await;
    assert_eq!(waiting(&world).await, before);
}

#[tokio::test]
async fn a_cap_that_is_reached_is_told_from_a_number_that_was_taken() {
    let world = World::serving("thefaq").await;
    world.organization("acme", json!({"plan": "free"})).await;
    world.stack.dynamodb().transactions_take(TRANSACTION);
    let issue = || world.operate("POST", "/organizations/acme/api-keys", json!({"name": "a"}));
    let renamed =
        (0..4).map(|number| world.operate("PUT", "/organizations/acme", json!({"name": format!("Acme {number}")})));
    let (issued, renamed) = tokio::join!(all((0..6).map(|_| issue())), all(renamed));
    assert!(renamed.iter().all(|answer| answer.status == 200), "{renamed:?}");
    let made = issued.iter().filter(|answer| answer.status == 201).count();
    assert!(issued.iter().all(|answer| matches!(answer.status, 201 | 402)), "{issued:?}");
    assert_eq!(waiting(&world).await.len(), 1 + made + 4);
    assert_eq!(issue().await.status, 402);
}

#[tokio::test]
async fn a_change_whose_answer_is_lost_is_one_event() {
    let (world, key) = World::academy("pro").await;
    let before = waiting(&world).await.len();
    world.stack.dynamodb().inject(Fault::DropAfter.times(1).on("TransactWriteItems"));
    let path = format!("/organizations/acme/api-keys/{}", key.id);
    assert_eq!(world.operate("PATCH", &path, json!({"name": "b"})).await.status, 200);
    assert_eq!(waiting(&world).await.len(), before + 1);
}

#[tokio::test]
async fn an_organization_that_an_older_version_has_written_begins_at_one() {
    let (world, key) = World::academy("pro").await;
    let client = world.stack.dynamodb().client();
    let at = |pk: &str, sk: &str| [("pk".to_owned(), dynamodb::text(pk)), ("sk".to_owned(), dynamodb::text(sk))].into();
    let update = client.update_item().table_name("KeysTable").set_key(Some(at("org#acme", "organization")));
    update.update_expression("REMOVE #s").expression_attribute_names("#s", "sequence").send().await.unwrap();
    for (sk, ..) in pile(&world, "outbox").await {
        client.delete_item().table_name("EventsTable").set_key(Some(at("outbox", &sk))).send().await.unwrap();
    }
    let path = format!("/organizations/acme/api-keys/{}", key.id);
    for name in ["b", "c"] {
        assert_eq!(world.operate("PATCH", &path, json!({"name": name})).await.status, 200);
    }
    world.organization("acme", json!({"name": "Acme"})).await;
    let numbers: Vec<_> = waiting(&world).await.iter().map(|event| event["sequence"].as_i64().unwrap()).collect();
    assert_eq!(numbers, [1, 2, 3]);
}
