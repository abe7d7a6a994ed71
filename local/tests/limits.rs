//! Requests that are too large, or are none.

use crate::support::{event, get, raw, send, stack};
use serde_json::json;

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or("nothing")
}

#[tokio::test]
async fn a_head_of_more_than_ten_kilobytes_is_refused() {
    let stack = stack().await;
    let with_header = |length: usize| {
        format!("GET /x HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nx-long: {}\r\n\r\n", "x".repeat(length))
    };
    assert_eq!(status(&raw(&stack, with_header(10_000)).await), "200");
    for length in [10_240, 100_000, 1_000_000] {
        let answer = raw(&stack, with_header(length)).await;
        assert_eq!(status(&answer), "431", "{length}: {answer}");
        assert!(
            answer.contains("apigw-requestid: ")
                && answer.ends_with(r#"{"message":"Request Header Fields Too Large"}"#)
        );
    }
    let many = "x-h: 1\r\n".repeat(5_000);
    let answer = raw(&stack, format!("GET /x HTTP/1.1\r\nhost: localhost\r\n{many}\r\n")).await;
    assert_eq!(status(&answer), "431", "{answer}");
    let long = "x".repeat(20_000);
    assert_eq!(status(&raw(&stack, format!("GET /{long} HTTP/1.1\r\nhost: localhost\r\n\r\n")).await), "431");
    let long = "x".repeat(100_000);
    assert_eq!(status(&raw(&stack, format!("GET /{long} HTTP/1.1\r\nhost: localhost\r\n\r\n")).await), "414");
    assert_eq!(get(&stack, "/x").await.status, 200);
    stack.stop().await;
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let stack = stack().await;
    let text = [("content-type", "text/plain")];
    let large = vec![b'x'; 5 * 1_024 * 1_024];
    assert_eq!(
        event(&send(&stack, "POST", "/x", &text, &large[..1_024 * 1_024]).await)["body"].as_str().unwrap().len(),
        1_048_576
    );
    // Beyond Lambda's six megabytes, by itself or in base64; beyond the gateway's ten.
    for (headers, length) in [(&text[..], 7), (&[], 5), (&text, 11), (&text, 40)] {
        let body = vec![b'x'; length * 1_024 * 1_024];
        let reply = send(&stack, "POST", "/x", headers, &body).await;
        assert_eq!((reply.status, reply.json()), (413, json!({ "message": "Request Entity Too Large" })), "{length}");
    }
    stack.stop().await;
}

#[tokio::test]
async fn what_is_no_request_is_refused() {
    let stack = stack().await;
    for request in [
        "nonsense\r\n\r\n",
        "GET /x HTTP/1.1\r\n\r\n",
        "GET /x HTTP/1.1\r\nhost: a b\r\n\r\n",
        "GET /x HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n",
        "GET /x HTTP/1.1\r\nhost: \r\n\r\n",
        "GET /x?a=\"b HTTP/1.1\r\nhost: a\r\n\r\n",
        "GET /x?a=<b HTTP/1.1\r\nhost: a\r\n\r\n",
        "GET / x HTTP/1.1\r\nhost: a\r\n\r\n",
        "GET /x HTTP/1.1\r\nhost: a\r\nx-a: \u{1}\r\n\r\n",
        "GET /x HTTP/1.1\r\nhost: a\r\nx a: b\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nhost: a\r\n\r\n",
        "CONNECT a:1 HTTP/1.1\r\nhost: a\r\n\r\n",
        "POST /x HTTP/1.1\r\nhost: a\r\ncontent-length: x\r\n\r\n",
        "POST /x HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nabc",
        "POST /x HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
    ] {
        let answer = raw(&stack, request).await;
        assert_eq!(status(&answer), "400", "{request:?}: {answer}");
    }
    stack.stop().await;
}

#[tokio::test]
async fn a_chunked_body_arrives_whole() {
    let stack = stack().await;
    let request = "POST /x HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-type: text/plain\r\ntransfer-encoding: chunked\r\n\r\n\
                   3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
    let answer = raw(&stack, request).await;
    let event: serde_json::Value = serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap();
    assert_eq!((&event["body"], &event["headers"]["content-length"]), (&json!("abcde"), &json!("5")));
    assert_eq!(event["headers"].get("transfer-encoding"), None);
    stack.stop().await;
}
