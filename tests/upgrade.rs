//! The promise: a function reads what its predecessors have written, and says so when it writes something else.
//!
//! `tests/items/<contract>.v<n>.json` are the items of a stack of that time, with the secrets that they stand for. Nobody
//! edits them. Whoever changes the layout of an item raises its version, and takes a new picture: the test makes it where
//! there is none.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use dynamodb::AttributeValue;
use serde_json::{Map, Value, json};

use crate::outbox::pile;
use crate::support::{Key, World, root};

/// The picture that today's functions must still make.
const LATEST: u32 = 10;

const COURSE: &str = "0193b5a0-7c1e-7a30-9f0a-5d1f6a2b3c4d";

const TABLES: [&str; 5] = ["KeysTable", "CountersTable", "UsageTable", "ReferenceTable", "EventsTable"];

/// What there is in each contract's stack: its plan, the order of a key, and what is made and seen with it.
struct Life {
    contract: &'static str,
    /// The first picture that there is of it.
    since: u32,
    plan: &'static str,
    order: Value,
    makes: Vec<(&'static str, &'static str, Value)>,
    /// Paths, and what is there to be seen.
    sees: Vec<(&'static str, &'static str)>,
}

fn lives() -> Vec<Life> {
    vec![
        Life {
            contract: "fayne",
            since: 1,
            plan: "pro",
            order: json!({"name": "a", "scopes": ["read", "write"], "expiresAt": "2031-01-01T00:00:00Z"}),
            makes: vec![
                (
                    "POST",
                    "/api/v1/students",
                    json!({"email": "ada@example.com", "name": "Ada", "course_ids": [COURSE]}),
                ),
                ("POST", "/api/v1/lists", json!({"name": "Spring"})),
            ],
            sees: vec![("/api/v1/courses", "Rust"), ("/api/v1/students", COURSE), ("/api/v1/lists", "Spring")],
        },
        Life {
            contract: "fabraix",
            since: 1,
            plan: "standard",
            order: json!({"name": "a", "type": "admin"}),
            makes: vec![(
                "POST",
                "/v1/register-agent-run",
                json!({
                    "agent_id": "a1b2c3d4-e5f6-7890-1234-567890abcdef",
                    "timestamp": "2024-01-01T00:00:00Z",
                    "system_prompt": "You are a helpful assistant",
                }),
            )],
            sees: vec![
                ("/operator/v1/organizations/acme/agent-runs", "a1b2c3d4-e5f6-7890-1234-567890abcdef"),
                ("/api/v1/acme/api-keys", "admin"),
            ],
        },
        Life {
            contract: "standard",
            since: 8,
            plan: "pro",
            order: json!({"name": "a", "type": "live", "scopes": ["admin"]}),
            makes: vec![("POST", "/v1/notes", json!({"title": "Milk"}))],
            sees: vec![("/v1/notes", "Milk"), ("/api/v1/acme/api-keys", "live")],
        },
        Life {
            contract: "fanfare",
            since: 1,
            plan: "pro",
            order: json!({"name": "a", "type": "secret", "scopes": ["admin"]}),
            makes: vec![
                ("POST", "/api/experiences", json!({"name": "Launch"})),
                ("POST", "/api/consumers", json!({"email": "ada@example.com"})),
            ],
            sees: vec![
                ("/api/experiences", "Launch"),
                ("/api/consumers", "ada@example.com"),
                ("/api/analytics", "2030-06-15"),
            ],
        },
    ]
}

async fn see(world: &World, path: &str, secret: &str) -> Value {
    let answer = if path.starts_with("/operator/v1") {
        world.operate("GET", path.trim_start_matches("/operator/v1"), Value::Null).await
    } else {
        world.call("GET", path, secret, None).await
    };
    assert_eq!(answer.status, 200, "{path}: {answer:?}");

    answer.json()
}

