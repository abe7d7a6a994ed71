//! The promise: a browser lets scripts of the pages that the contract names call the API, and read its answers.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Answer, Key, World, root};

const PATH: &str = "/api/experiences";
const PAGE: (&str, &str) = ("origin", "https://shop.example");

async fn organization(world: &World, kind: &str) -> Key {
    world.organization("acme", json!({"plan": "free"})).await;
    world.key("acme", json!({"name": "widget", "type": kind})).await
}

/// The browser's question before a script may send `method` with a key to `path`.
async fn preflight(world: &World, origin: &str, method: &str, path: &str) -> Answer {
    let asks = [
        ("origin", origin),
        ("access-control-request-method", method),
        ("access-control-request-headers", "authorization"),
    ];
    world.http.send("OPTIONS", path, &asks, None).await
}

#[tokio::test]
async fn a_script_of_any_page_calls_with_a_public_key() {
    let world = World::serving("fanfare").await;
    let key = organization(&world, "public").await;
    let answer = preflight(&world, PAGE.1, "GET", PATH).await;
    assert_eq!((answer.status, answer.body.as_str()), (204, ""));
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert_eq!(answer.header("access-control-allow-methods"), Some("GET, HEAD, POST, PUT, PATCH, DELETE"));
    assert_eq!(answer.header("access-control-allow-headers"), Some("authorization"));
    assert_eq!(answer.header("access-control-max-age"), Some("7200"));

    let bearer = format!("Bearer {}", key.secret);
    let answer = world.http.send("GET", PATH, &[PAGE, ("authorization", &bearer)], None).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert_eq!(answer.header("access-control-expose-headers"), Some("*"));
    assert_eq!(answer.header("x-ratelimit-remaining"), Some("99"));
}

#[tokio::test]
async fn a_script_may_send_the_headers_that_it_asks_for_and_no_cookies() {
    let world = World::serving("fanfare").await;
    let ours = "authorization, content-type, Idempotency-Key";
    let long = format!("x-{}", "a".repeat(1_000));
    for (asked, allowed) in [
        (None, ours),
        (Some("authorization,baggage,sentry-trace,traceparent"), "authorization,baggage,sentry-trace,traceparent"),
        (Some("x-a, X-B"), "x-a, X-B"),
        (Some("x-a,,"), ours),
        (Some("*, (x)"), ours),
        (Some(&*long), ours),
    ] {
        let method = ("access-control-request-method", "GET");
        let headers: Vec<_> =
            [PAGE, method].into_iter().chain(asked.map(|asked| ("access-control-request-headers", asked))).collect();
        let answer = world.http.send("OPTIONS", PATH, &headers, None).await;
        assert_eq!((answer.status, answer.header("access-control-allow-headers")), (204, Some(allowed)), "{asked:?}");
        assert_eq!(answer.header("access-control-allow-credentials"), None);
    }
}

#[tokio::test]
async fn a_script_can_read_why_it_is_refused() {
    let world = World::serving("fanfare").await;
    let key = organization(&world, "public").await;
    let bearer = format!("Bearer {}", key.secret);
    world.organization("acme", json!({"limits": [{"requests": 1, "per": "minute"}]})).await;
    assert_eq!(world.get(PATH, &key).await.status, 200);
    for (method, path, headers, status) in [
        ("GET", PATH, &[PAGE][..], 401),
        ("GET", PATH, &[PAGE, ("authorization", "Bearer junk")], 401),
        ("POST", PATH, &[PAGE, ("authorization", &bearer)], 401),
        ("GET", PATH, &[PAGE, ("authorization", &bearer)], 429),
        ("GET", "/api/nothing", &[PAGE, ("authorization", &bearer)], 404),
        ("DELETE", PATH, &[PAGE, ("authorization", &bearer)], 405),
    ] {
        let asked = preflight(&world, PAGE.1, method, path).await;
        assert_eq!((asked.status, asked.header("access-control-allow-origin")), (204, Some("*")), "{method} {path}");
        let answer = world.http.send(method, path, headers, None).await;
        assert_eq!(answer.status, status, "{method} {path}");
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"), "{method} {path}");
        assert_eq!(answer.header("access-control-expose-headers"), Some("*"), "{method} {path}");
        assert_eq!(answer.header("retry-after"), (status == 429).then_some("30"), "{method} {path}");
    }
}

