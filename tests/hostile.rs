//! The promise: whatever is sent, the answer is a clear refusal and never a fault of ours.

mod sweep;
mod target;

use serde_json::{Value, json};
use template::Auth;

use crate::support::{CONTRACTS, World, template};
use target::is_an_error_of;

fn event(change: impl FnOnce(&mut Value)) -> Value {
    let mut event = json!({
        "version": "2.0",
        "routeKey": "GET /api/v1/courses",
        "rawPath": "/api/v1/courses",
        "rawQueryString": "",
        "headers": {"host": "localhost"},
        "requestContext": {
            "accountId": "000000000000", "apiId": "local", "domainName": "localhost", "domainPrefix": "localhost",
            "http": {"method": "GET", "path": "/api/v1/courses", "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "test"},
            "requestId": "id", "routeKey": "GET /api/v1/courses", "stage": "$default", "timeEpoch": 1_907_712_030_000_i64,
        },
        "isBase64Encoded": false,
    });
    change(&mut event);
    event
}

#[tokio::test]
async fn odd_requests_are_never_a_fault_of_ours() {
    let (world, key) = World::academy("pro").await;
    let credential = format!("Authorization: Bearer {}\r\n", key.secret);
    let many = "x-a: b\r\n".repeat(2_000);
    let megabyte = format!("x-a: {}\r\n", "b".repeat(1_000_000));
    let mut requests: Vec<Vec<u8>> = Vec::new();
    for target in [
        "/api/v1/courses?limit=%",
        "/api/v1/courses?limit=%ff",
        "/api/v1/courses?\"<>",
        "/api/v1/courses?a=b=c&&;=",
        "/api/v1/courses?%00",
        "/api/v1/courses?limit=1%0d%0aX:1",
        "/api/v1/courses/%2e%2e",
        "/api/v1/courses/%2e%2e/%2e%2e/operator/v1/verify",
        "/api/v1/courses/../x",
        "/api/v1/courses/%ff%fe",
        "/api/v1/courses/%",
        "/api/v1/courses/%00",
        "/api/v1/courses/a%2fb",
        "/api/v1/courses/a%3fb%23c",
        "//",
        "/%2f",
        "*",
        "http://elsewhere/api/v1/courses",
        "/api/v1/courses/{id}",
        "/api/v1/courses/$default",
    ] {
        requests
            .push(format!("GET {target} HTTP/1.1\r\nHost: x\r\n{credential}Connection: close\r\n\r\n").into_bytes());
    }
    for headers in [
        many.as_str(),
        megabyte.as_str(),
        "x-a: \u{1}\r\n",
        "x-a: \u{e9}\u{e9}\r\n",
        "Host: y z\r\n",
        "Host: \"\r\n",
        "Cookie: a=b\r\nCookie: \u{e9}\r\n",
        "X-Forwarded-Proto: a b\r\n",
    ] {
        requests.push(
            format!("GET /api/v1/courses HTTP/1.1\r\nHost: x\r\n{credential}{headers}Connection: close\r\n\r\n")
                .into_bytes(),
        );
    }
    for credential in [&b"Bearer \xff\xfe"[..], b"Bearer \xc3\xa9", b"\xff", b"Bearer a, Bearer b", b"Bearer \t"] {
        let mut request = b"GET /api/v1/courses HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: ".to_vec();
        request.extend_from_slice(credential);
        request.extend_from_slice(b"\r\n\r\n");
        requests.push(request);
    }
    requests.push(b"BREW /api/v1/courses HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".to_vec());
    requests.push(b"GET /api/v1/courses HTTP/1.1\r\nConnection: close\r\n\r\n".to_vec());
    requests.push(b"\x16\x03\x01 not http at all\r\n\r\n".to_vec());
    for request in requests {
        let status = world.http.raw(&request).await;
        let shown = String::from_utf8_lossy(&request[..request.len().min(120)]).into_owned();
        assert!(status.is_some_and(|status| status < 500), "{status:?} for {shown:?}");
    }
    assert_eq!(world.get("/api/v1/courses", &key).await.status, 200);
}

#[tokio::test]
async fn events_that_no_gateway_should_send_are_refused_in_the_envelope() {
    let cases: [(&str, Value); 12] = [
        ("raw spaces and quotes in the query", event(|event| event["rawQueryString"] = json!("a b\"<>\\^`{|}"))),
        ("a query of 100 KB", event(|event| event["rawQueryString"] = json!("a".repeat(100_000)))),
        (
            "base64 that is none",
            event(|event| {
                event["body"] = json!("%%%");
                event["isBase64Encoded"] = json!(true);
            }),
        ),
        ("a host that is none", event(|event| event["headers"]["host"] = json!("a b/\"?#@:x"))),
        ("no host", event(|event| event["headers"] = json!({}))),
        ("a scheme that is none", event(|event| event["headers"]["x-forwarded-proto"] = json!("a b"))),
        ("a control character in a header", event(|event| event["headers"]["x-a"] = json!("\u{0}\n"))),
        ("a header whose name is none", event(|event| event["headers"]["a b"] = json!("c"))),
        ("a path that goes up", event(|event| event["rawPath"] = json!("/api/v1/../../x\\y?z#"))),
        ("cookies that are null", event(|event| event["cookies"] = json!(null))),
        ("a stage with a name", event(|event| event["requestContext"]["stage"] = json!("prod"))),
        ("nothing", json!({})),
    ];
    for contract in CONTRACTS {
        let world = World::serving(contract).await;
        // Functions that answer requests: an authorizer has no routes, and answers with a verdict.
        for function in template(contract).functions.into_iter().filter(|function| !function.routes.is_empty()) {
            for (what, event) in &cases {
                let answer = world.stack.invoke(&function.name, event.clone()).await;
                let answer = answer.unwrap_or_else(|error| panic!("{what} to {}: {error}", function.name));
                let status = answer["statusCode"].as_u64().unwrap();
                let body: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
                // A function that may ask a table for nothing may answer anybody.
                let is_answered = status == 200 && function.statements.is_empty();
                let is_refused = (400..500).contains(&status) && is_an_error_of(contract, &body);
                assert!(is_answered || is_refused, "{what} to {} under {contract}: {answer}", function.name);
            }
            for junk in [json!(null), json!(7), json!("text"), json!([]), json!({"httpMethod": "GET", "path": "/"})] {
                let answer = world.stack.invoke(&function.name, junk).await.unwrap();
                assert_eq!(answer["statusCode"], 400, "{}", function.name);
            }
        }
    }
}

#[tokio::test]
async fn a_signed_route_that_is_not_guarded_stays_shut() {
    for contract in CONTRACTS {
        let world = World::serving(contract).await;
        for function in template(contract).functions {
            for route in function.routes.iter().filter(|route| route.auth == Auth::Iam) {
                // As if somebody had left the authorizer out of the template: no signature was checked.
                let event = event(|event| {
                    event["routeKey"] = json!(route.key());
                    event["requestContext"]["routeKey"] = json!(route.key());
                    event["pathParameters"] = json!({"org": "acme", "id": "key_00000000000000000000000000"});
                    event["body"] = json!(json!({"name": "a", "plan": "pro", "key": "a"}).to_string());
                });
                let answer = world.stack.invoke(&function.name, event).await.unwrap();
                assert_eq!(answer["statusCode"], 404, "{}: {answer}", function.name);
            }
        }
    }
}
