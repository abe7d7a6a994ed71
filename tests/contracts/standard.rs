//! What the contract for a new API promises: errors as RFC 9457 has them, challenges as RFC 6750, the fields of
//! draft-ietf-httpapi-ratelimit-headers-11, and limits per customer.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::{Answer, Key, World};

const NOTES: &str = "/v1/notes";

async fn customer(plan: &str) -> (World, Key) {
    let world = World::serving("standard").await;
    world.organization("acme", json!({"plan": plan})).await;
    let key = world.key("acme", json!({"name": "a", "type": "live"})).await;

    (world, key)
}

/// A refusal is a problem: its media type, its members, and its status once more.
#[track_caller]
fn problem(answer: &Answer) -> Value {
    assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{answer:?}");
    let body = answer.json();
    assert_eq!(body["status"], answer.status, "{answer:?}");
    let code = body["code"].as_str().unwrap();
    assert_eq!(body["type"], format!("https://latchkey.example/docs/errors.md#{code}"));
    assert_eq!(body["request_id"].as_str(), answer.header("apigw-requestid"), "{answer:?}");
    for member in ["title", "detail"].into_iter().filter(|member| body.get(*member).is_some()) {
        assert!(body[member].is_string(), "{answer:?}");
    }

    body
}

async fn with(world: &World, headers: &[(&str, &str)]) -> Answer {
    world.http.send("GET", NOTES, headers, None).await
}

#[tokio::test]
async fn a_401_challenges_and_names_an_error_only_where_a_key_was_presented() {
    let (world, key) = customer("pro").await;
    let bearer = |key: &str| format!("Bearer {key}");
    let unknown = bearer("lk_live_0123456789ABCDEFGHIJKLMNOPQRST4Y2ocH");
    let invalid = "Bearer realm=\"API\", error=\"invalid_token\"";
    for (headers, challenge, code) in [
        (vec![], "Bearer realm=\"API\"", "missing_api_key"),
        (vec![("authorization", "Basic YTpi")], "Bearer realm=\"API\"", "malformed_credential"),
        (vec![("authorization", "Bearer nonsense")], invalid, "invalid_api_key"),
        (vec![("x-api-key", "nonsense")], invalid, "invalid_api_key"),
        (vec![("authorization", &*unknown)], invalid, "invalid_api_key"),
        (vec![("authorization", &*unknown), ("x-api-key", &*key.secret)], invalid, "invalid_api_key"),
    ] {
        let answer = with(&world, &headers).await;
        assert_eq!((answer.status, answer.header("www-authenticate")), (401, Some(challenge)), "{headers:?}");
        assert_eq!(problem(&answer)["code"], code, "{headers:?}");
        assert_eq!(answer.header("ratelimit"), None);
    }
}

#[tokio::test]
async fn a_key_is_taken_from_either_header_and_counted_once_from_both() {
    let (world, key) = customer("pro").await;
    let bearer = format!("Bearer {}", key.secret);
    for (number, headers) in [
        vec![("authorization", &*bearer)],
        vec![("x-api-key", &*key.secret)],
        vec![("authorization", &*bearer), ("x-api-key", &*key.secret)],
    ]
    .into_iter()
    .enumerate()
    {
        let answer = with(&world, &headers).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.header("x-ratelimit-remaining"), Some(&*(599 - number).to_string()));
    }
}

#[tokio::test]
async fn what_lacks_a_scope_is_told_which() {
    let (world, _) = customer("pro").await;
    let reader = world.key("acme", json!({"name": "r", "type": "live", "scopes": ["read"]})).await;
    let answer = world.post(NOTES, &reader, json!({"title": "Milk"})).await;
    assert_eq!(answer.status, 403);
    let challenge = "Bearer realm=\"API\", error=\"insufficient_scope\", scope=\"write\"";
    assert_eq!(answer.header("www-authenticate"), Some(challenge));
    let body = problem(&answer);
    assert_eq!(
        (&body["code"], &body["detail"]),
        (&json!("insufficient_scope"), &json!("The key lacks the scope write"))
    );
}

#[tokio::test]
async fn a_mistyped_key_is_refused_without_a_look_at_the_database() {
    let (world, key) = customer("pro").await;
    let mistyped: Vec<String> = (0..key.secret.len())
        .map(|at| {
            let other = if key.secret.as_bytes()[at] == b'x' { "y" } else { "x" };
            let mut secret = key.secret.clone();
            secret.replace_range(at..=at, other);
            secret
        })
        .collect();
    // A function connects when it starts.
    assert_eq!(world.get(NOTES, &key).await.status, 200);
    let asked = world.asked(async {
        for secret in &mistyped {
            let answer = world.call("GET", NOTES, secret, None).await;
            assert_eq!((answer.status, &problem(&answer)["code"]), (401, &json!("invalid_api_key")));
        }
    });
    assert_eq!(asked.await, Vec::<String>::new());
    assert_eq!(world.verdict(&key.secret).await, "valid");
}