#[tokio::test]
async fn an_answer_that_is_kept_is_good_for_every_page() {
    let world = World::serving("fanfare").await;
    let key = organization(&world, "public").await;
    // No page has asked for this answer, but one reads it from a cache.
    assert_eq!(world.get(PATH, &key).await.header("access-control-allow-origin"), Some("*"));
    // A client that asks what a path takes is not a browser.
    assert_eq!(world.anonymous("OPTIONS", PATH).await.status, 405);
    assert_eq!(world.http.send("OPTIONS", PATH, &[PAGE], None).await.status, 405);
}

#[tokio::test]
async fn pages_do_not_reach_the_operators_routes() {
    let world = World::serving("fanfare").await;
    let mut answers = vec![
        (200, world.operate("GET", "/organizations", Value::Null).await),
        (404, world.http.send("GET", "/operator/v1/nothing", &[PAGE], None).await),
    ];
    for path in ["/operator/v1/verify", "/operator/v1/organizations/acme"] {
        answers.push((405, preflight(&world, PAGE.1, "POST", path).await));
    }
    for (status, answer) in answers {
        assert_eq!(answer.status, status, "{answer:?}");
        assert!(answer.headers.keys().all(|name| !name.as_str().starts_with("access-control-")), "{answer:?}");
    }
}

#[tokio::test]
async fn a_contract_without_it_leaves_browsers_outside() {
    let (world, key) = World::academy("pro").await;
    let bearer = format!("Bearer {}", key.secret);
    for (status, answer) in [
        (405, preflight(&world, PAGE.1, "GET", "/api/v1/courses").await),
        (200, world.http.send("GET", "/api/v1/courses", &[PAGE, ("authorization", &bearer)], None).await),
    ] {
        assert_eq!(answer.status, status, "{answer:?}");
        assert!(answer.headers.keys().all(|name| !name.as_str().starts_with("access-control-")), "{answer:?}");
    }
}

#[tokio::test]
async fn a_contract_may_name_the_pages_and_no_other_one_is_let_in() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.toml");
    let contract = fs::read_to_string(root().join("contracts/fanfare.toml")).unwrap();
    let named =
        contract.replace("origins = [\"*\"]", "origins = [\"https://shop.example\", \"http://localhost:5173\"]");
    assert_ne!(named, contract);
    fs::write(&path, named).unwrap();
    let reference = |builder: local::Builder| builder.parameter("ReferenceApi", "experiences");
    let world = World::build(path.to_str().unwrap(), reference).await;
    let key = organization(&world, "secret").await;
    let bearer = format!("Bearer {}", key.secret);
    assert_eq!(world.get(PATH, &key).await.header("vary"), Some("origin"), "asked by no page");
    for (origin, allowed) in [
        ("https://shop.example", true),
        ("http://localhost:5173", true),
        ("https://evil.example", false),
        ("https://shop.example.evil.example", false),
        ("http://shop.example", false),
        ("null", false),
    ] {
        let expected = allowed.then_some(origin);
        let asked = preflight(&world, origin, "GET", PATH).await;
        assert_eq!(asked.status, if allowed { 204 } else { 405 }, "{origin}");
        let called = world.http.send("GET", PATH, &[("origin", origin), ("authorization", &bearer)], None).await;
        assert_eq!(called.status, 200, "a key is a key, whatever the page");
        for answer in [asked, called] {
            assert_eq!(answer.header("access-control-allow-origin"), expected, "{origin}");
            assert_eq!(answer.header("vary"), Some("origin"), "{origin}");
        }
    }
}
