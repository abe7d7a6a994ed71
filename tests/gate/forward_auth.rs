use std::collections::BTreeMap;

use local::dynamodb::Fault;
use serde_json::{Value, json};

use crate::support::{Answer, Key, World, own_contract};

/// What proxies copy into the request that they hand on.
const COPIED: [&str; 5] =
    ["latchkey-organization", "latchkey-key-id", "latchkey-key-type", "latchkey-scopes", "latchkey-external-id"];

fn copied(answer: &Answer) -> [Option<&str>; 5] {
    COPIED.map(|name| answer.header(name))
}

const NOBODY: [Option<&str>; 5] = [Some(""); 5];

/// Status, headers and body, without what is for the proxy.
fn said(answer: &Answer) -> (u16, Vec<String>, &str) {
    let mut headers = answer.own_headers();
    headers.retain(|line| !line.starts_with("latchkey-"));

    (answer.status, headers, &answer.body)
}

/// The contract's answer, out of what nginx is told.
#[track_caller]
fn unwrapped(answer: &Answer) -> (u16, &str, Value) {
    let status = answer.header("latchkey-status").unwrap().parse().unwrap();
    assert_eq!(answer.status, if status == 401 { 401 } else { 403 }, "{answer:?}");
    let body = answer.header("latchkey-body").unwrap();
    assert!(body.is_ascii() && body.len() <= 2_048, "{body}");

    (status, answer.header("latchkey-content-type").unwrap(), serde_json::from_str(body).unwrap())
}

async fn used(world: &World, key: &Key) -> u64 {
    let question = json!({"key": key.secret, "cost": 0});
    let left = world.operate("POST", "/verify", question).await.json()["data"]["rateLimit"].clone();

    left["limit"].as_u64().unwrap() - left["remaining"].as_u64().unwrap()
}

#[tokio::test]
async fn a_request_that_is_let_in_is_exactly_200_and_says_who_calls() {
    let world = World::serving("fanfare").await;
    world.organization("acme", json!({"plan": "pro"})).await;
    let key = world.key("acme", json!({"name": "a", "type": "secret", "scopes": ["admin"]})).await;
    let answer = world.get("/forward-auth/read:analytics,write:consumers", &key).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, ""));
    let all = "admin read:analytics read:consumers read:experiences write:consumers write:experiences";
    assert_eq!(copied(&answer), [Some("acme"), Some(&key.id), Some("secret"), Some(all), Some("")]);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let left = answer.header("x-ratelimit-remaining").unwrap().parse::<u32>().unwrap();
    let next = world.get("/forward-auth", &key).await;
    assert_eq!(next.header("x-ratelimit-remaining"), Some(&*(left - 1).to_string()));
}

#[tokio::test]
async fn any_method_is_judged_alike_and_what_else_is_sent_decides_nothing() {
    let (world, key) = World::academy("pro").await;
    let (header, credential) = world.credential(&key.secret);
    let more = [
        (header.as_str(), credential.as_str()),
        ("latchkey-organization", "other"),
        ("latchkey-proxy-secret", "what is no secret"),
        ("x-forwarded-method", "GET"),
        ("x-forwarded-uri", "/forward-auth/-"),
        ("origin", "https://example.com"),
        ("access-control-request-method", "GET"),
    ];
    for (calls, method) in (1_u64..).zip(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"]) {
        for (path, headers, status) in [
            ("/forward-auth/read?uri=/v1/things?a=b", &more[..], 200),
            ("/forward-auth/read/v1/things?a=b", &more[1..], 401),
            ("/forward-auth/fly", &more, 403),
        ] {
            let answer = world.http.send_bytes(method, path, headers, Vec::new()).await;
            assert_eq!(answer.status, status, "{method} {path}: {answer:?}");
            let whose = if status == 200 {
                [Some("acme"), Some(&*key.id), Some(""), Some("read write"), Some("")]
            } else {
                NOBODY
            };
            assert_eq!(copied(&answer), whose, "{method} {path}");
        }
        assert_eq!(used(&world, &key).await, calls, "{method}");
    }
}

