//! AWS's own runtime emulator, the one in the containers of `sam local`, runs our binaries: one behind the gate, one that only
//! signed requests reach, and the authorizer. Its answers are those of the local stack, in the same words, from the same tables.
//!
//! Only `.ci/emulator` runs this: it knows where the emulator is.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test ends by panicking")]

mod rie;

use std::path::Path;

use local::{FunctionError, Stack};
use serde_json::{Value, json};

use rie::Emulator;

/// A key as its owner got it.
struct Key {
    id: String,
    secret: String,
}

/// Two stacks in one: each runner has a key of its own, or else they would share counters.
struct World {
    stack: Stack,
    ours: Key,
    theirs: Key,
    /// The minute of the requests. The emulator's clock is the real one, and an event must not be far from it.
    minute: i64,
}

impl World {
    async fn new() -> Self {
        let binaries = Path::new(env!("CARGO_BIN_EXE_gate-verify")).parent().unwrap();
        let template = Path::new(env!("CARGO_MANIFEST_DIR")).join("template.yaml");
        let stack = Stack::builder(template).contract("fayne").stage("local").parameter("StoreTimeout", "2000");
        let stack = stack.binaries(binaries).quiet().start().await.unwrap();
        let organization = json!({"plan": "pro", "limits": [{"requests": 3, "per": "minute"}]});
        operate(&stack, "PUT", "", organization).await;
        let course = json!({"title": "DynamoDB by example", "status": "draft"});
        operate(&stack, "PUT", "/courses/0193b5a0-7c1e-7a30-9f0a-5d1f6a2b3c4e", course).await;
        let [ours, theirs] = [key(&stack).await, key(&stack).await];

        let minute = stack.clock().now_millis() / 60_000;

        Self { stack, ours, theirs, minute }
    }

    /// What the stack and `emulator` answer to the event that `event` makes for a secret: the same.
    async fn answer(&self, emulator: &Emulator, function: &str, event: impl Fn(&str) -> Value) -> Value {
        let ours = match self.stack.invoke(function, event(&self.ours.secret)).await {
            Err(FunctionError::Failed { kind, message, .. }) => json!({"errorType": kind, "errorMessage": message}),
            answer => answer.unwrap(),
        };
        let theirs = emulator.invoke(&event(&self.theirs.secret)).await.replace(&self.theirs.id, &self.ours.id);
        assert_eq!(ours, serde_json::from_str::<Value>(&theirs).unwrap(), "{function}: {}", emulator.said());

        ours
    }
}

async fn operate(stack: &Stack, method: &str, path: &str, body: Value) -> Value {
    let path = format!("/operator/v1/organizations/acme{path}");
    let reply = stack.operate(method, &path, Some(&body)).await.unwrap();
    assert!(matches!(reply.status, 200 | 201), "{path}: {}", reply.json());

    reply.json()
}

async fn key(stack: &Stack) -> Key {
    let issued = operate(stack, "POST", "/api-keys", json!({"name": "web", "scopes": ["read"]})).await;
    let text = |name: &str| issued["data"][name].as_str().unwrap().to_owned();

    Key { id: text("id"), secret: text("key") }
}

/// A request of an HTTP API, in the minute of that number since 1970.
fn request(minute: i64, route: &str, headers: &Value, body: Option<&Value>) -> Value {
    let (method, uri) = route.split_once(' ').unwrap();
    let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
    let route = format!("{method} {path}");
    json!({
        "version": "2.0", "routeKey": route, "rawPath": path, "rawQueryString": query, "headers": headers,
        "requestContext": {
            "authorizer": {"iam": {"userArn": "arn:aws:iam::000000000000:user/operator"}},
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "test"},
            "requestId": "id", "routeKey": route, "stage": "$default", "timeEpoch": minute * 60_000 + 30_000,
        },
        "body": body.map(Value::to_string), "isBase64Encoded": false,
    })
}

fn bearer(secret: &str) -> Value {
    json!({"authorization": format!("Bearer {secret}"), "host": "api.example.com"})
}

