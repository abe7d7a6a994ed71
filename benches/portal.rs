//! How long pages of the portal take, through the real binaries and the local stack: `cargo bench --bench portal`.
//!
//! An organization has a hundred keys, whose names and last uses the list shows. The time is from the event to the answer of
//! a process that is warm. The emulator is not DynamoDB: it is quicker with one item, and slower with many.

use std::path::Path;
use std::time::{Duration, Instant};

use local::Stack;
use serde_json::{Value, json};

const ROUNDS: usize = 500;

/// Anything may go wrong here, and ends the bench.
type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

#[tokio::main]
#[expect(clippy::print_stdout, reason = "a bench is for people")]
async fn main() -> Outcome<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let binaries = Path::new(env!("CARGO_BIN_EXE_portal-list-keys")).parent().ok_or("no folder of binaries")?;
    let stack = Stack::builder(root.join("template.yaml")).contract("fanfare").stage("local").binaries(binaries);
    let stack = stack.parameter("StoreTimeout", "2000").quiet().start().await?;
    let terms = json!({"plan": "enterprise", "limits": [{"requests": 1_000, "per": "minute"}]});
    stack.operate("PUT", "/operator/v1/organizations/acme", Some(&terms)).await?;
    let mut id = String::new();
    for number in 0..100 {
        let order = json!({"name": format!("server {number}"), "type": "secret"});
        let issued = stack.operate("POST", "/operator/v1/organizations/acme/api-keys", Some(&order)).await?.json();
        issued.pointer("/data/id").and_then(Value::as_str).ok_or("no key")?.clone_into(&mut id);
    }
    let cookie = enter(&stack).await?;

    println!("{ROUNDS} looks at each page, past the gateway");
    for (function, route, path) in [
        ("PortalListKeys", "GET /portal/{org}/keys", "/portal/acme/keys".to_owned()),
        ("PortalShowKey", "GET /portal/{org}/keys/{id}", format!("/portal/acme/keys/{id}")),
        ("PortalNewKey", "GET /portal/{org}/keys/new", "/portal/acme/keys/new".to_owned()),
    ] {
        let look = event(route, &path, &json!({"org": "acme", "id": id}), Some(&cookie), "");
        answer(&stack, function, &look, 200).await?;
        let mut times = Vec::new();
        let mut bytes = 0;
        for _ in 0..ROUNDS {
            let begin = Instant::now();
            let page = answer(&stack, function, &look, 200).await?;
            times.push(begin.elapsed());
            bytes = page.get("body").and_then(Value::as_str).map_or(0, str::len);
        }
        let [half, most] = quantiles(&mut times);
        println!("  {route:<30} p50 {half:>8.1?}   p95 {most:>8.1?}   {bytes} bytes");
    }
    stack.stop().await;

    Ok(())
}

/// The cookie of a session that a link has begun.
async fn enter(stack: &Stack) -> Outcome<String> {
    let order = json!({"subject": "bench", "timeZone": "Europe/Vienna"});
    let link = stack.operate("POST", "/operator/v1/organizations/acme/portal-sessions", Some(&order)).await?.json();
    let url = link.pointer("/data/url").and_then(Value::as_str).ok_or("no link")?;
    let (_, code) = url.split_once("code=").ok_or("no code")?;
    let enter = event("POST /portal/enter", "/portal/enter", &json!({}), None, &format!("code={code}"));
    let entered = answer(stack, "PortalEnter", &enter, 303).await?;
    let cookie = entered.pointer("/cookies/0").and_then(Value::as_str).ok_or("no cookie")?;

    Ok(cookie.split(';').next().unwrap_or_default().to_owned())
}

fn event(route: &str, path: &str, parameters: &Value, cookie: Option<&str>, form: &str) -> Value {
    let method = route.split(' ').next();
    let headers = json!({
        "host": "127.0.0.1", "sec-fetch-site": "same-origin", "content-type": "application/x-www-form-urlencoded",
    });

    json!({
        "version": "2.0", "routeKey": route, "rawPath": path, "rawQueryString": "", "headers": headers,
        "cookies": cookie.into_iter().collect::<Vec<_>>(), "pathParameters": parameters,
        "requestContext": {
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "bench"},
            "requestId": "id", "routeKey": route, "stage": "$default", "timeEpoch": 0,
        },
        "body": form, "isBase64Encoded": false,
    })
}

/// What the function answers, which must have `status`.
async fn answer(stack: &Stack, function: &str, event: &Value, status: u16) -> Outcome<Value> {
    let mut event = event.clone();
    *event.pointer_mut("/requestContext/timeEpoch").ok_or("no time")? = stack.clock().now_millis().into();
    let answer = stack.invoke(function, event).await?;
    if answer.get("statusCode") != Some(&status.into()) {
        return Err(format!("not {status}: {answer}").into());
    }

    Ok(answer)
}

/// The median and the 95th percentile.
fn quantiles(times: &mut [Duration]) -> [Duration; 2] {
    times.sort_unstable();
    [times.len() / 2, times.len() * 95 / 100].map(|place| times.get(place).copied().unwrap_or_default())
}