#[tokio::test]
async fn a_refusal_is_the_contracts_own() {
    let (world, key) = World::academy("pro").await;
    let reader = world.key("acme", json!({"name": "reader", "scopes": ["read"]})).await;
    world.organization("locked", json!({"plan": "pro"})).await;
    let locked = world.key("locked", json!({"name": "a"})).await;
    world.organization("locked", json!({"status": "locked"})).await;
    world.organization("slow", json!({"plan": "pro", "limits": [{"requests": 1, "per": "minute"}]})).await;
    let slow = world.key("slow", json!({"name": "a"})).await;
    world.get("/forward-auth", &slow).await;
    let bearer = |key: &Key| format!("Bearer {}", key.secret);
    let both = format!("{},{}", bearer(&key), bearer(&reader));
    let cases = [
        ("Basic abc".to_owned(), 401),
        ("Bearer junk".to_owned(), 401),
        (both, 401),
        (bearer(&locked), 402),
        (bearer(&reader), 403),
        (bearer(&slow), 429),
    ];
    let same = async |credential: Option<&str>, status: u16| {
        let credential = credential.map(|value| ("authorization", value));
        let answers = ["/api/v1/lists", "/forward-auth/write", "/forward-auth/nginx/write/v1/things"]
            .map(|path| world.http.send("POST", path, credential.as_slice(), None));
        let [own, asked, nginx] = crate::support::all(answers).await.try_into().unwrap();
        assert_eq!(said(&own).0, status, "{own:?}");
        assert_eq!(said(&asked), said(&own));
        for name in ["content-type", "www-authenticate"] {
            assert_eq!(asked.header(name), own.header(name), "{name}");
            assert_eq!(nginx.header(name), own.header(name), "{name}");
        }
        assert_eq!(unwrapped(&nginx), (status, own.header("content-type").unwrap(), own.json()));
        assert_eq!(said(&nginx).1, said(&own).1);
        assert_eq!((copied(&asked), copied(&nginx)), (NOBODY, NOBODY));
    };
    same(None, 401).await;
    for (credential, status) in &cases {
        same(Some(credential), *status).await;
    }
    world.stack.dynamodb().inject(Fault::error(500, "InternalServerError", "down").always());
    same(Some(&bearer(&key)), 503).await;
}

#[tokio::test]
async fn scopes_are_named_with_commas_and_one_that_is_unknown_lets_nobody_in() {
    let (world, key) = World::academy("pro").await;
    let reader = world.key("acme", json!({"name": "reader", "scopes": ["read"]})).await;
    for (path, whole, read) in [
        ("/forward-auth", 200, 200),
        ("/forward-auth/-", 200, 200),
        ("/forward-auth/read", 200, 200),
        ("/forward-auth/read,write", 200, 403),
        ("/forward-auth/read%2Cwrite", 200, 403),
        ("/forward-auth/write/v1/a%2Fb//c", 200, 403),
        ("/forward-auth/nginx/read", 200, 200),
        ("/forward-auth/nginx/read,write/", 200, 403),
        ("/forward-auth/nginx/-/v1/things", 200, 200),
    ] {
        assert_eq!(
            (world.get(path, &key).await.status, world.get(path, &reader).await.status),
            (whole, read),
            "{path}"
        );
    }
    let counted = used(&world, &key).await;
    let long = format!("/forward-auth/{}", "a".repeat(5_000));
    for path in [
        "/forward-auth/fly",
        "/forward-auth/read,",
        "/forward-auth/,",
        "/forward-auth/read%20write",
        "/forward-auth/nginx",
        "/forward-auth/nginx/fly",
        "/forward-auth/nginx/nginx",
        "/forward-auth/read%2Ffly,x/..",
        "/forward-auth/%00",
        "/forward-auth/%C3%A9",
        "/forward-auth/%ff",
        &long,
    ] {
        let status = if path.contains("%2F") { 200 } else { 403 };
        assert_eq!(world.get(path, &key).await.status, status, "{path}");
    }
    // The one is a path: API Gateway decodes before it routes.
    assert_eq!(used(&world, &key).await, counted + 1, "what nobody may do counts nothing");
}

#[tokio::test]
async fn nginx_is_told_a_body_in_one_line_of_ascii_or_none() {
    let long = "ü".repeat(1_000);
    let contract = own_contract("fayne", |text| {
        let text = text.replace("\"Too many requests\"", "\"Später: \\\"🔑\\\"\"");
        text.replace("\"Missing API key\"", &format!("\"{long}\""))
    });
    let world = World::own(contract, |builder| builder).await;
    world.organization("acme", json!({"plan": "pro", "limits": [{"requests": 1, "per": "minute"}]})).await;
    let key = world.key("acme", json!({"name": "a"})).await;
    assert_eq!(world.get("/forward-auth/nginx/-", &key).await.header("latchkey-status"), None);
    let refused = world.get("/forward-auth/nginx/-", &key).await;
    let body = json!({"error": {"code": "rate_limit_exceeded", "message": "Später: \"🔑\""}});
    assert_eq!(unwrapped(&refused), (429, "application/json", body));
    assert_eq!(refused.header("retry-after"), Some("30"));
    // What is too long for nginx is left out rather than cut.
    let nobody = world.anonymous("GET", "/forward-auth/nginx/-").await;
    assert_eq!((nobody.header("latchkey-status"), nobody.header("latchkey-body")), (Some("401"), Some("")));
    assert!(nobody.body.contains(&long));
}