/// What an HTTP API asks its authorizer, in payload format 1.0 or 2.0.
fn question(version: &str, minute: i64, secret: &str) -> Value {
    let mut event = request(minute, "GET /orders", &bearer(secret), None);
    event["version"] = json!(version);
    event["type"] = json!("REQUEST");
    if version == "1.0" {
        event["methodArn"] = json!("arn:aws:execute-api:us-east-1:000000000000:api/$default/GET/orders");
        event["requestContext"]["requestTimeEpoch"] = event["requestContext"]["timeEpoch"].take();
    }

    event
}

#[tokio::test]
async fn a_function_behind_the_gate_answers_under_it_as_here() {
    let world = World::new().await;
    let emulator =
        Emulator::start(&world.stack, "AcademyListCourses", env!("CARGO_BIN_EXE_academy-list-courses")).await;
    for (uri, status) in [
        ("/api/v1/courses", 200),
        ("/api/v1/courses?limit=0", 400),
        ("/api/v1/courses?limit=1&offset=1", 200),
        ("/api/v1/courses", 429),
    ] {
        let event = |secret: &str| request(world.minute, &format!("GET {uri}"), &bearer(secret), None);
        let answer = world.answer(&emulator, "AcademyListCourses", event).await;
        assert_eq!(answer["statusCode"], status, "{uri}: {answer}");
    }
    let anonymous = |_: &str| request(world.minute, "GET /api/v1/courses", &json!({"host": "api.example.com"}), None);
    assert_eq!(world.answer(&emulator, "AcademyListCourses", anonymous).await["statusCode"], 401);
    // Not a request at all: a gateway never sends it, but somebody at a console may.
    assert_eq!(world.answer(&emulator, "AcademyListCourses", |_| json!({})).await["statusCode"], 400);
    world.stack.stop().await;
}

#[tokio::test]
async fn a_function_for_signed_requests_answers_under_it_as_here() {
    let world = World::new().await;
    let emulator = Emulator::start(&world.stack, "GateVerify", env!("CARGO_BIN_EXE_gate-verify")).await;
    let headers = json!({"content-type": "application/json", "host": "api.example.com"});
    for (scopes, valid) in [(json!([]), true), (json!(["write"]), false), (json!(["read"]), true), (json!([]), false)] {
        let event = |secret: &str| {
            request(world.minute, "POST /operator/v1/verify", &headers, Some(&json!({"key": secret, "scopes": scopes})))
        };
        let answer = world.answer(&emulator, "GateVerify", event).await;
        let body: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
        assert_eq!((&answer["statusCode"], &body["data"]["valid"]), (&json!(200), &json!(valid)), "{answer}");
    }
    let unnamed = |_: &str| request(world.minute, "POST /operator/v1/verify", &headers, Some(&json!({"key": 7})));
    assert_eq!(world.answer(&emulator, "GateVerify", unnamed).await["statusCode"], 400);
    world.stack.stop().await;
}

#[tokio::test]
async fn the_authorizer_answers_under_it_as_here() {
    let world = World::new().await;
    let emulator = Emulator::start(&world.stack, "GateAuthorize", env!("CARGO_BIN_EXE_gate-authorize")).await;
    for allowed in [true, true, true, false] {
        let answer = world.answer(&emulator, "GateAuthorize", |secret| question("2.0", world.minute, secret)).await;
        assert_eq!(answer["isAuthorized"], allowed, "{answer}");
    }
    let policy = world.answer(&emulator, "GateAuthorize", |secret| question("1.0", world.minute + 1, secret)).await;
    assert_eq!(policy["policyDocument"]["Statement"][0]["Effect"], "Allow", "{policy}");
    let stranger = |_: &str| question("2.0", world.minute, "fa_live_00000000000000000000000000000000");
    assert_eq!(world.answer(&emulator, "GateAuthorize", stranger).await["context"]["refused"], "unknown_key");
    // It fails, and both pass on how.
    let failed = world.answer(&emulator, "GateAuthorize", |_| json!([])).await;
    assert_eq!(failed["errorMessage"], "no verdict");
    // The extension that gives usage the time to be written, when the process ends.
    let said = emulator.said();
    assert!(said.lines().any(|line| line.contains("agent latchkey") && line.contains("registered")), "{said}");
    world.stack.stop().await;
}