/// `order`, with labels where they are in the picture of that version.
fn labelled(life: &Life, version: u32, mut order: Value) -> Value {
    if life.contract == "standard" && version >= 9 {
        order["externalId"] = "cus_1".into();
        order["metadata"] = json!({"team": "billing"});
        if version >= 10 && order.get("type").is_some() {
            order["rotateEvery"] = 7_776_000.into();
        }
    }

    order
}

/// An empty stack that may rotate keys.
async fn rotating(life: &Life) -> World {
    World::build(life.contract, |builder| builder.parameter("Rotation", "on")).await
}

/// A stack in which everything was made that there is, and the secrets to it.
async fn lived(life: &Life) -> (World, Value) {
    let world = rotating(life).await;
    let limits = json!([{"requests": 100, "per": "minute"}]);
    if life.contract == "fayne" {
        let answer = world.operate("PUT", "/plans/pro", json!({"keys": 20, "limits": limits})).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    let terms = json!({"plan": life.plan, "limits": limits, "name": "Acme"});
    world.organization("acme", labelled(life, LATEST, terms)).await;
    let key = world.key("acme", life.order.clone()).await;
    if life.contract == "fayne" {
        let draft = json!({"title": "Rust", "description": "By example", "status": "published"});
        let answer = world.operate("PUT", &format!("/organizations/acme/courses/{COURSE}"), draft).await;
        assert_eq!(answer.status, 201, "{answer:?}");
    }
    for (method, path, body) in &life.makes {
        let answer = world.call(method, path, &key.secret, Some(body.clone())).await;
        assert!(matches!(answer.status, 200 | 201), "{path}: {answer:?}");
    }
    for (path, words) in &life.sees {
        assert!(see(&world, path, &key.secret).await.to_string().contains(words), "{path}");
    }
    let once = world
        .operate_once("first", "POST", "/organizations/acme/api-keys", labelled(life, LATEST, life.order.clone()))
        .await;
    assert_eq!(once.status, 201, "{once:?}");
    let path = format!("/organizations/acme/api-keys/{}/regenerate", key.id);
    let new = world.operate("POST", &path, json!({"overlapSeconds": 200})).await.json()["data"]["key"].clone();
    let secrets = json!({"id": key.id, "old": key.secret, "new": &new});
    match life.contract {
        "fabraix" => be_limited(&world, once.json()["data"]["id"].as_str().unwrap(), new.as_str().unwrap()).await,
        "fanfare" => be_watched(&world, &key).await,
        _ => (),
    }

    (world, secrets)
}

/// Gives the key `id` limits of its own, as the operator and with the secret `manager`.
async fn be_limited(world: &World, id: &str, manager: &str) {
    let limits = |requests: u32| json!({"limits": [{"requests": requests, "per": "minute"}]});
    let answer = world.operate("PATCH", &format!("/organizations/acme/api-keys/{id}"), limits(900)).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let answer = world.call("PATCH", &format!("/api/v1/acme/api-keys/{id}"), manager, Some(limits(90))).await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

/// Makes everything that there is of alerts: settings, one that is open, its history, and a hint at another look.
async fn be_watched(world: &World, key: &Key) {
    let settings = json!({
        "kinds": {"limit.approaching": {"thresholds": [70]}},
        "muted": [{"keyId": key.id, "until": "2030-06-15T00:01:00Z"}],
    });
    let answer = world.operate("PUT", "/organizations/acme/alerts", settings).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    // In the last half of the overlap.
    world.at("2030-06-15T00:02:30Z");
    let used = async || {
        // With the secret that was replaced.
        assert_eq!(world.get("/api/experiences", key).await.status, 200);
        world.stack.end_processes().await;
    };
    used().await;
    assert_eq!(world.stack.fire("AlertsWatch").await.unwrap()["told"], json!({"rotation.lingering": 1}));
    used().await;
}

fn picture(life: &Life, version: u32) -> PathBuf {
    root().join(format!("tests/items/{}.v{version}.json", life.contract))
}

fn to_json(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => json!({"S": text}),
        AttributeValue::N(number) => json!({"N": number}),
        AttributeValue::B(bytes) => json!({"B": BASE64.encode(bytes)}),
        AttributeValue::Ss(texts) => json!({"SS": texts.iter().collect::<BTreeSet<_>>()}),
        AttributeValue::Bool(value) => json!({"BOOL": value}),
        AttributeValue::Null(_) => json!({"NULL": true}),
        AttributeValue::L(values) => json!({"L": values.iter().map(to_json).collect::<Vec<_>>()}),
        AttributeValue::M(members) => json!({"M": item_to_json(members)}),
        other => panic!("no item of ours has {other:?}"),
    }
}

fn item_to_json(item: &HashMap<String, AttributeValue>) -> Value {
    item.iter().map(|(name, value)| (name.clone(), to_json(value))).collect::<BTreeMap<_, _>>().into_iter().collect()
}

fn from_json(value: &Value) -> AttributeValue {
    let (kind, value) = value.as_object().unwrap().iter().next().unwrap();
    let text = || value.as_str().unwrap().to_owned();
    match kind.as_str() {
        "S" => AttributeValue::S(text()),
        "N" => AttributeValue::N(text()),
        "B" => dynamodb::bytes(BASE64.decode(text()).unwrap()),
        "SS" => AttributeValue::Ss(serde_json::from_value(value.clone()).unwrap()),
        "BOOL" => AttributeValue::Bool(value.as_bool().unwrap()),
        "NULL" => AttributeValue::Null(true),
        "L" => AttributeValue::L(value.as_array().unwrap().iter().map(from_json).collect()),
        "M" => AttributeValue::M(item_from_json(value)),
        other => panic!("{other}"),
    }
}

fn item_from_json(item: &Value) -> HashMap<String, AttributeValue> {
    item.as_object().unwrap().iter().map(|(name, value)| (name.clone(), from_json(value))).collect()
}

async fn items(world: &World) -> Map<String, Value> {
    let mut tables = Map::new();
    for table in TABLES {
        let scan = world.stack.dynamodb().client().scan().table_name(table).send().await.unwrap();
        let mut items: Vec<_> = scan.items().iter().map(item_to_json).collect();
        items.sort_by_key(Value::to_string);
        tables.insert(table.to_owned(), items.into());
    }

    tables
}

/// The layouts of the items of a picture: the kind of each by table and key, with the names and types of its attributes.
fn layouts(tables: &Map<String, Value>) -> BTreeSet<String> {
    let items =
        tables.iter().flat_map(|(table, items)| items.as_array().unwrap().iter().map(move |item| (table, item)));
    // Two items of a kind differ in ids, times, digests and numbers of windows.
    let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    let partition =
        |key: &str| key.split('#').map(|part| if plain(part) { part } else { "*" }).collect::<Vec<_>>().join("#");
    let place = |key: &str| match key.split_once('#') {
        Some((kind, _)) => format!("{kind}#*"),
        None if ["organization", "secret", "register"].contains(&key) => key.to_owned(),
        None => "*".to_owned(),
    };
    let counter = |name: &str| name.len() > 4 && name[1..].bytes().all(|byte| byte.is_ascii_digit());
    items
        .map(|(table, item)| {
            let [partition, place] = [item["pk"]["S"].as_str().map(partition), item["sk"]["S"].as_str().map(place)]
                .map(Option::unwrap_or_default);
            let attributes = item.as_object().unwrap().iter().map(|(name, value)| {
                let name = if counter(name) { &name[..1] } else { name.split('#').next().unwrap() };
                let kind = value.as_object().unwrap().keys().next().unwrap();
                let version = if name == "schema" { value["N"].as_str().unwrap() } else { "" };
                format!("{name}:{kind}{version}")
            });
            format!(
                "{table} {partition}/{place} {}",
                attributes.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(" ")
            )
        })
        .collect()
}

#[tokio::test]
async fn what_is_written_today_has_the_layout_of_its_version() {
    for life in lives() {
        let (world, secrets) = lived(&life).await;
        let tables = items(&world).await;
        let path = picture(&life, LATEST);
        if !path.exists() {
            let picture = json!({"secrets": secrets, "tables": tables});
            fs::write(&path, serde_json::to_string_pretty(&picture).unwrap() + "\n").unwrap();
            panic!("{} was not there and is now: look at it, and commit it", path.display());
        }
        let before: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let [before, now] = [before["tables"].as_object().unwrap(), &tables].map(layouts);
        let changed: Vec<_> = before.symmetric_difference(&now).collect();
        assert!(
            changed.is_empty(),
            "{}: raise LATEST here and, unless what is new may be lost, the version of the layout: {changed:#?}",
            life.contract
        );
    }
}

#[tokio::test]
async fn every_older_item_is_read_as_what_it_was() {
    for (life, version) in lives().iter().flat_map(|life| (life.since..=LATEST).map(move |version| (life, version))) {
        let picture: Value = serde_json::from_str(&fs::read_to_string(picture(life, version)).unwrap()).unwrap();
        let world = rotating(life).await;
        for (table, items) in picture["tables"].as_object().unwrap() {
            for item in items.as_array().unwrap() {
                let put = world.stack.dynamodb().client().put_item().table_name(table);
                put.set_item(Some(item_from_json(item))).send().await.unwrap();
            }
        }
        let secrets = &picture["secrets"];
        let key =
            Key { id: secrets["id"].as_str().unwrap().to_owned(), secret: secrets["new"].as_str().unwrap().to_owned() };
        for secret in [&secrets["old"], &secrets["new"]] {
            let verdict = world.operate("POST", "/verify", json!({"key": secret})).await.json()["data"].clone();
            assert_eq!((&verdict["valid"], &verdict["keyId"]), (&json!(true), &secrets["id"]), "{}", life.contract);
        }
        for (path, words) in &life.sees {
            let seen = see(&world, path, &key.secret).await;
            assert!(seen.to_string().contains(words), "{path}: {seen}");
        }
        if life.contract == "fayne" {
            let plan = see(&world, "/operator/v1/plans/pro", "").await["data"].clone();
            assert_eq!(plan["inForce"]["keys"], if version >= 8 { 20 } else { 10 }, "v{version}");
        }
        let audit = see(&world, "/operator/v1/organizations/acme/audit", "").await;
        let was_watched = life.contract == "fanfare" && version >= 5;
        let was_limited = life.contract == "fabraix" && version >= 7;
        let rows = 4 + usize::from(was_watched) + 2 * usize::from(was_limited);
        assert_eq!(audit["data"].as_array().unwrap().len(), rows, "{audit}");
        if was_watched {
            let settings = see(&world, "/operator/v1/organizations/acme/alerts", "").await["data"].clone();
            assert_eq!(settings["kinds"]["limit.approaching"]["thresholds"], json!([70]));
            let history = see(&world, "/operator/v1/organizations/acme/alerts/history", "").await;
            assert_eq!(history["data"][0]["kind"], "rotation.lingering");
        }
        let order = labelled(life, version, life.order.clone());
        let again = world.operate_once("first", "POST", "/organizations/acme/api-keys", order).await;
        assert_eq!(again.status, 200, "{again:?}");
        let keys = see(&world, "/operator/v1/organizations/acme/api-keys", "").await;
        assert_eq!(keys["data"].as_array().unwrap().len(), 2, "{keys}");
        if was_limited {
            let set = json!([
                {"requests": 900, "per": "minute", "setBy": "operator"},
                {"requests": 90, "per": "minute", "setBy": "manager"},
            ]);
            assert_eq!(keys["data"][0]["limits"], set);
        }
        assert_eq!(world.organization("acme", json!({"name": "Acme of today"})).await["keys"], 2);
        // What was written before there were events begins to count now.
        let numbered = picture["tables"]["EventsTable"].as_array().map_or(0, Vec::len);
        let events = pile(&world, "outbox").await;
        assert_eq!((events.len(), &events[numbered].1["sequence"]), (numbered + 1, &json!(numbered + 1)), "v{version}");
    }
}
