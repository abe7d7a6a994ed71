//! What a client gets of what a function answers.

use crate::support::{event, fixture, get, send, stack};
use local::{Reply, Stack};
use serde_json::{Value, json};

async fn answered(stack: &Stack, answer: &Value) -> Reply {
    send(stack, "POST", "/answer", &[("content-type", "application/json")], answer.to_string().as_bytes()).await
}

#[tokio::test]
async fn an_answer_becomes_a_response() {
    let stack = stack().await;
    let answer = json!({
        "statusCode": 201,
        "headers": { "X-One": "1", "content-type": "text/x", "content-length": "999", "x-number": 5, "x-bool": true },
        "cookies": ["a=1; Path=/", "b=2"],
        "body": "aGVsbG8=",
        "isBase64Encoded": true,
    });
    let reply = answered(&stack, &answer).await;
    assert_eq!((reply.status, &reply.body[..]), (201, &b"hello"[..]));
    let text = |name: &str| reply.headers.get(name).map(|value| value.to_str().unwrap());
    assert_eq!(text("x-one"), Some("1"));
    assert_eq!(text("x-number"), Some("5"));
    assert_eq!(text("x-bool"), Some("true"));
    assert_eq!(text("content-type"), Some("text/x"));
    assert_eq!(text("content-length"), Some("5"));
    let cookies: Vec<_> = reply.headers.get_all("set-cookie").iter().collect();
    assert_eq!(cookies, ["a=1; Path=/", "b=2"]);
    assert!(reply.headers.contains_key("apigw-requestid"));
    stack.stop().await;
}

#[tokio::test]
async fn the_shape_of_an_answer_decides() {
    let stack = stack().await;
    let bad = (500, json!({ "message": "Internal Server Error" }).to_string());
    let cases = [
        (json!({ "statusCode": 204 }), (204, String::new())),
        (json!({ "statusCode": 204, "body": "x" }), (204, String::new())),
        (json!({ "statusCode": "404", "body": "x" }), (404, "x".to_owned())),
        (json!({ "statusCode": 200, "body": "é", "headers": null, "cookies": null }), (200, "é".to_owned())),
        (json!({ "message": "hi" }), (200, r#"{"message":"hi"}"#.to_owned())),
        (json!({ "headers": 5 }), (200, r#"{"headers":5}"#.to_owned())),
        (json!("hi"), (200, "hi".to_owned())),
        (json!([1, 2]), (200, "[1,2]".to_owned())),
        (json!({ "statusCode": 200, "body": { "a": 1 } }), bad.clone()),
        (json!({ "statusCode": 999 }), bad.clone()),
        (json!({ "statusCode": 101 }), bad.clone()),
        (json!({ "statusCode": "x" }), bad.clone()),
        (json!({ "statusCode": 200, "headers": { "a b": "x" } }), bad.clone()),
        (json!({ "statusCode": 200, "headers": { "a": "x\ny" } }), bad.clone()),
        (json!({ "statusCode": 200, "headers": { "a": ["x"] } }), bad.clone()),
        (json!({ "statusCode": 200, "body": "!", "isBase64Encoded": true }), bad.clone()),
    ];
    for (answer, (status, body)) in cases {
        let reply = answered(&stack, &answer).await;
        assert_eq!((reply.status, String::from_utf8_lossy(&reply.body).into_owned()), (status, body), "{answer}");
        assert!(reply.headers.contains_key("apigw-requestid"));
    }
    let types = async |answer| answered(&stack, &answer).await.headers.get("content-type").cloned();
    assert_eq!(types(json!({ "a": 1 })).await.unwrap(), "application/json");
    assert_eq!(types(json!({ "statusCode": 200, "body": "x" })).await.unwrap(), "text/plain;charset=UTF-8");
    assert_eq!(types(json!({ "statusCode": 204 })).await, None);
    stack.stop().await;
}

#[tokio::test]
async fn an_answer_beyond_lambdas_limit_is_an_error() {
    let stack = stack().await;
    assert_eq!(get(&stack, "/big").await.status, 500);
    assert_eq!(get(&stack, "/x").await.status, 200);
    stack.stop().await;
}

#[tokio::test]
async fn without_a_default_route_the_gateway_answers_404() {
    let stack =
        Stack::builder(fixture("bare.yaml")).binaries(crate::support::binaries()).quiet().start().await.unwrap();
    assert_eq!(get(&stack, "/here").await.status, 200);
    for (method, path) in [("GET", "/elsewhere"), ("POST", "/here"), ("GET", "/")] {
        let reply = send(&stack, method, path, &[], b"").await;
        assert_eq!((reply.status, reply.json()), (404, json!({ "message": "Not Found" })), "{method} {path}");
    }
    stack.stop().await;
}

#[tokio::test]
async fn the_gateways_own_answers_let_no_page_read_them() {
    let stack = stack().await;
    let page = ("origin", "https://example.com");
    let broken =
        send(&stack, "POST", "/answer", &[page, ("content-type", "application/json")], b"{\"statusCode\":9}").await;
    let unsigned = send(&stack, "POST", "/guarded/x", &[page], b"{}").await;
    let preflight = [page, ("access-control-request-method", "POST")];
    let guarded = send(&stack, "OPTIONS", "/guarded/x", &preflight, b"").await;
    let large = send(&stack, "GET", "/x", &[page, ("x-large", &"a".repeat(20_000))], b"").await;
    for (reply, status) in [(broken, 500), (unsigned, 403), (guarded, 403), (large, 431)] {
        assert_eq!(reply.status, status);
        let names: Vec<_> = reply.headers.keys().filter(|name| name.as_str().starts_with("access-control")).collect();
        assert!(names.is_empty(), "{status}: {names:?}");
    }
    stack.stop().await;
}

#[tokio::test]
async fn a_path_is_decoded_before_it_is_routed_and_ends_at_an_encoded_question_mark() {
    let stack = stack().await;
    for (path, raw, key, proxy) in [
        ("/guarded/a%20b", "/guarded/a b", "ANY /guarded/{proxy+}", Some("a b")),
        ("/%67uarded/x", "/guarded/x", "ANY /guarded/{proxy+}", Some("x")),
        ("/guarded%2Fx", "/guarded/x", "ANY /guarded/{proxy+}", Some("x")),
        ("/guarded/x%3Fa=1/y?b=2", "/guarded/x", "ANY /guarded/{proxy+}", Some("x")),
        ("/guarded%3F/x", "/guarded", "$default", None),
    ] {
        let url = format!("{}{path}", stack.url());
        let signed = local::sign(stack.operator(), "GET", &url, &[], b"").unwrap();
        let signed: Vec<_> = signed.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let event = event(&send(&stack, "GET", path, &signed, b"").await);
        assert_eq!((event["rawPath"].as_str(), event["routeKey"].as_str()), (Some(raw), Some(key)), "{path}");
        assert_eq!(event["pathParameters"]["proxy"].as_str(), proxy, "{path}");
    }
    assert_eq!(send(&stack, "GET", "/%67uarded/x", &[], b"").await.status, 403, "it is guarded however it is written");
    stack.stop().await;
}

#[tokio::test]
async fn a_head_request_gets_no_body() {
    let stack = stack().await;
    let reply = send(&stack, "HEAD", "/x", &[], b"").await;
    assert_eq!((reply.status, reply.body.len()), (200, 0));
    stack.stop().await;
}
