//! The page "API Keys" of `theFAQ`, from its top to its end; after it, what the vendor's other pages say of every response.
//! The dashboard is the operator's plane.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::{Answer, Key, World};

const KEYS: &str = "/api/v1/acme/api-keys";
const DASHBOARD: &str = "/organizations/acme/api-keys";

const INVALID: &str = r#"{"error":{"code":"invalid_api_key","message":"The API key does not match any active key"}}"#;
const NO_ORGANIZATION: &str = r#"{"error":{"code":"organization_not_found","message":"Organization not found"}}"#;
const NO_ROUTE: &str = r#"{"error":{"code":"route_not_found","message":"No such endpoint"}}"#;

async fn faq(plan: &str) -> World {
    let world = World::serving("thefaq").await;
    world.organization("acme", json!({"plan": plan})).await;
    world
}

/// `-H "Authorization: Bearer $FAQAPP_API_KEY"`.
async fn curl(world: &World, path: &str, key: &Key) -> Answer {
    world.http.send("GET", path, &[("authorization", &format!("Bearer {}", key.secret))], None).await
}

/// "API keys authenticate every request."
#[tokio::test]
async fn a_request_without_a_key_is_refused() {
    let world = faq("pro").await;
    let missing = r#"{"error":{"code":"invalid_api_key","message":"An API key is required"}}"#;
    world.anonymous("GET", KEYS).await.is(401, &[], missing);
    let scheme =
        r#"{"error":{"code":"invalid_api_key","message":"The Authorization header must be: Bearer <API key>"}}"#;
    world.http.send("GET", KEYS, &[("authorization", "Basic YTpi")], None).await.is(401, &[], scheme);
    world.http.send("GET", KEYS, &[("authorization", "Bearer a")], None).await.is(401, &[], INVALID);
}

/// "Each key belongs to one organization."
#[tokio::test]
async fn a_key_opens_its_own_organization_alone() {
    let world = faq("pro").await;
    world.organization("other", json!({"plan": "pro"})).await;
    let key = world.key("acme", json!({"name": "a"})).await;
    for (left, slug) in [(1199, "other"), (1198, "nobody"), (1197, "ACME"), (1196, "acme%20")] {
        let quota = [
            "x-ratelimit-limit: 1200".to_owned(),
            format!("x-ratelimit-remaining: {left}"),
            "x-ratelimit-reset: 1907712060".to_owned(),
        ];
        let quota = quota.each_ref().map(String::as_str);
        curl(&world, &format!("/api/v1/{slug}/api-keys"), &key).await.is(404, &quota, NO_ORGANIZATION);
    }
}

/// "List": the example request and its response.
#[tokio::test]
async fn the_list_reads_as_the_page_shows_it() {
    // The page's response, but for what follows from the key: its id and fingerprint.
    let page = r#"
        {
          "data": [
            {
              "id": "key_8X3F",
              "name": "production-web",
              "scopes": ["read", "write"],
              "lastUsedAt": "2026-05-20T09:14:08Z",
              "createdAt": "2026-04-12T10:00:00Z",
              "fingerprint": "a14b2c…"
            }
          ],
          "meta": { "pagination": { "limit": 20, "cursor": null, "hasMore": false } }
        }"#;
    let world = World::serving("thefaq").await;
    world.at("2026-04-12T10:00:00Z");
    world.organization("acme", json!({"plan": "pro"})).await;
    let key = world.key("acme", json!({"name": "production-web", "scopes": ["read", "write"]})).await;

    world.at("2026-05-20T09:14:08Z");
    let answer = curl(&world, KEYS, &key).await;
    // "Only the SHA-256 fingerprint (first 6 chars) is shown for identification."
    let [a, b, c, ..] = <[u8; 32]>::from(Sha256::digest(&key.secret));
    let fingerprint = format!("{a:02x}{b:02x}{c:02x}");
    let page = page.replace("key_8X3F", &key.id).replace("a14b2c", &fingerprint);
    let page: Value = serde_json::from_str(&page).unwrap();
    let quota = ["x-ratelimit-limit: 1200", "x-ratelimit-remaining: 1199", "x-ratelimit-reset: 1779268500"];
    answer.is(200, &quota, &page.to_string());
    // "The full key value is never returned by list."
    assert!(!answer.body.contains(key.secret.trim_start_matches("faq_")));
}

