//! What the gate adds to a request, through the real binaries and the local stack: `cargo bench --bench gate`.
//!
//! It compares a request that goes through the gate with one that any function refuses without DynamoDB, in turn, so
//! that the ratio holds while the machine's speed drifts. The emulator is not DynamoDB: take the ratio, not the
//! milliseconds.

use std::path::Path;
use std::time::{Duration, Instant};

use local::Stack;
use serde_json::{Value, json};

const ROUNDS: usize = 2_000;

#[tokio::main]
#[expect(clippy::print_stdout, reason = "a bench is for people")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let binaries = Path::new(env!("CARGO_BIN_EXE_gate-verify")).parent().ok_or("no folder of binaries")?;
    let stack = Stack::builder(root.join("template.yaml")).contract("fabraix").stage("local").binaries(binaries);
    let stack = stack.parameter("StoreTimeout", "2000").quiet().start().await?;
    let limits = json!([{"requests": 4_000_000_000_u32, "per": "minute"}]);
    let terms = json!({"plan": "enterprise", "limits": limits});
    stack.operate("PUT", "/operator/v1/organizations/acme", Some(&terms)).await?;
    // Holds no scope: the gate judges and counts, and nothing comes after it.
    let order = json!({"name": "bench", "type": "restricted", "scopes": []});
    let issued = stack.operate("POST", "/operator/v1/organizations/acme/api-keys", Some(&order)).await?.json();
    let key = issued.pointer("/data/key").and_then(Value::as_str).ok_or("no key")?;

    let (gated, ungated) = (event(key), event("junk"));
    expect(&stack, &gated, 403).await?;
    expect(&stack, &ungated, 401).await?;
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        with.push(expect(&stack, &gated, 403).await?);
        without.push(expect(&stack, &ungated, 401).await?);
    }
    let ([with, with_p99], [without, without_p99]) = (quantiles(&mut with), quantiles(&mut without));
    println!("{ROUNDS} invocations of AgentRunsRegister, past the gateway");
    println!("  through the gate        p50 {with:>10.1?}   p99 {with_p99:>10.1?}");
    println!("  refused before it       p50 {without:>10.1?}   p99 {without_p99:>10.1?}");
    println!("  ratio at p50            {:.2}", with.as_secs_f64() / without.as_secs_f64());
    stack.stop().await;

    Ok(())
}

fn event(key: &str) -> Value {
    json!({
        "version": "2.0", "routeKey": "POST /v1/register-agent-run", "rawPath": "/v1/register-agent-run", "rawQueryString": "",
        "headers": {"x-api-key": key, "host": "localhost", "content-type": "application/json"},
        "requestContext": {
            "http": {"method": "POST", "path": "/v1/register-agent-run", "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "bench"},
            "requestId": "id", "routeKey": "POST /v1/register-agent-run", "stage": "$default", "timeEpoch": 1_907_712_030_000_i64,
        },
        "body": "{}", "isBase64Encoded": false,
    })
}

/// How long the function took to answer with `status`.
async fn expect(stack: &Stack, event: &Value, status: u16) -> Result<Duration, Box<dyn std::error::Error>> {
    let event = event.clone();
    let begin = Instant::now();
    let answer = stack.invoke("AgentRunsRegister", event).await?;
    let took = begin.elapsed();
    if answer.get("statusCode") != Some(&status.into()) {
        return Err(format!("not {status}: {answer}").into());
    }

    Ok(took)
}

/// The median and the 99th percentile.
fn quantiles(times: &mut [Duration]) -> [Duration; 2] {
    times.sort_unstable();
    [times.len() / 2, times.len() * 99 / 100].map(|place| times.get(place).copied().unwrap_or_default())
}