#[tokio::test]
async fn problem_details_and_a_second_header_for_keys_are_the_contracts_here_too() {
    let world = World::serving("standard").await;
    world.organization("acme", json!({"plan": "pro", "sharedLimits": [{"requests": 1, "per": "minute"}]})).await;
    let key = world.key("acme", json!({"name": "a", "type": "live"})).await;
    let ask = async |path: &str| world.http.send("GET", path, &[("x-api-key", &key.secret)], None).await;
    let answer = ask("/forward-auth/read").await;
    assert_eq!((answer.status, answer.header("latchkey-key-type")), (200, Some("live")));
    assert_eq!(answer.header("ratelimit"), Some(r#""organization-minute";r=0;t=30"#));
    let refused = ask("/forward-auth/read").await;
    let (status, kind, mut body) = {
        let nginx = ask("/forward-auth/nginx/read").await;
        let (status, kind, body) = unwrapped(&nginx);
        (status, kind.to_owned(), body)
    };
    assert_eq!((status, kind.as_str()), (429, "application/problem+json"));
    body["request_id"] = refused.json()["request_id"].clone();
    assert_eq!((refused.status, refused.json()), (429, body));
}

#[tokio::test]
async fn a_key_that_is_revoked_is_refused_from_then_on() {
    let (world, key) = World::academy("pro").await;
    for path in ["/forward-auth/read", "/forward-auth/nginx/read"] {
        let other = world.key("acme", json!({"name": "b"})).await;
        assert_eq!(world.get(path, &other).await.status, 200);
        world.operate("DELETE", &format!("/organizations/acme/api-keys/{}", other.id), Value::Null).await;
        assert_eq!(world.get(path, &other).await.status, 401, "{path}");
        assert_eq!(world.get(path, &key).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn whatever_fails_it_stays_shut() {
    let (world, key) = World::academy("pro").await;
    assert_eq!(world.get("/forward-auth/read", &key).await.status, 200);
    for (fault, status) in [
        (Fault::error(500, "InternalServerError", "down"), 503),
        (Fault::error(400, "AccessDeniedException", "no"), 503),
        (Fault::error(400, "ValidationException", "no"), 500),
        (Fault::Drop, 503),
        (Fault::CutShort, 503),
    ] {
        world.stack.dynamodb().inject(fault.always().on("UpdateItem"));
        let (asked, nginx) =
            tokio::join!(world.get("/forward-auth/read", &key), world.get("/forward-auth/nginx/read", &key));
        world.stack.dynamodb().clear_faults();
        assert_eq!((asked.status, unwrapped(&nginx).0), (status, status));
        assert_eq!((copied(&asked), copied(&nginx)), (NOBODY, NOBODY));
    }
    // A process that dies, and an event that is none.
    let unreadable = world.stack.invoke("GateForwardAuth", json!({"rawPath": "/forward-auth"})).await.unwrap();
    assert_eq!(unreadable["statusCode"], 400);
}

#[tokio::test]
async fn it_costs_one_write_and_is_the_keys_usage_as_a_verification() {
    let (world, key) = World::academy("pro").await;
    world.get("/forward-auth/read", &key).await;
    let asked = world.asked(async {
        for path in ["/forward-auth/read", "/forward-auth/nginx/read", "/forward-auth/-/v1/things"] {
            assert_eq!(world.get(path, &key).await.status, 200);
        }
    });
    assert_eq!(asked.await, ["UpdateItem CountersTable"; 3]);
    world.get("/forward-auth/fly", &key).await;
    world.organization("acme", json!({"status": "locked"})).await;
    world.get("/forward-auth/nginx/read", &key).await;
    world.stack.end_processes().await;
    let path = format!("/organizations/acme/api-keys/{}/usage", key.id);
    let totals = world.operate("GET", &path, Value::Null).await.json()["data"]["totals"].clone();
    let refused = json!({"total": 1, "byReason": {"organization_locked": 1}});
    assert_eq!((&totals["verifications"], &totals["requests"], &totals["refused"]), (&json!(4), &json!(5), &refused));
}

const SECRET: &str = "correct-horse-battery-staple";

#[tokio::test]
async fn where_there_is_a_secret_only_our_proxies_are_answered_and_believed() {
    let world = World::build("fayne", |builder| builder.parameter("ForwardAuthSecret", SECRET)).await;
    world.organization("acme", json!({"plan": "pro"})).await;
    let key = world.key("acme", json!({"name": "a", "allowedAddresses": ["203.0.113.7", "2001:db8::/48"]})).await;
    let (header, credential) = world.credential(&key.secret);
    let ask = async |path: &str, secret: Option<&str>, from: Option<&str>| {
        let secret = secret.map(|secret| ("latchkey-proxy-secret", secret));
        let from = from.map(|from| ("x-forwarded-for", from));
        let headers: Vec<_> =
            [Some((header.as_str(), credential.as_str())), secret, from].into_iter().flatten().collect();
        world.http.send("GET", path, &headers, None).await
    };
    let nowhere = world.anonymous("GET", "/nowhere").await;
    for secret in [None, Some(""), Some("correct-horse-battery-stapl"), Some("correct-horse-battery-staple, x")] {
        let answer = ask("/forward-auth/read", secret, Some("203.0.113.7")).await;
        assert_eq!((said(&answer), copied(&answer)), (said(&nowhere), NOBODY));
        assert_eq!(unwrapped(&ask("/forward-auth/nginx/read", secret, None).await).0, 404);
    }
    for (from, status) in [
        (Some("203.0.113.7"), 200),
        (Some("2001:db8::1"), 200),
        // The caller's own words come first, and the proxy's last.
        (Some("10.0.0.1, 203.0.113.7"), 200),
        (Some("203.0.113.7, 10.0.0.1"), 403),
        (Some("203.0.113.7, unknown"), 403),
        (Some("203.0.113.7:443"), 403),
        (Some(""), 403),
        (None, 403),
    ] {
        assert_eq!(ask("/forward-auth/read", Some(SECRET), from).await.status, status, "{from:?}");
    }
    let question = json!({"key": key.secret, "address": "203.0.113.7", "cost": 0});
    let left = world.operate("POST", "/verify", question).await.json()["data"]["rateLimit"]["remaining"].clone();
    assert_eq!(left, 297, "only those that were let in are counted");
    let told: Vec<_> = world.stack.logs().into_iter().filter(|line| line.contains(SECRET)).collect();
    assert!(told.is_empty(), "{told:?}");
    for function in ["GateVerify", "GateAuthorize", "AcademyListCourses"] {
        let environment = world.stack.environment(function).unwrap();
        assert!(!environment.values().any(|value| value == SECRET), "{function} knows the secret");
    }
}

#[tokio::test]
async fn without_a_secret_an_address_is_the_proxys() {
    let (world, _) = World::academy("pro").await;
    let near = world.key("acme", json!({"name": "a", "allowedAddresses": ["127.0.0.1"]})).await;
    let far = world.key("acme", json!({"name": "b", "allowedAddresses": ["203.0.113.7"]})).await;
    for (key, status) in [(near, 200), (far, 403)] {
        let (header, credential) = world.credential(&key.secret);
        let headers = [(header.as_str(), credential.as_str()), ("x-forwarded-for", "203.0.113.7")];
        assert_eq!(world.http.send("GET", "/forward-auth", &headers, None).await.status, status);
    }
}

/// What Envoy makes of an answer to `ext_authz` over HTTP: it asks by the request's own method, at its path behind a prefix, with the headers
/// that are allowed and the host of the request. 200 alone lets in; then headers replace those of the request.
async fn envoy(
    world: &World,
    prefix: &str,
    method: &str,
    path: &str,
    request: &[(&str, &str)],
) -> Result<BTreeMap<String, String>, u16> {
    let allowed = |name: &str| name == "authorization";
    let asks = request.iter().copied().filter(|(name, _)| allowed(name));
    let asks: Vec<_> = asks.chain([("host", "shop.example.com"), ("content-length", "0")]).collect();
    let answer = world.http.send_bytes(method, &format!("{prefix}{path}"), &asks, Vec::new()).await;
    if answer.status != 200 {
        return Err(answer.status);
    }
    let mut upstream: BTreeMap<_, _> =
        request.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let copied = COPIED.iter().filter_map(|name| Some(((*name).to_owned(), answer.header(name)?.to_owned())));
    upstream.extend(copied);

    Ok(upstream)
}

#[tokio::test]
async fn envoy_lets_in_who_is_let_in_and_nobody_smuggles_a_header() {
    let (world, key) = World::academy("pro").await;
    let credential = format!("Bearer {}", key.secret);
    let mut request = vec![("authorization", credential.as_str())];
    request.extend(COPIED.map(|name| (name, "smuggled")));
    for prefix in ["/forward-auth/read", "/forward-auth/read?uri="] {
        for method in ["GET", "POST", "OPTIONS", "HEAD", "DELETE"] {
            for path in ["/", "/v1/things", "/v1/things/?a=b&c=%20d", "/v1/a%2fb", "/forward-auth/nginx/write"] {
                let upstream = envoy(&world, prefix, method, path, &request).await.unwrap();
                assert_eq!(upstream["latchkey-organization"], "acme", "{method} {prefix}{path}");
                assert!(!upstream.values().any(|value| value == "smuggled"), "{method} {prefix}{path}: {upstream:?}");
                assert_eq!(envoy(&world, prefix, method, path, &request[1..]).await, Err(401));
            }
        }
    }
    assert_eq!(envoy(&world, "/forward-auth/fly", "GET", "/v1/things", &request).await, Err(403));
}