/// "Required scope: any (read works)."
#[tokio::test]
async fn any_scope_may_list() {
    let world = faq("pro").await;
    for scopes in [json!(["read"]), json!(["write"]), json!(["read", "write"])] {
        let key = world.key("acme", json!({"name": "a", "scopes": scopes})).await;
        assert_eq!(curl(&world, KEYS, &key).await.status, 200, "{scopes}");
    }
}

/// "Create and revoke": "There's no public endpoint."
#[tokio::test]
async fn keys_are_neither_made_nor_changed_nor_revoked_with_a_key() {
    let world = faq("pro").await;
    let key = world.key("acme", json!({"name": "a", "scopes": ["read", "write"]})).await;
    let before = world.authority().await;
    let own = format!("{KEYS}/{}", key.id);
    for (method, path, order) in [
        ("GET", &own, None),
        ("PATCH", &own, Some(json!({"name": "b"}))),
        ("DELETE", &own, None),
        ("PUT", &own, Some(json!({"name": "b"}))),
    ] {
        world.call(method, path, &key.secret, order).await.is(404, &[], NO_ROUTE);
    }
    let method = r#"{"error":{"code":"method_not_allowed","message":"This endpoint does not take this method"}}"#;
    let order = Some(json!({"name": "b", "scopes": ["read"]}));
    world.call("POST", KEYS, &key.secret, order).await.is(405, &["allow: GET"], method);
    assert_eq!(world.authority().await, before);
}

