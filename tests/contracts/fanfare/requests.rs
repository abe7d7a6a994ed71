//! What the page says of requests: scopes, the header, limits, and what is answered to those that are refused.

use serde_json::{Value, json};

use super::{DASHBOARD, EXAMPLE, SCOPES, fanfare, is, key, knock, quota};
use crate::support::{Key, World};

/// "Permission Scopes", row by row.
#[tokio::test]
async fn each_scope_opens_its_calls_and_admin_all_of_them() {
    let world = fanfare("pro").await;
    for (held, _) in SCOPES {
        let key = world.key("acme", json!({"name": held, "type": "secret", "scopes": [held]})).await;
        let mut remaining = 10_000;
        for (needed, calls) in SCOPES {
            for call in calls {
                let answer = knock(&world, *call, &key).await;
                remaining -= 1;
                assert_eq!(answer.own_headers(), quota(10_000, remaining), "{held} {call:?}");
                if held == needed || held == "admin" {
                    assert!([200, 400, 404].contains(&answer.status), "{held} {call:?}: {answer:?}");
                } else {
                    let body =
                        format!(r#"{{"error":"Permission denied","message":"This key needs the scope {needed}"}}"#);
                    assert_eq!((answer.status, answer.body), (403, body), "{held} {call:?}");
                }
            }
        }
    }
}

/// "If your plan supports granular permissions".
#[tokio::test]
async fn permissions_are_for_plans_that_support_them() {
    for (plan, limits, status) in [
        ("free", Value::Null, 402),
        ("basic", Value::Null, 201),
        ("pro", Value::Null, 201),
        ("enterprise", json!([{"requests": 5, "per": "minute"}]), 201),
    ] {
        let world = World::serving("fanfare").await;
        world.organization("acme", json!({"plan": plan, "limits": limits})).await;
        let order = json!({"name": "a", "type": "secret", "scopes": ["read:consumers"]});
        let answer = world.operate("POST", DASHBOARD, order).await;
        assert_eq!(answer.status, status, "{plan}");
        if status == 402 {
            is(&answer, 402, &[], r#"{"error":"The plan does not include a choice of scopes"}"#);
        }
        // Without a choice of permissions a key has all that its type can have.
        let whole = key(&world, "secret").await;
        assert_eq!(world.get("/api/analytics", &whole).await.status, 200, "{plan}");
    }
}

/// "Example Request".
#[tokio::test]
async fn the_example_request_is_answered() {
    let world = fanfare("pro").await;
    let key = key(&world, "secret").await;
    let credential = format!("Bearer {}", key.secret);
    let answer = world.http.send("GET", EXAMPLE, &[("Authorization", &credential)], None).await;
    is(&answer, 200, &quota(10_000, 9_999), r#"{"data":[],"pageInfo":{"startCursor":null,"endCursor":null}}"#);

    let made = world.post(EXAMPLE, &key, json!({"name": "Summer drop"})).await.json();
    let page = world.get(EXAMPLE, &key).await.json();
    let cursor = page["pageInfo"]["endCursor"].clone();
    assert!(cursor.is_string());
    let info = json!({"startCursor": cursor, "endCursor": cursor});
    assert_eq!(page, json!({"data": [made["data"]], "pageInfo": info}));
}

/// "Authentication Methods", and headers that are not among them.
#[tokio::test]
async fn a_key_goes_into_the_header_after_bearer_and_nowhere_else() {
    let world = fanfare("pro").await;
    let key = key(&world, "secret").await;
    let [bearer, lower, basic] = ["Bearer", "bearer", "Basic"].map(|scheme| format!("{scheme} {}", key.secret));
    let query = format!("{EXAMPLE}?api_key={0}&access_token={0}", key.secret);
    let required = r#"{"error":"Authentication required"}"#;
    for (path, header, value, status) in [
        (EXAMPLE, "authorization", &bearer, 200),
        (EXAMPLE, "AUTHORIZATION", &lower, 200),
        (EXAMPLE, "authorization", &basic, 401),
        (EXAMPLE, "authorization", &key.secret, 401),
        (EXAMPLE, "authorization", &"Bearer ".to_owned(), 401),
        (EXAMPLE, "x-api-key", &key.secret, 401),
        (EXAMPLE, "cookie", &format!("authorization={bearer}"), 401),
        (query.as_str(), "accept", &"*/*".to_owned(), 401),
    ] {
        let answer = world.http.send("GET", path, &[(header, value)], None).await;
        assert_eq!(answer.status, status, "{header}: {value}");
        if status == 401 {
            is(&answer, 401, &[], required);
        }
    }
}

/// "Rate Limits", row by row.
#[tokio::test]
async fn each_plan_has_its_limit_per_minute() {
    for (plan, limits, limit) in [
        ("free", Value::Null, 100),
        ("basic", Value::Null, 1_000),
        ("pro", Value::Null, 10_000),
        ("enterprise", json!([{"requests": 123_456, "per": "minute"}]), 123_456),
    ] {
        let world = World::serving("fanfare").await;
        world.organization("acme", json!({"plan": plan, "limits": limits})).await;
        for kind in ["public", "secret", "test"] {
            let answer = world.get(EXAMPLE, &key(&world, kind).await).await;
            assert_eq!((answer.status, answer.own_headers()), (200, quota(limit, limit - 1).to_vec()), "{plan} {kind}");
        }
    }
    let world = World::serving("fanfare").await;
    let answer = world.operate("PUT", "/organizations/acme", json!({"plan": "enterprise"})).await;
    assert_eq!((answer.status, &answer.json()["details"][0]["field"]), (400, &json!("limits")), "custom means given");
}

/// "Rate Limits", the first row, request by request.
#[tokio::test]
async fn the_hundred_and_first_request_of_a_free_minute_is_refused_and_the_next_minute_is_open() {
    let world = fanfare("free").await;
    let key = key(&world, "public").await;
    for remaining in (0..100).rev() {
        let answer = world.get(EXAMPLE, &key).await;
        assert_eq!((answer.status, answer.own_headers()), (200, quota(100, remaining).to_vec()));
    }
    for _ in 0..3 {
        let headers = [vec!["retry-after: 30".to_owned()], quota(100, 0).to_vec()].concat();
        is(&world.get(EXAMPLE, &key).await, 429, &headers, r#"{"error":"Rate limit exceeded","retryAfter":30}"#);
    }
    world.at("2030-06-15T00:01:00Z");
    let answer = world.get(EXAMPLE, &key).await;
    assert_eq!((answer.status, answer.header("x-ratelimit-remaining")), (200, Some("99")));
    assert_eq!(answer.header("x-ratelimit-reset"), Some("1907712120"));
}

/// "Rate Limit Headers", on every response.
#[tokio::test]
async fn every_response_that_a_known_key_gets_has_the_rate_limit_headers() {
    let world = fanfare("pro").await;
    world.organization("acme", json!({"limits": [{"requests": 8, "per": "minute"}]})).await;
    let key = key(&world, "secret").await;
    let reader = world.key("acme", json!({"name": "a", "type": "secret", "scopes": ["read:consumers"]})).await;
    let nowhere = "/api/experiences/0193b5a0-7c1e-7a30-9f0a-5d1f6a2b3c4d";
    let slug = r#"{"error":"There is an experience with the slug a"}"#;
    let name = r#"{"error":"Validation failed","details":[{"field":"name","message":"is required"}]}"#;
    for (number, (method, path, body, status, reply)) in [
        ("GET", EXAMPLE, None, 200, None),
        ("POST", EXAMPLE, Some(json!({"name": "a"})), 201, None),
        ("POST", EXAMPLE, Some(json!({"name": "a"})), 409, Some(slug)),
        ("POST", EXAMPLE, Some(json!({})), 400, Some(name)),
        ("GET", nowhere, None, 404, Some(r#"{"error":"Experience not found"}"#)),
        ("GET", "/api/v1/other/api-keys", None, 404, Some(r#"{"error":"Organization not found"}"#)),
        ("GET", "/api/analytics", None, 200, None),
        ("GET", "/api/consumers", None, 200, None),
    ]
    .into_iter()
    .enumerate()
    {
        let answer = world.call(method, path, &key.secret, body).await;
        let remaining = 7 - u32::try_from(number).unwrap();
        assert_eq!((answer.status, answer.own_headers()), (status, quota(8, remaining).to_vec()), "{method} {path}");
        assert!(reply.is_none_or(|reply| answer.body == reply), "{answer:?}");
    }
    let headers = [vec!["retry-after: 30".to_owned()], quota(8, 0).to_vec()].concat();
    is(&world.get(EXAMPLE, &key).await, 429, &headers, r#"{"error":"Rate limit exceeded","retryAfter":30}"#);
    let denied = r#"{"error":"Permission denied","message":"This key needs the scope read:experiences"}"#;
    is(&world.get(EXAMPLE, &reader).await, 403, &quota(8, 7), denied);
    world.organization("acme", json!({"status": "locked"})).await;
    is(&world.get(EXAMPLE, &reader).await, 402, &quota(8, 7), r#"{"error":"Organization locked"}"#);
}

/// "Invalid API Key".
#[tokio::test]
async fn a_key_that_does_not_work_is_told_why() {
    let world = fanfare("pro").await;
    let old = world.key("acme", json!({"name": "a", "type": "secret", "expiresAt": "2030-06-15T00:00:31Z"})).await;
    let off = key(&world, "secret").await;
    world.operate("PATCH", &format!("{DASHBOARD}/{}", off.id), json!({"status": "inactive"})).await;
    let gone = key(&world, "secret").await;
    assert_eq!(world.get(EXAMPLE, &gone).await.status, 200);
    world.operate("DELETE", &format!("{DASHBOARD}/{}", gone.id), Value::Null).await;
    assert_eq!(world.get(EXAMPLE, &old).await.status, 200);
    world.at("2030-06-15T00:00:31Z");
    let zeros = "0".repeat(32);
    for (secret, message) in [
        (format!("sk_live_{zeros}"), "Invalid API key"),
        (format!("sk_dead_{zeros}"), "Invalid API key"),
        (format!("{}0", gone.secret), "Invalid API key"),
        ("xxxxx".to_owned(), "Invalid API key"),
        (gone.secret, "Invalid API key"),
        (old.secret, "API key has expired"),
        (off.secret, "API key is inactive"),
    ] {
        for path in [EXAMPLE, "/api/consumers", "/api/v1/acme/api-keys"] {
            // Cold and warm: the first makes the pass, the second is judged by it.
            for _ in 0..2 {
                let answer = world.call("GET", path, &secret, None).await;
                is(&answer, 401, &[], &format!(r#"{{"error":"{message}"}}"#));
            }
        }
    }
}

/// Errors that the page does not list read like those that it lists.
#[tokio::test]
async fn what_no_route_takes_and_what_is_no_fault_of_the_caller_read_in_the_same_envelope() {
    let world = fanfare("pro").await;
    let key = key(&world, "secret").await;
    is(&world.get("/api/nothing", &key).await, 404, &[], r#"{"error":"Not found"}"#);
    let answer = world.call("DELETE", EXAMPLE, &key.secret, None).await;
    is(&answer, 405, &["allow: GET, POST".to_owned()], r#"{"error":"Method not allowed"}"#);

    let fault = |kind: &str| local::dynamodb::Fault::error(400, kind, "x").always().on("Query");
    world.stack.dynamodb().inject(fault("ValidationException"));
    is(&world.get(EXAMPLE, &key).await, 500, &quota(10_000, 9_999), r#"{"error":"Internal server error"}"#);
    world.stack.dynamodb().clear_faults();
    world.stack.dynamodb().inject(fault("ThrottlingException"));
    let headers = [vec!["retry-after: 1".to_owned()], quota(10_000, 9_998).to_vec()].concat();
    is(&world.get(EXAMPLE, &key).await, 503, &headers, r#"{"error":"Service unavailable"}"#);
    world.stack.dynamodb().clear_faults();
    assert_eq!(world.get(EXAMPLE, &key).await.status, 200);
}

/// Of several reasons the first is given, in the order that every contract keeps.
#[tokio::test]
async fn reasons_are_given_in_one_order() {
    let world = World::serving("fanfare").await;
    let limits = json!([{"requests": 1, "per": "minute"}]);
    world.organization("acme", json!({"plan": "enterprise", "limits": limits})).await;
    let public = key(&world, "public").await;
    let narrow = world.key("acme", json!({"name": "a", "type": "secret", "scopes": ["read:analytics"]})).await;
    // Each call has every later fault too: a scope that is lacking, and a body that is not valid.
    let call = async |key: &Key| {
        let answer = world.post("/api/consumers", key, json!({"email": 7})).await;
        (answer.status, answer.json()["error"].as_str().unwrap().to_owned())
    };
    let said = |status: u16, error: &str| (status, error.to_owned());
    assert_eq!(call(&narrow).await, said(403, "Permission denied"), "a scope before the body");
    assert_eq!(call(&narrow).await, said(429, "Rate limit exceeded"), "the limit before a scope");
    world.organization("acme", json!({"status": "locked"})).await;
    assert_eq!(call(&narrow).await, said(402, "Organization locked"), "the organization before its limit");
    world.operate("PATCH", &format!("{DASHBOARD}/{}", narrow.id), json!({"status": "inactive"})).await;
    assert_eq!(call(&narrow).await, said(401, "API key is inactive"), "the key before its organization");
    assert_eq!(call(&public).await, said(401, "Secret key required"), "the kind of key before anything is read");
    assert_eq!(world.anonymous("POST", "/api/consumerz").await.status, 404, "the route before all");
}
