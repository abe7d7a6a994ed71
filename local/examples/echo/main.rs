//! A function for the tests of the local stack: answers with its event, or misbehaves as the path asks it to. It has an
//! extension where its environment says so.

mod extension;

use std::io::{Read, Write};
use std::net::TcpStream;

use lambda_http::lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::{Value, json};
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    if variable("FAIL_INIT").is_some() {
        return Err("no luck".into());
    }
    if let Some(events) = variable("EXTENSION") {
        extension::start(&events).await?;
    }
    tokio::select! {
        ended = run(service_fn(answer)) => ended,
        ended = terminated() => ended,
    }
}

/// Returns when the process has been asked to end, unless it does not want to.
async fn terminated() -> Result<(), Error> {
    let mut asked = signal(SignalKind::terminate())?;
    asked.recv().await;
    log("{\"signal\":\"SIGTERM\"}")?;
    match variable("STUBBORN") {
        Some(_) => std::future::pending().await,
        None => Ok(()),
    }
}

#[expect(clippy::disallowed_methods, reason = "the template of a test sets it")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

async fn answer(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let LambdaEvent { payload: event, context } = event;
    let path = event.get("rawPath").and_then(Value::as_str).unwrap_or_default();
    extension::after_this(event.get("after").and_then(Value::as_str).unwrap_or_default());
    match path {
        // The request's body is the answer.
        "/answer" => Ok(serde_json::from_str(event.get("body").and_then(Value::as_str).unwrap_or_default())?),
        "/ask" => extension::ask(&event).await,
        "/context" => {
            Ok(json!({ "id": context.request_id, "deadline": context.deadline, "arn": context.invoked_function_arn }))
        }
        "/error" => Err("this one is on purpose".into()),
        "/crash" => std::process::abort(),
        "/hang" => std::future::pending().await,
        "/meet" => meet(&event),
        "/big" => Ok(json!({ "statusCode": 200, "body": "x".repeat(7_000_000) })),
        "/pid" => Ok(json!(std::process::id())),
        "/environment" => Ok(environment()),
        _ if path.starts_with("/operator/v1/") => Ok(operator(&event)),
        _ => {
            log(&format!("{{\"path\":\"{path}\"}}"))?;
            Ok(
                json!({ "statusCode": 200, "headers": { "content-type": "application/json" }, "body": event.to_string() }),
            )
        }
    }
}

/// Calls the address in the query, and answers when it is told to.
fn meet(event: &Value) -> Result<Value, Error> {
    let address = event.pointer("/queryStringParameters/at").and_then(Value::as_str).unwrap_or_default();
    let mut stream = TcpStream::connect(address)?;
    stream.read_exact(&mut [0])?;
    Ok(json!({ "pid": std::process::id() }))
}

/// What the operator's routes answer, as far as a demo looks at it.
fn operator(event: &Value) -> Value {
    let body = event.get("body").and_then(Value::as_str).unwrap_or_default();
    let Ok(mut data) = serde_json::from_str::<Value>(body) else {
        return json!({ "statusCode": 400, "body": "no json" });
    };
    if let Some(data) = data.as_object_mut() {
        data.insert("id".to_owned(), json!("key_1"));
        data.insert("key".to_owned(), event.pointer("/requestContext/requestId").cloned().unwrap_or_default());
    }
    json!({ "statusCode": 201, "body": json!({ "data": data }).to_string() })
}

fn environment() -> Value {
    std::env::vars().map(|(name, value)| (name, Value::from(value))).collect()
}

fn log(line: &str) -> std::io::Result<()> {
    writeln!(std::io::stdout(), "{line}")
}
