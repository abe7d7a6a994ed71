//! Routes for the operator only.

use std::process::Command;
use std::time::{Duration, SystemTime};

use crate::support::{event, send, stack};
use local::{Credential, Reply, Stack, sign, sign_at};
use serde_json::json;

fn is_forbidden(reply: &Reply) -> bool {
    reply.status == 403
        && reply.json() == json!({ "message": "Forbidden" })
        && reply.headers.contains_key("apigw-requestid")
}

async fn send_with(stack: &Stack, path: &str, headers: &[(String, String)], body: &[u8]) -> Reply {
    let headers = headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let headers: Vec<_> = headers.chain([("content-type", "application/json")]).collect();
    send(stack, "POST", path, &headers, body).await
}

#[tokio::test]
async fn the_operators_signature_opens_and_is_told_to_the_function() {
    let stack = stack().await;
    let path = "/guarded/a%20b/c?x=1&y=%2F";
    let url = format!("{}{path}", stack.url());
    let body = br#"{"a":1}"#;
    let headers = sign(stack.operator(), "POST", &url, &[("content-type", "application/json")], body).unwrap();
    let event = event(&send_with(&stack, path, &headers, body).await);
    assert_eq!(event["routeKey"], "ANY /guarded/{proxy+}");
    assert_eq!(event["pathParameters"], json!({ "proxy": "a b/c" }));
    let iam = &event["requestContext"]["authorizer"]["iam"];
    assert_eq!(iam["accessKey"], stack.operator().access_key_id);
    assert_eq!((&iam["accountId"], &iam["cognitoIdentity"]), (&json!("000000000000"), &json!(null)));
    assert!(event["headers"]["authorization"].as_str().unwrap().starts_with("AWS4-HMAC-SHA256 "));
    stack.stop().await;
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "signatures are judged by the real time")]
async fn whatever_else_stays_out() {
    let stack = stack().await;
    let path = "/guarded/x";
    let url = format!("{}{path}", stack.url());
    let content_type = [("content-type", "application/json")];
    let good = sign(stack.operator(), "POST", &url, &content_type, b"{}").unwrap();
    assert_eq!(send_with(&stack, path, &good, b"{}").await.status, 200);

    assert!(is_forbidden(&send_with(&stack, path, &[], b"{}").await));
    assert!(is_forbidden(&send_with(&stack, path, &good, b"{ }").await), "another body");
    assert!(is_forbidden(&send_with(&stack, "/guarded/y", &good, b"{}").await), "another path");
    assert!(is_forbidden(&send_with(&stack, "/guarded/x?a=1", &good, b"{}").await), "another query");
    let stranger = Credential { secret_access_key: "guessed".to_owned(), ..stack.operator().clone() };
    let guessed = sign(&stranger, "POST", &url, &content_type, b"{}").unwrap();
    assert!(is_forbidden(&send_with(&stack, path, &guessed, b"{}").await), "another secret");
    let old = SystemTime::now() - Duration::from_secs(400);
    let stale = sign_at(stack.operator(), "POST", &url, &content_type, b"{}", old).unwrap();
    assert!(is_forbidden(&send_with(&stack, path, &stale, b"{}").await), "an old signature");
    let logs = stack.logs();
    assert!(logs.contains(&"POST /guarded/x: forbidden: the signature does not match".to_owned()), "{logs:?}");
    assert!(!logs.iter().any(|line| line.contains(&stack.operator().secret_access_key)));
    stack.stop().await;
}

#[tokio::test]
async fn the_gateways_clock_does_not_touch_signatures() {
    let stack = stack().await;
    stack.clock().set_millis(0);
    assert_eq!(stack.operate("PUT", "/guarded/x", Some(&json!({}))).await.unwrap().status, 200);
    stack.stop().await;
}

#[tokio::test]
async fn curl_can_sign() {
    let stack = stack().await;
    let user = format!("{}:{}", stack.operator().access_key_id, stack.operator().secret_access_key);
    let json = ["-H", "content-type: application/json"];
    let cases: [(&str, &[&str]); 8] = [
        ("/guarded/x", &[]),
        ("/guarded/x?a=1&b=2", &[]),
        ("/guarded/x?a=%2Fb&c=d%20e", &[]),
        ("/guarded/x", &["-X", "DELETE"]),
        ("/guarded/x", &["-X", "PUT", "-d", "{\"a\":1}", json[0], json[1]]),
        ("/guarded/x", &["-d", "{\"a\":1}", json[0], json[1]]),
        ("/guarded/x?a=1", &["-d", "{\"a\":1}", json[0], json[1], "-H", "x-other: 1"]),
        ("/guarded/x", &["-d", "a=b"]),
    ];
    for (path, more) in cases {
        let mut curl = Command::new("curl");
        curl.args(["-sS", "-w", "\n%{http_code}", "--aws-sigv4", "aws:amz:us-east-1:execute-api", "--user", &user]);
        curl.args(more).arg(format!("{}{path}", stack.url()));
        let output = tokio::task::spawn_blocking(move || curl.output().unwrap()).await.unwrap();
        let answer = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(answer.ends_with("\n200"), "{path} {more:?}: {answer}: {:?}", stack.logs());
    }
    stack.stop().await;
}
