//! Extensions inside a function: what they hear of, what they hold up, and how a process with one ends.

use local::{Builder, Stack};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use crate::support::{binaries, fixture, is_running};

fn builder() -> Builder {
    Stack::builder(fixture("extensions.yaml")).binaries(binaries()).ephemeral().keep_logs()
}

async fn ask(stack: &Stack, function: &str, path: &str) -> Value {
    stack.invoke(function, json!({ "rawPath": path })).await.unwrap()
}

/// The lines with `member` that functions have logged, less what is around it.
fn logged(stack: &Stack, member: &str) -> Vec<Value> {
    let lines = stack.logs();
    let lines = lines.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter_map(|line| line.get(member).cloned()).collect()
}

#[tokio::test]
async fn an_extension_hears_of_each_invocation_that_it_has_subscribed_to() {
    let stack = builder().start().await.unwrap();
    let mut invocations = Vec::new();
    for _ in 0..2 {
        invocations.push(ask(&stack, "Listening", "/context").await);
        ask(&stack, "Waiting", "/context").await;
    }
    stack.end_processes().await;
    let heard = logged(&stack, "extension");
    assert_eq!(heard.len(), 2, "{heard:?}");
    for (heard, invocation) in heard.iter().zip(&invocations) {
        assert_eq!(heard["status"], 200);
        let event = &heard["body"];
        let told = json!({
            "eventType": "INVOKE", "deadlineMs": invocation["deadline"], "requestId": invocation["id"],
            "invokedFunctionArn": invocation["arn"], "tracing": event["tracing"],
        });
        assert_eq!(event, &told);
        assert_eq!(event["tracing"]["type"], "X-Amzn-Trace-Id");
        assert!(event["tracing"]["value"].as_str().unwrap().starts_with("Root=1-"));
        assert!(heard["headers"]["lambda-extension-event-identifier"].is_string());
    }
    stack.stop().await;
}

#[tokio::test]
async fn an_answer_does_not_wait_for_extensions_and_the_next_event_does() {
    let stack = std::sync::Arc::new(builder().max_instances(1).start().await.unwrap());
    let meeting = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let event = json!({ "rawPath": "/pid", "after": meeting.local_addr().unwrap().to_string() });
    let first = stack.invoke("Listening", event).await.unwrap();
    let (mut busy, _) = meeting.accept().await.unwrap();

    let next = {
        let stack = std::sync::Arc::clone(&stack);
        tokio::spawn(async move { ask(&stack, "Listening", "/pid").await })
    };
    // Others take their turn meanwhile, more than once.
    for _ in 0..20 {
        ask(&stack, "Waiting", "/pid").await;
    }
    assert!(!next.is_finished());
    busy.write_all(b"x").await.unwrap();
    assert_eq!(next.await.unwrap(), first, "one process, and no second one");
}

#[tokio::test]
async fn while_extensions_are_at_work_others_get_another_process() {
    let stack = builder().max_instances(2).start().await.unwrap();
    let meeting = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let event = json!({ "rawPath": "/pid", "after": meeting.local_addr().unwrap().to_string() });
    let first = stack.invoke("Listening", event).await.unwrap();
    let (mut busy, _) = meeting.accept().await.unwrap();
    assert_ne!(ask(&stack, "Listening", "/pid").await, first);
    busy.write_all(b"x").await.unwrap();
    stack.stop().await;
}

#[tokio::test]
async fn what_extensions_do_after_an_answer_is_part_of_the_functions_time() {
    let stack = builder().start().await.unwrap();
    let meeting = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let event = json!({ "rawPath": "/pid", "after": meeting.local_addr().unwrap().to_string() });
    let pid = stack.invoke("Impatient", event).await.unwrap();
    let _busy = meeting.accept().await.unwrap();
    stack.end_processes().await;
    assert!(!is_running(&pid));
    assert!(stack.logs().contains(&"Impatient timed out after 1s".to_owned()), "{:?}", stack.logs());
    stack.stop().await;
}

