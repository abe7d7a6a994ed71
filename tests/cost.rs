//! What a verification costs, counted: round trips to DynamoDB, write and read units, and the size of a pass.

mod sizes;

use serde_json::{Value, json};

use crate::support::{Campus, Key, World, own_contract};
use crate::webhooks::{Answered, Receiver, hook, open};

/// What the functions asked of DynamoDB during `work` and before the answer: action, tables, write units, read units. What is
/// written after answers is told apart by its table.
async fn calls(world: &World, work: impl Future<Output = ()>) -> Vec<(String, f64, f64)> {
    let calls = all_calls(world, work).await;

    calls.into_iter().filter(|(name, ..)| name != FLUSH).collect()
}

/// The same, with what is written after answers.
async fn all_calls(world: &World, work: impl Future<Output = ()>) -> Vec<(String, f64, f64)> {
    world.stack.dynamodb().record(true);
    work.await;
    world.stack.dynamodb().record(false);
    let calls = world.stack.dynamodb().calls().into_iter().filter(|call| call.function.is_some());

    calls
        .map(|call| (format!("{} {}", call.action, call.tables.join(" ")), call.write_units, call.read_units))
        .collect()
}

async fn register(world: &World, key: &Key, status: u16) {
    assert_eq!(world.register_run(&key.secret).await.status, status);
}

const GATE: &str = "UpdateItem CountersTable";

const FLUSH: &str = "UpdateItem UsageTable";

async fn agents() -> (World, Key) {
    let world = World::serving("fabraix").await;
    world.organization("acme", json!({"plan": "standard"})).await;
    let key = world.key("acme", json!({"name": "a", "type": "restricted", "scopes": []})).await;
    (world, key)
}

#[tokio::test]
async fn a_warm_verification_is_one_round_trip_and_one_write_unit() {
    let (world, key) = agents().await;
    let verify = async || {
        let answer = world.operate("POST", "/verify", json!({"key": key.secret})).await;
        assert_eq!(answer.json()["data"]["valid"], true);
    };
    verify().await;
    for _ in 0..3 {
        assert_eq!(calls(&world, verify()).await, [(GATE.to_owned(), 1.0, 0.0)]);
    }
    // Refused for want of a scope: served, and it costs the same.
    register(&world, &key, 403).await;
    assert_eq!(calls(&world, register(&world, &key, 403)).await, [(GATE.to_owned(), 1.0, 0.0)]);
}