/// "When you create a key": a name, the scopes that you need, and "It's shown once."
#[tokio::test]
async fn a_key_is_made_in_the_dashboard_and_shown_once() {
    let world = faq("pro").await;
    for scopes in [json!(["read"]), json!(["write"]), json!(["read", "write"])] {
        let answer = world.operate("POST", DASHBOARD, json!({"name": "visible later", "scopes": scopes})).await;
        let made = answer.json()["data"].clone();
        assert_eq!((answer.status, &made["scopes"]), (201, &scopes));
        let secret = made["key"].as_str().unwrap();
        let key = Key { id: made["id"].as_str().unwrap().to_owned(), secret: secret.to_owned() };
        let listed = curl(&world, KEYS, &key).await;
        assert_eq!(listed.json()["data"][0]["name"], "visible later");
        let shown = world.operate("GET", &format!("{DASHBOARD}/{}", key.id), Value::Null).await;
        assert_eq!(shown.json()["data"]["name"], "visible later");
        for later in [listed, shown, world.operate("GET", DASHBOARD, Value::Null).await] {
            assert!(!later.body.contains(secret.trim_start_matches("faq_")), "{later:?}");
        }
    }
    let none = world.operate("POST", DASHBOARD, json!({"name": "a", "scopes": []})).await;
    none.is(400, &[], r#"{"error":{"code":"validation_error","message":"scopes must name at least 1","details":[{"field":"scopes","message":"must name at least 1"}]}}"#);
}

/// "When you revoke a key, every request using it starts returning `401 invalid_api_key` instantly."
#[tokio::test]
async fn a_revoked_key_is_refused_at_once() {
    let world = faq("pro").await;
    let key = world.key("acme", json!({"name": "a"})).await;
    for _ in 0..3 {
        assert_eq!(curl(&world, KEYS, &key).await.status, 200);
    }
    assert_eq!(world.operate("DELETE", &format!("{DASHBOARD}/{}", key.id), Value::Null).await.status, 200);
    for _ in 0..3 {
        curl(&world, KEYS, &key).await.is(401, &[], INVALID);
    }
}

/// "Rotation pattern", step by step.
#[tokio::test]
async fn a_key_is_rotated_as_the_page_advises() {
    let world = faq("pro").await;
    let old = world.key("acme", json!({"name": "old", "scopes": ["read", "write"]})).await;
    assert_eq!(curl(&world, KEYS, &old).await.status, 200);
    let last_used = |list: &Answer, key: &Key| {
        let keys = list.json()["data"].as_array().unwrap().clone();
        keys.iter().find(|listed| listed["id"] == key.id).map(|key| key["lastUsedAt"].clone())
    };

    // 1. Create a new key with the same scopes in the dashboard.
    world.at("2030-06-15T01:00:00Z");
    let new = world.key("acme", json!({"name": "new", "scopes": ["read", "write"]})).await;
    let list = curl(&world, KEYS, &old).await;
    assert_eq!(last_used(&list, &new), Some(Value::Null));
    assert_eq!(last_used(&list, &old), Some(json!("2030-06-15T01:00:00Z")));

    // 2. Roll it out. 3. Wait until you see traffic on the new key.
    world.at("2030-06-15T02:00:00Z");
    let list = curl(&world, KEYS, &new).await;
    assert_eq!(last_used(&list, &new), Some(json!("2030-06-15T02:00:00Z")));
    assert_eq!(last_used(&list, &old), Some(json!("2030-06-15T01:00:00Z")));

    // 4. Revoke the old key in the dashboard.
    world.operate("DELETE", &format!("{DASHBOARD}/{}", old.id), Value::Null).await;
    curl(&world, KEYS, &old).await.is(401, &[], INVALID);
    let list = curl(&world, KEYS, &new).await;
    assert_eq!((list.status, last_used(&list, &old)), (200, None));
}

/// "Error codes": `invalid_api_key` is in [`a_request_without_a_key_is_refused`] and [`a_revoked_key_is_refused_at_once`].
#[tokio::test]
async fn insufficient_scope_names_the_scope() {
    let world = faq("pro").await;
    // No endpoint of this stack needs `write`: a service behind it asks, and hands the answer on.
    let key = world.key("acme", json!({"name": "a", "scopes": ["read"]})).await;
    let verdict = world.operate("POST", "/verify", json!({"key": key.secret, "scopes": ["write"]})).await.json();
    let response = &verdict["data"]["response"];
    assert_eq!(response["status"], 403);
    assert_eq!(
        response["body"].to_string(),
        r#"{"error":{"code":"insufficient_scope","message":"The API key lacks the scope write"}}"#
    );
    assert_eq!(response["headers"]["x-ratelimit-remaining"], "1199");
}

#[tokio::test]
async fn plan_limit_reached_is_the_cap_on_keys_and_revoking_one_makes_room() {
    for (plan, cap) in [("free", 2), ("starter", 5), ("pro", 25)] {
        let world = faq(plan).await;
        let mut keys = Vec::new();
        for number in 0..cap {
            keys.push(world.key("acme", json!({"name": format!("{number}")})).await);
        }
        let refused = world.operate("POST", DASHBOARD, json!({"name": "one more"})).await;
        let body =
            format!(r#"{{"error":{{"code":"plan_limit_reached","message":"The plan {plan} allows {cap} API keys"}}}}"#);
        refused.is(402, &[], &body);
        world.operate("DELETE", &format!("{DASHBOARD}/{}", keys[0].id), Value::Null).await;
        world.key("acme", json!({"name": "one more"})).await;
    }
}

/// The vendor's other pages: requests per minute by plan, told on every response.
#[tokio::test]
async fn every_response_tells_what_is_left_of_the_plans_requests() {
    let own = json!([{"requests": 5000, "per": "minute"}]);
    for (plan, limits, limit) in [
        ("free", Value::Null, 60),
        ("starter", Value::Null, 300),
        ("pro", Value::Null, 1200),
        ("enterprise", own, 5000),
    ] {
        let world = World::serving("thefaq").await;
        world.organization("acme", json!({"plan": plan, "limits": limits})).await;
        let key = world.key("acme", json!({"name": "a"})).await;
        for used in 1..=3 {
            let quota = [
                format!("x-ratelimit-limit: {limit}"),
                format!("x-ratelimit-remaining: {}", limit - used),
                "x-ratelimit-reset: 1907712060".to_owned(),
            ];
            assert_eq!(curl(&world, KEYS, &key).await.own_headers(), quota, "{plan}");
        }
    }
}

#[tokio::test]
async fn rate_limit_exceeded_says_when_to_come_again() {
    let world = faq("free").await;
    let key = world.key("acme", json!({"name": "a"})).await;
    for _ in 0..60 {
        assert_eq!(curl(&world, KEYS, &key).await.status, 200);
    }
    let body =
        r#"{"error":{"code":"rate_limit_exceeded","message":"Rate limit exceeded","details":{"retryAfter":30}}}"#;
    let headers =
        ["retry-after: 30", "x-ratelimit-limit: 60", "x-ratelimit-remaining: 0", "x-ratelimit-reset: 1907712060"];
    curl(&world, KEYS, &key).await.is(429, &headers, body);
    world.at("2030-06-15T00:01:00Z");
    assert_eq!(curl(&world, KEYS, &key).await.status, 200);
}

/// Health needs no key.
#[tokio::test]
async fn health_is_open() {
    let world = World::serving("thefaq").await;
    let answer = world.anonymous("GET", "/api/v1/health").await;
    assert_eq!((answer.status, &answer.json()["ok"]), (200, &json!(true)));
}