#[tokio::test]
async fn a_process_with_an_extension_is_asked_to_end_and_others_are_killed() {
    let stack = builder().start().await.unwrap();
    for (function, asked) in [("Plain", 0), ("Waiting", 1), ("Listening", 1), ("Stubborn", 1)] {
        let before = logged(&stack, "signal").len();
        let pid = ask(&stack, function, "/pid").await;
        stack.end_processes().await;
        assert!(!is_running(&pid), "{function}");
        assert_eq!(stack.processes(), 0, "{function}");
        assert_eq!(logged(&stack, "signal").len() - before, asked, "{function}");
        assert_ne!(ask(&stack, function, "/pid").await, pid, "the next request gets a new one");
        stack.end_processes().await;
    }
    stack.stop().await;
}

#[tokio::test]
async fn a_stack_that_stops_asks_its_processes_to_end_and_one_that_is_dropped_does_not() {
    let stack = builder().start().await.unwrap();
    let pid = ask(&stack, "Waiting", "/pid").await;
    let logs = stack.logs_after();
    stack.stop().await;
    assert!(!is_running(&pid));
    assert!(logs().iter().any(|line| line.contains("SIGTERM")));

    let stack = builder().start().await.unwrap();
    ask(&stack, "Waiting", "/pid").await;
    let logs = stack.logs_after();
    drop(stack);
    assert_eq!(logs().iter().filter(|line| line.contains("SIGTERM")).count(), 0);
}

#[tokio::test]
async fn an_extension_may_not_subscribe_to_the_end() {
    let stack = builder().start().await.unwrap();
    let error = stack.invoke("Refused", json!({})).await.unwrap_err().to_string();
    assert!(error.starts_with("Refused did not start: "), "{error}");
    stack.stop().await;
}

#[tokio::test]
async fn the_extensions_api_refuses_what_lambda_refuses() {
    let stack = builder().start().await.unwrap();
    let register = "/2020-01-01/extension/register";
    let next = "/2020-01-01/extension/event/next";
    let unknown = "00000000-0000-0000-0000-000000000000";
    let name = |name: &str| json!({ "lambda-extension-name": name });
    let id = |id: &str| json!({ "lambda-extension-identifier": id });
    for (method, path, headers, body, status, kind) in [
        ("POST", register, json!({}), "{\"events\":[]}", 403, json!("Extension.InvalidExtensionName")),
        ("POST", register, name("a"), "events", 403, json!("InvalidRequestFormat")),
        ("POST", register, name("a"), "{\"events\":[\"SHUTDOWN\"]}", 403, json!("Extension.InvalidEventType")),
        ("POST", register, name("a"), "{\"events\":[]}", 403, json!("Extension.RegistrationClosed")),
        ("GET", next, json!({}), "", 403, json!("Extension.MissingExtensionIdentifier")),
        ("GET", next, id("a"), "", 403, json!("Extension.InvalidExtensionIdentifier")),
        ("GET", next, id(unknown), "", 403, json!("Extension.UnknownExtensionIdentifier")),
        (
            "POST",
            "/2020-01-01/extension/exit/error",
            id(unknown),
            "",
            403,
            json!("Extension.UnknownExtensionIdentifier"),
        ),
        ("GET", "/2020-01-01/extension/nothing", json!({}), "", 404, json!(null)),
    ] {
        let event = json!({ "rawPath": "/ask", "method": method, "path": path, "headers": headers, "body": body });
        let answer = stack.invoke("Plain", event).await.unwrap();
        assert_eq!((&answer["status"], &answer["body"]["errorType"]), (&json!(status), &kind), "{method} {path}");
    }
    stack.stop().await;
}

#[tokio::test]
async fn a_process_whose_extension_gives_up_is_not_used_again() {
    let stack = builder().start().await.unwrap();
    let pid = ask(&stack, "Waiting", "/pid").await;
    let event = json!({
        "rawPath": "/ask", "method": "POST", "path": "/2020-01-01/extension/exit/error",
        "headers": { "lambda-extension-identifier": "{id}" }, "body": "{\"errorType\":\"Echo.Tired\",\"errorMessage\":\"enough\"}",
    });
    assert_eq!(stack.invoke("Waiting", event).await.unwrap()["status"], 202);
    assert_ne!(ask(&stack, "Waiting", "/pid").await, pid);
    let logs = stack.logs();
    assert!(logs.contains(&"Waiting crashed: Echo.Tired: the extension echo: enough".to_owned()), "{logs:?}");
    stack.stop().await;
}