#[tokio::test]
async fn costs_addresses_and_spans_are_one_write_once_a_process_knows_the_pass_and_shared_limits_are_two() {
    let windows = r#"windows = ["second", "minute", "hour"]"#;
    let contract = own_contract("fabraix", |text| text.replace(r#"windows = ["minute", "hour"]"#, windows));
    let world = World::own(contract, |builder| builder.max_instances(1)).await;
    let limit = |requests: u32, per: &str, sliding: bool| json!({"requests": requests, "per": per, "sliding": sliding});
    let wide = json!([limit(1_000, "minute", false)]);
    let write = (GATE.to_owned(), 1.0, 0.0);
    let seen = (GATE.to_owned(), 0.0, 0.0);
    let read = ("GetItem CountersTable".to_owned(), 0.0, 1.0);
    let addresses = json!(["203.0.113.7"]);
    for (what, terms, addresses, cost, first, next) in [
        ("second", json!({"limits": [limit(1_000, "second", false)]}), Value::Null, 1, vec![&write], vec![&write]),
        ("cost", json!({"limits": wide}), Value::Null, 5, vec![&read, &write], vec![&write]),
        ("addresses", json!({"limits": wide}), addresses, 1, vec![&seen, &write], vec![&write]),
        (
            "sliding",
            json!({"limits": [limit(1_000, "minute", true)]}),
            Value::Null,
            1,
            vec![&seen, &write],
            vec![&write],
        ),
        ("asking", json!({"limits": wide}), Value::Null, 0, vec![&read], vec![&read]),
        (
            "shared",
            json!({"limits": wide, "sharedLimits": [limit(1_000, "hour", false)]}),
            Value::Null,
            1,
            vec![&write, &write],
            vec![&write, &write],
        ),
    ] {
        let mut terms = terms;
        terms["plan"] = "enterprise".into();
        world.organization(what, terms).await;
        let order = json!({"name": "a", "type": "production"});
        let key = world.key(what, order).await;
        let path = format!("/organizations/{what}/api-keys/{}", key.id);
        if !addresses.is_null() {
            world.operate("PATCH", &path, json!({"allowedAddresses": addresses})).await;
        }
        let verify = async || {
            let question = json!({"key": key.secret, "cost": cost, "address": "203.0.113.7"});
            let answer = world.operate("POST", "/verify", question).await;
            assert_eq!(answer.json()["data"]["valid"], true, "{what}: {answer:?}");
        };
        // The pass is made by another process, so that this is about the next requests.
        world.operate("POST", "/verify", json!({"key": key.secret, "address": "203.0.113.7"})).await;
        world.stack.end_processes().await;
        // A new process, which connects once.
        assert_eq!(world.verdict("no key").await, "unknown_key");
        let owned = |calls: Vec<&(String, f64, f64)>| calls.into_iter().cloned().collect::<Vec<_>>();
        assert_eq!(calls(&world, verify()).await, owned(first), "{what}");
        for _ in 0..2 {
            assert_eq!(calls(&world, verify()).await, owned(next.clone()), "{what}");
        }
    }
}

#[tokio::test]
async fn a_refusal_is_one_round_trip_too() {
    let (world, key) = agents().await;
    let limits = json!([{"requests": 1, "per": "minute"}]);
    world.organization("acme", json!({"plan": "enterprise", "limits": limits})).await;
    register(&world, &key, 403).await;
    // DynamoDB bills a failed condition as a write, but its answer does not say so.
    assert_eq!(calls(&world, register(&world, &key, 429)).await, [(GATE.to_owned(), 0.0, 0.0)]);
}

#[tokio::test]
async fn what_is_no_key_costs_nothing_and_what_could_be_one_is_looked_up_once() {
    let (world, key) = agents().await;
    register(&world, &key, 403).await;
    let junk = Key { id: String::new(), secret: "junk".to_owned() };
    assert_eq!(calls(&world, register(&world, &junk, 401)).await, []);
    let unknown = Key { id: String::new(), secret: format!("fbx_prod_{}", "0".repeat(32)) };
    let asked = calls(&world, register(&world, &unknown, 401)).await;
    assert_eq!(asked, [(GATE.to_owned(), 0.0, 0.0), ("GetItem KeysTable".to_owned(), 0.0, 1.0)]);
}

#[tokio::test]
async fn the_first_request_of_a_key_is_five_round_trips_and_so_is_one_an_hour() {
    let (world, key) = agents().await;
    let other = world.key("acme", json!({"name": "b", "type": "restricted", "scopes": []})).await;
    register(&world, &other, 403).await;
    // The third read is of the plan's override.
    let stamped = [GATE, "GetItem KeysTable", "BatchGetItem KeysTable", "GetItem KeysTable", GATE];
    // Where there is no pass that a lock could have withdrawn, the organization is read once more at the same time, after the key.
    let first = [GATE, "GetItem KeysTable", "BatchGetItem KeysTable", "GetItem KeysTable", "GetItem KeysTable", GATE];
    let names = |calls: Vec<(String, f64, f64)>| calls.into_iter().map(|(name, ..)| name).collect::<Vec<_>>();
    let cold = calls(&world, register(&world, &key, 403)).await;
    let units = |of: fn(&(String, f64, f64)) -> f64| cold.iter().map(of).sum::<f64>();
    assert_eq!([units(|call| call.1), units(|call| call.2)].map(|units| format!("{units}")), ["1", "5"], "{cold:?}");
    assert_eq!(names(cold), first);
    assert_eq!(names(calls(&world, register(&world, &key, 403)).await), [GATE]);
    // Up to a fifth of the hour is taken off at random.
    world.at("2030-06-15T00:48:29Z");
    assert_eq!(names(calls(&world, register(&world, &key, 403)).await), [GATE]);
    world.at("2030-06-15T01:00:30Z");
    assert_eq!(names(calls(&world, register(&world, &key, 403)).await), stamped);
    assert_eq!(names(calls(&world, register(&world, &key, 403)).await), [GATE]);
}

#[tokio::test]
async fn the_first_request_with_a_new_secret_reads_the_pass_before_it_and_its_organization_once_more() {
    let (world, key) = agents().await;
    register(&world, &key, 403).await;
    let path = format!("/organizations/acme/api-keys/{}/regenerate", key.id);
    let secret = world.operate("POST", &path, Value::Null).await.json()["data"]["key"].as_str().unwrap().to_owned();
    let key = Key { secret, ..key };
    let names = |calls: Vec<(String, f64, f64)>| calls.into_iter().map(|(name, ..)| name).collect::<Vec<_>>();
    let mut first = names(calls(&world, register(&world, &key, 403)).await);
    // After the key, and all at once: the organization must be no older than a lock that has missed the secret.
    first[3..6].sort();
    let more = ["GetItem CountersTable", "GetItem KeysTable", "GetItem KeysTable"];
    assert_eq!(first, [&[GATE, "GetItem KeysTable", "BatchGetItem KeysTable"][..], &more, &[GATE]].concat());
    assert_eq!(names(calls(&world, register(&world, &key, 403)).await), [GATE]);
}

#[tokio::test]
async fn a_change_costs_two_write_units_for_each_item_and_its_event_and_number_are_two_items() {
    let world = World::serving("fabraix").await;
    world.organization("acme", json!({"plan": "standard"})).await;
    let key = world.key("acme", json!({"name": "a", "type": "restricted", "scopes": []})).await;
    let path = format!("/organizations/acme/api-keys/{}", key.id);
    let order = json!({"name": "b", "type": "restricted", "scopes": []});
    for (what, method, path, body, members, write_units) in [
        ("an organization", "PUT", "/organizations/other".to_owned(), json!({"plan": "standard"}), 5, 10.0),
        ("its new name", "PUT", "/organizations/acme".to_owned(), json!({"name": "Acme"}), 3, 6.0),
        ("a key", "POST", "/organizations/acme/api-keys".to_owned(), order, 6, 12.0),
        ("its new name", "PATCH", path.clone(), json!({"name": "c"}), 4, 8.0),
        ("switched off", "PATCH", path.clone(), json!({"status": "inactive"}), 5, 10.0),
        ("what it has used", "POST", format!("{path}/reset"), Value::Null, 5, 10.0),
        ("its next secret", "POST", format!("{path}/regenerate"), json!({"overlapSeconds": 60}), 7, 14.0),
        ("a link", "POST", "/organizations/acme/portal-sessions".to_owned(), json!({"subject": "u"}), 5, 10.0),
        ("a key less", "DELETE", path.clone(), Value::Null, 8, 16.0),
    ] {
        world.stack.dynamodb().record(true);
        let answer = world.operate(method, &path, body).await;
        world.stack.dynamodb().record(false);
        assert!(matches!(answer.status, 200 | 201), "{what}: {answer:?}");
        let calls = world.stack.dynamodb().calls();
        let [transaction] = calls.iter().filter(|call| call.action == "TransactWriteItems").collect::<Vec<_>>()[..]
        else {
            panic!("{what}: {calls:?}")
        };
        assert_eq!((transaction.items, transaction.write_units), (members, write_units), "{what}");
    }
}

#[tokio::test]
async fn an_event_for_a_webhook_costs_seven_write_units_and_each_run_that_sends_two_more() {
    let receiver = Receiver::new(&[&[Answered::With(200); 12][..], &[Answered::With(500)]].concat()).await;
    let world = open(&[&receiver]).await;
    hook(&world, &receiver, json!(["key.created"])).await;
    let run = async |function| {
        let fired = async { drop(world.stack.fire(function).await.unwrap()) };
        let calls = all_calls(&world, fired).await;
        let sum = |of: fn(&(String, f64, f64)) -> f64| calls.iter().map(of).sum::<f64>();
        (calls.len(), sum(|call| call.1), sum(|call| call.2))
    };
    run("EventsDeliver").await;
    // Calls, write units, read units. Six write units hand an event on, and one takes it out of its queue. A run that sends
    // writes down what became of the last attempt, and that the queue is empty. It reads ten events at a time, and the
    // webhook before each.
    for (events, handed, sent) in [
        (0, (2, 0.0, 2.0), (1, 0.0, 1.0)),
        // The first attempt at all is noted in a transaction, in which its organization is there.
        (1, (4, 6.0, 3.0), (7, 1.0 + 2.0 + 3.0, 3.0)),
        (11, (14, 66.0, 4.0), (27, 11.0 + 2.0, 4.0 + 11.0)),
        // It is not taken: its new place, the attempt, and that the webhook fails.
        (1, (4, 6.0, 3.0), (6, 4.0 + 1.0 + 1.0, 3.0)),
        // The next one is not either.
        (1, (4, 6.0, 3.0), (5, 4.0 + 1.0, 3.0)),
    ] {
        for number in 0..events {
            world.key("acme", json!({"name": format!("k{number}"), "type": "admin"})).await;
        }
        assert_eq!(run("EventsDeliver").await, handed, "{events}");
        assert_eq!(run("WebhooksDeliver").await, sent, "{events}");
    }
}

#[tokio::test]
async fn usage_costs_at_most_thirty_writes_of_one_unit_for_a_thousand_requests_of_a_busy_key() {
    let world = World::build("fabraix", |builder| builder.max_instances(1)).await;
    world.organization("acme", json!({"plan": "standard"})).await;
    let key = world.key("acme", json!({"name": "a", "type": "restricted", "scopes": []})).await;
    let requests = 1_000;
    let asked = all_calls(&world, async {
        // Twenty in a second, in two hours.
        for number in 0..requests {
            let second = 3_570 + number / 20;
            let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
            world.at(&format!("2030-06-15T{hour:02}:{minute:02}:{second:02}.{:02}Z", number % 20));
            register(&world, &key, 403).await;
        }
        world.stack.end_processes().await;
    })
    .await;
    let writes: Vec<_> = asked.iter().filter(|(name, ..)| name == FLUSH).cloned().collect();
    assert!((20..=30).contains(&writes.len()), "{} writes", writes.len());
    assert!(writes.iter().all(|write| *write == (FLUSH.to_owned(), 1.0, 0.0)), "{writes:?}");
    let gate = asked.iter().filter(|(name, ..)| name == GATE).count();
    assert!((requests..=requests + 3).contains(&gate), "{gate}: a stamp now and then");
}

#[tokio::test]
async fn functions_ask_for_nothing_that_the_template_does_not_allow_them() {
    let (world, key) = World::academy("pro").await;
    world.stack.dynamodb().record(true);
    world.get("/api/v1/courses", &key).await;
    world.operate("PUT", "/organizations/acme", json!({"status": "active"})).await;
    world.operate("DELETE", &format!("/organizations/acme/api-keys/{}", key.id), Value::Null).await;
    let refused: Vec<_> = world
        .stack
        .dynamodb()
        .calls()
        .into_iter()
        .filter(|call| call.failed.as_deref() == Some("AccessDeniedException"))
        .collect();
    assert!(refused.is_empty(), "{refused:?}");
}

/// What a request of an academy asks of DynamoDB behind the gate: the actions, and the units that they cost.
async fn behind_the_gate(campus: &Campus, work: impl Future<Output = ()>) -> (Vec<String>, f64, f64) {
    let calls = calls(&campus.world, work).await;
    // A function that has just started connects first.
    let gate = calls.iter().position(|call| call.0 == GATE).unwrap();
    let rest = &calls[gate + 1..];
    let names = rest.iter().map(|(name, ..)| name.replace(" ReferenceTable", "")).collect();
    let sum = |of: fn(&(String, f64, f64)) -> f64| rest.iter().map(of).sum();

    (names, sum(|call| call.1), sum(|call| call.2))
}

#[tokio::test]
async fn a_page_of_students_or_members_reads_in_full_only_what_it_shows() {
    let campus = Campus::open().await;
    let list = campus.list("Autumn").await;
    for hundred in 0..10 {
        let emails: Vec<_> = (0..100).map(|number| format!("student-{hundred}-{number}@mail.example.com")).collect();
        campus.join(&list, &emails.iter().map(String::as_str).collect::<Vec<_>>()).await;
    }
    let page = |path: String, shown: usize| {
        let campus = &campus;
        async move {
            let data = campus.data(&path).await;
            assert_eq!(data["pagination"]["total"], 1_000);
            let people = data["students"].as_array().or(data["members"].as_array()).unwrap();
            assert_eq!(people.len(), shown, "{path}");
        }
    };
    let first = ["BatchGetItem", "Query", "BatchGetItem"].map(str::to_owned).to_vec();
    let later = ["BatchGetItem", "Query", "Query", "BatchGetItem"].map(str::to_owned).to_vec();
    // A read unit for the register, one for every student who is shown, and one for every 4 KB of places, that is for some
    // fifty that are passed over.
    for (path, query, shown, actions, read_units) in [
        ("/students".to_owned(), "?limit=50", 50, &first, "52"),
        ("/students".to_owned(), "?limit=50&offset=500", 50, &later, "61"),
        ("/students".to_owned(), "?limit=50&offset=950", 50, &later, "69"),
        ("/students".to_owned(), "?limit=1&offset=999", 1, &later, "20"),
        (format!("/lists/{list}/members"), "?limit=50", 50, &first, "53"),
        (format!("/lists/{list}/members"), "?limit=50&offset=950", 50, &later, "78"),
    ] {
        let cost = behind_the_gate(&campus, page(format!("{path}{query}"), shown)).await;
        assert_eq!((&cost.0, cost.1), (actions, 0.0), "{path}{query}");
        assert_eq!(format!("{}", cost.2), read_units, "{path}{query}");
    }
    let beyond = behind_the_gate(&campus, page("/students?offset=1000".to_owned(), 0)).await;
    assert_eq!(beyond, (vec!["BatchGetItem".to_owned()], 0.0, 1.0));
}

#[tokio::test]
async fn what_changes_an_academy_costs_is_what_it_writes() {
    let campus = Campus::open().await;
    let [list, course] = [campus.list("Autumn").await, campus.course(1, "published", &[]).await];
    let student = campus.student("zoe@example.com").await;
    let send = |method: &'static str, path: String, body: Value| {
        let campus = &campus;
        async move {
            let answer = campus.send(method, &path, body).await;
            assert!(matches!(answer.status, 200 | 201), "{answer:?}");
        }
    };
    let cap = "GetItem KeysTable";
    let new = json!({"email": "ada@example.com"});
    let newer = json!({"email": "bob@example.com", "course_ids": [course], "list_ids": [list]});
    let enrollment = json!({"course_id": course});
    let members = format!("/lists/{list}/members");
    let emails = |count: usize| json!({"emails": (0..count).map(|number| format!("s{count}-{number}@example.com")).collect::<Vec<_>>()});
    let (read, write) = ("BatchGetItem", "TransactWriteItems");
    for (what, method, path, body, actions, write_units) in [
        ("a student", "POST", "/students".to_owned(), new, &[cap, cap, read, write][..], 8.0),
        ("a student with a course and a list", "POST", "/students".to_owned(), newer, &[cap, cap, read, write], 10.0),
        ("an enrollment", "POST", format!("/students/{student}/enrollments"), enrollment, &[read, "PutItem"], 1.0),
        ("a member", "POST", members.clone(), emails(1), &[cap, cap, read, read, read, write], 10.0),
        ("ten members", "POST", members.clone(), emails(10), &[cap, cap, read, read, read, write], 82.0),
        ("a member less", "DELETE", format!("{members}/s1-0@example.com"), Value::Null, &[read, read, write], 6.0),
        ("a student less", "DELETE", format!("/students/{student}"), Value::Null, &[read, write], 6.0),
    ] {
        let cost = behind_the_gate(&campus, send(method, path, body)).await;
        assert_eq!((cost.0, cost.1), (actions.iter().map(ToString::to_string).collect(), write_units), "{what}");
    }
}
