//! Lambda's `Invoke`, for functions without a gateway.

use std::process::Command;

use crate::support::stack;
use local::{REGION, Stack};
use serde_json::{Value, json};

/// Invokes `function` by curl, signed for `service`: the status, the headers and the answer.
async fn invoke(stack: &Stack, service: &str, function: &str, more: &[&str], event: &str) -> (u16, String, Value) {
    let user = format!("{}:{}", stack.operator().access_key_id, stack.operator().secret_access_key);
    let mut curl = Command::new("curl");
    curl.args(["-sS", "-i", "--aws-sigv4", &format!("aws:amz:{REGION}:{service}"), "--user", &user]);
    curl.args(["-H", "content-type: application/json", "-d", event]).args(more);
    curl.arg(format!("{}/2015-03-31/functions/{function}/invocations", stack.lambda_endpoint()));
    let output = tokio::task::spawn_blocking(move || curl.output().unwrap()).await.unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();

    (
        head.split(' ').nth(1).unwrap().parse().unwrap(),
        head.to_lowercase(),
        serde_json::from_str(body).unwrap_or_default(),
    )
}

#[tokio::test]
async fn a_function_is_invoked_without_the_gateway() {
    let stack = stack().await;
    let (status, head, answer) = invoke(&stack, "lambda", "Guarded", &[], r#"{"rawPath": "/x", "a": 1}"#).await;
    assert_eq!((status, &answer["statusCode"]), (200, &json!(200)), "{answer}");
    assert!(!head.contains("x-amz-function-error"), "{head}");
    let event: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
    assert_eq!(event, json!({"rawPath": "/x", "a": 1}), "the event arrives as it is");
    stack.stop().await;
}

#[tokio::test]
async fn a_function_that_fails_is_an_answer_that_says_so() {
    let stack = stack().await;
    for (path, kind) in [("/error", None), ("/crash", Some("Runtime.ExitError"))] {
        let event = json!({ "rawPath": path }).to_string();
        let (status, head, answer) = invoke(&stack, "lambda", "Echo", &[], &event).await;
        assert_eq!(status, 200);
        assert!(head.contains("x-amz-function-error: unhandled"), "{head}");
        assert!(answer["errorMessage"].is_string(), "{answer}");
        assert!(kind.is_none_or(|kind| answer["errorType"] == kind), "{answer}");
    }
    stack.stop().await;
}

#[tokio::test]
async fn whoever_is_not_the_operator_invokes_nothing() {
    let stack = stack().await;
    let (status, head, _) = invoke(&stack, "execute-api", "Echo", &[], "{}").await;
    assert_eq!(status, 403, "{head}");
    assert!(head.contains("x-amzn-errortype: accessdeniedexception"), "{head}");
    let (status, _, _) = invoke(&stack, "lambda", "Echo", &["--user", "LOCAL:guessed"], "{}").await;
    assert_eq!(status, 403);
    assert_eq!(stack.processes(), 0);
    stack.stop().await;
}

#[tokio::test]
async fn what_cannot_be_invoked_is_refused_as_lambda_refuses_it() {
    let stack = stack().await;
    let asynchronous = ["-H", "x-amz-invocation-type: Event"];
    for (function, more, event, status, kind) in [
        ("Nobody", &[][..], "{}", 404, "resourcenotfoundexception"),
        ("Echo/x", &[], "{}", 404, "resourcenotfoundexception"),
        ("Echo", &["-X", "PUT"], "{}", 404, "resourcenotfoundexception"),
        ("Echo", &[], "{", 400, "invalidrequestcontentexception"),
        ("Echo", &asynchronous, "{}", 400, "invalidparametervalueexception"),
    ] {
        let (answered, head, body) = invoke(&stack, "lambda", function, more, event).await;
        assert_eq!((answered, &body["Type"]), (status, &json!("User")), "{function} {event}: {head}");
        assert!(head.contains(&format!("x-amzn-errortype: {kind}")), "{head}");
    }
    stack.stop().await;
}
