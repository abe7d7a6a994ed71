//! What a function gets.

use crate::support::{event, get, raw, send, stack};
use serde_json::{Value, json};

#[tokio::test]
async fn an_event_has_the_shape_of_payload_format_2() {
    let stack = stack().await;
    stack.clock().set_millis(1_795_152_235_000);
    let headers = [
        ("user-agent", "test/1"),
        ("X-Twice", "a"),
        ("x-twice", "b"),
        ("cookie", "a=1; b=2"),
        ("cookie", "c=3"),
        ("x-forwarded-for", "203.0.113.9"),
    ];
    let reply = send(&stack, "GET", "/items/caf%C3%A9%20x?b=2&a=1&b=%26+3&flag", &headers, b"").await;
    let mut event = event(&reply);

    let id = reply.headers["apigw-requestid"].to_str().unwrap();
    assert_eq!(event["requestContext"]["requestId"], id);
    let port = stack.address().split(':').next_back().unwrap().to_owned();
    let trace = event["headers"].as_object_mut().unwrap().remove("x-amzn-trace-id").unwrap();
    assert!(trace.as_str().unwrap().starts_with("Root=1-"), "{trace}");
    let expected = json!({
        "version": "2.0",
        "routeKey": "GET /items/{id}",
        "rawPath": "/items/café x",
        "rawQueryString": "b=2&a=1&b=%26+3&flag",
        "cookies": ["a=1", "b=2", "c=3"],
        "headers": {
            "content-length": "0",
            "host": stack.address(),
            "user-agent": "test/1",
            "x-forwarded-for": "203.0.113.9, 127.0.0.1",
            "x-forwarded-port": port,
            "x-forwarded-proto": "http",
            "x-twice": "a,b",
        },
        "queryStringParameters": { "b": "2,& 3", "a": "1", "flag": "" },
        "pathParameters": { "id": "café x" },
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "local",
            "domainName": "127.0.0.1",
            "domainPrefix": "127",
            "http": {
                "method": "GET",
                "path": "/items/café x",
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": "test/1",
            },
            "requestId": id,
            "routeKey": "GET /items/{id}",
            "stage": "$default",
            "time": "20/Nov/2026:05:23:55 +0000",
            "timeEpoch": 1_795_152_235_000_i64,
        },
        "isBase64Encoded": false,
    });
    assert_eq!(event, expected);
    stack.stop().await;
}

#[tokio::test]
async fn a_body_is_text_or_base64_by_its_content_type() {
    let stack = stack().await;
    let cases: [(&str, &[u8], Value, bool); 9] = [
        ("application/json", b"{\"a\":1}", json!("{\"a\":1}"), false),
        ("application/json; charset=utf-8", b"1", json!("1"), false),
        ("Application/Problem+JSON", b"1", json!("1"), false),
        ("text/csv", b"a,b", json!("a,b"), false),
        ("application/x-www-form-urlencoded", b"a=b", json!("YT1i"), true),
        ("application/octet-stream", b"abc", json!("YWJj"), true),
        ("application/json", b"\xff", json!("/w=="), true),
        ("", b"abc", json!("YWJj"), true),
        ("application/json", b"", Value::Null, false),
    ];
    for (content_type, body, expected, base64) in cases {
        let headers = [("content-type", content_type)];
        let headers = if content_type.is_empty() { &headers[..0] } else { &headers[..] };
        let event = event(&send(&stack, "POST", "/x", headers, body).await);
        assert_eq!((&event["body"], &event["isBase64Encoded"]), (&expected, &json!(base64)), "{content_type}");
        assert_eq!(event["headers"]["content-length"], body.len().to_string());
    }
    stack.stop().await;
}

#[tokio::test]
async fn odd_paths_and_queries_arrive() {
    let stack = stack().await;
    for (target, path, query) in [
        ("/a?x=%zz&%", "/a", "x=%zz&%"),
        ("/a?&&=&=x", "/a", "&&=&=x"),
        ("/a%ffb", "/a%ffb", ""),
        ("/a/../b/./c//d", "/a/../b/./c//d", ""),
        ("/%2e%2e/a%2Fb%23c%3Fd", "/../a/b#c", ""),
        ("/a?x={}|^`\\'", "/a", "x={}|^`\\'"),
        ("/a?x=1?y=2", "/a", "x=1?y=2"),
        ("/a%00b", "/a\0b", ""),
    ] {
        let answer =
            raw(&stack, format!("GET {target} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")).await;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200 "), "{target}: {answer}");
        let event: Value = serde_json::from_str(body).unwrap();
        assert_eq!((&event["rawPath"], &event["rawQueryString"]), (&json!(path), &json!(query)), "{target}");
    }
    stack.stop().await;
}

#[tokio::test]
async fn the_clock_of_the_gateway_can_be_moved() {
    let stack = stack().await;
    stack.clock().set_millis(1_000);
    assert_eq!(event(&get(&stack, "/x").await)["requestContext"]["timeEpoch"], 1_000);
    stack.clock().advance(std::time::Duration::from_mins(1));
    let context = event(&get(&stack, "/x").await)["requestContext"].take();
    assert_eq!((&context["timeEpoch"], &context["time"]), (&json!(61_000), &json!("01/Jan/1970:00:01:01 +0000")));
    stack.stop().await;
}

#[tokio::test]
async fn a_function_has_lambdas_environment_and_nothing_of_ours() {
    let stack = stack().await;
    let environment = get(&stack, "/environment").await.json();
    let environment = environment.as_object().unwrap();
    for (name, value) in [
        ("AWS_LAMBDA_FUNCTION_NAME", "Echo"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
        ("AWS_LAMBDA_LOG_FORMAT", "JSON"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ENDPOINT_URL_DYNAMODB", stack.dynamodb().endpoint()),
        ("GREETING", "hello"),
    ] {
        assert_eq!(environment.get(name).and_then(Value::as_str), Some(value), "{name}");
    }
    let foreign = environment
        .keys()
        .filter(|name| !name.starts_with("AWS_") && !name.starts_with("LAMBDA_") && !name.contains("AMZN"));
    let foreign: Vec<_> = foreign.map(String::as_str).collect();
    for name in &foreign {
        assert!(["GREETING", "PATH", "_HANDLER", "TZ", "LANG"].contains(name), "{foreign:?}");
    }
    stack.stop().await;
}

#[tokio::test]
async fn an_event_can_be_handed_over_past_the_gateway() {
    let stack = stack().await;
    let answer = stack.invoke("Echo", json!({ "rawPath": "/x", "any": [1, null] })).await.unwrap();
    assert_eq!(answer["body"], r#"{"rawPath":"/x","any":[1,null]}"#);
    let error = stack.invoke("Echo", json!({ "rawPath": "/error" })).await.unwrap_err().to_string();
    assert!(error.starts_with("Echo failed: ") && error.contains("this one is on purpose"), "{error}");
    assert_eq!(stack.invoke("None", json!({})).await.unwrap_err().to_string(), "there is no function None");
    stack.stop().await;
}

#[tokio::test]
async fn what_a_function_wrote_before_it_answered_can_be_read() {
    let stack = stack().await;
    for number in 0..20 {
        get(&stack, &format!("/n/{number}")).await;
        let logs = stack.logs();
        assert_eq!(logs.last(), Some(&format!("{{\"path\":\"/n/{number}\"}}")), "{logs:?}");
    }
    stack.stop().await;
}