/// The items of a field of structured fields (RFC 9651) that is a list of strings with parameters that are integers.
fn items(field: &str) -> BTreeMap<String, BTreeMap<String, i64>> {
    let item = |item: &str| {
        let mut parts = item.split(';');
        let name = parts.next().unwrap().strip_prefix('"').unwrap().strip_suffix('"').unwrap().to_owned();
        let parameters = parts.map(|parameter| {
            let (name, value) = parameter.split_once('=').unwrap();
            (name.to_owned(), value.parse().unwrap())
        });
        (name, parameters.collect())
    };
    field.split(", ").map(item).collect()
}

#[tokio::test]
async fn all_keys_of_a_customer_draw_on_one_quota_and_every_answer_says_what_is_left() {
    let (world, first) = customer("free").await;
    let second = world.key("acme", json!({"name": "b", "type": "test"})).await;
    let third = world.operate("POST", "/organizations/acme/api-keys", json!({"name": "c", "type": "live"})).await;
    let body = problem(&third);
    assert_eq!((third.status, &body["code"]), (402, &json!("plan_limit_reached")));
    assert_eq!(body["detail"], "The plan free allows 2 API keys");

    for number in 1..=61_i64 {
        let answer = world.get(NOTES, if number % 2 == 0 { &first } else { &second }).await;
        let policies = items(answer.header("ratelimit-policy").unwrap());
        let states = items(answer.header("ratelimit").unwrap());
        assert_eq!(policies.keys().collect::<Vec<_>>(), ["organization-day", "organization-minute"]);
        assert_eq!(policies.keys().collect::<Vec<_>>(), states.keys().collect::<Vec<_>>());
        for (name, policy) in &policies {
            let state = &states[name];
            let q = if name == "organization-day" { 1_000 } else { 60 };
            assert_eq!((policy["q"], state["r"]), (q, q - number.min(60)), "{answer:?}");
            assert!((1..=policy["w"]).contains(&state["t"]), "{answer:?}");
        }
        assert_eq!(answer.header("x-ratelimit-scope"), Some("organization"));
        if number < 61 {
            assert_eq!(answer.status, 200, "{answer:?}");
            continue;
        }
        assert_eq!(answer.status, 429);
        let retry_after: i64 = answer.header("retry-after").unwrap().parse().unwrap();
        assert_eq!(retry_after, states["organization-minute"]["t"], "{answer:?}");
        let body = problem(&answer);
        assert_eq!(body["code"], "organization_rate_limited");
        assert_eq!(body["violated-policies"], json!(["organization-minute"]));
        assert_eq!(body["detail"], format!("Try again in {retry_after} seconds"));
    }
    world.at("2030-06-15T00:01:00Z");
    assert_eq!(world.get(NOTES, &first).await.status, 200);
}

#[tokio::test]
async fn a_test_key_is_none_in_production() {
    let world = World::build("standard", |builder| builder.stage("production")).await;
    world.organization("acme", json!({"plan": "pro"})).await;
    let test = world.operate("POST", "/organizations/acme/api-keys", json!({"name": "t", "type": "test"})).await.json();
    let answer = world.call("GET", NOTES, test["data"]["key"].as_str().unwrap(), None).await;
    assert_eq!((answer.status, &problem(&answer)["code"]), (401, &json!("invalid_api_key")));
    let live = world.key("acme", json!({"name": "l", "type": "live"})).await;
    assert_eq!(world.get(NOTES, &live).await.status, 200);
}

#[tokio::test]
async fn every_other_refusal_is_a_problem_with_its_code() {
    let world = World::serving("standard").await;
    world.organization("acme", json!({"plan": "pro"})).await;
    let key = world.key("acme", json!({"name": "a", "type": "live", "scopes": ["admin"]})).await;
    let unknown = format!("{NOTES}/0193b5a0-7c1e-7a30-9f0a-5d1f6a2b3c4d");
    for (method, path, status, code, detail) in [
        ("GET", "/nowhere", 404, "unknown_route", Value::Null),
        ("DELETE", NOTES, 405, "method_not_allowed", json!("The path takes GET, POST")),
        ("GET", &unknown, 404, "resource_not_found", json!("Note not found")),
        ("GET", "/v1/notes?limit=0", 400, "invalid_request", json!("limit must be a number from 1 to 100")),
        ("GET", "/api/v1/other/api-keys", 404, "organization_not_found", Value::Null),
    ] {
        let answer = world.call(method, path, &key.secret, None).await;
        let body = problem(&answer);
        assert_eq!((answer.status, &body["code"], &body["detail"]), (status, &json!(code), &detail), "{method} {path}");
        let errors = json!([{"field": "limit", "message": "must be a number from 1 to 100"}]);
        assert_eq!(body["errors"], if status == 400 { errors } else { Value::Null });
    }
    world.organization("acme", json!({"plan": "pro", "status": "locked"})).await;
    let locked = world.get(NOTES, &key).await;
    assert_eq!((locked.status, &problem(&locked)["code"]), (402, &json!("organization_locked")));
}
