//! What a cold start costs: `cargo bench --bench cold_start`, on Linux, with `openssl` at hand.
//!
//! Each function is started anew, round by round, and answers one request. Beside it start two bare programs, built with the
//! same profile: one that only answers (`benches/hello.rs`), and one that asks DynamoDB twice by the SDK
//! (`benches/asking.rs`). DynamoDB is the local stack's, behind TLS, as a function meets it. Wall time depends on this
//! machine and its other programs; processor time is the function's.
//!
//! `cargo bench --bench cold_start -- --instructions` counts instructions instead, with `valgrind`: of a start with its
//! first request, of each request after it, and who spends those of a verified one. The counts are the same on every
//! machine of an architecture.

mod process;
mod profile;
mod tls;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use local::{REGION, Stack};
use serde_json::{Value, json};
use tempfile::TempDir;
use template::Template;

use process::{Start, Subject};
use profile::Profile;
use tls::Tls;

const ROUNDS: usize = 20;

/// Functions, what each is asked, and what is in its answer.
const SUBJECTS: [(&str, &str, &str); 4] = [
    ("gate-health", "GET /api/v1/health", "\"statusCode\":200"),
    ("gate-fallback", "GET /nothing", "\"statusCode\":404"),
    ("gate-authorize", "GET /orders", "\"refused\":\"unknown_key\""),
    ("academy-list-courses", "GET /api/v1/courses", "\"statusCode\":401"),
];

/// Functions that make the key that is verified.
const MAKERS: [&str; 2] = ["organizations-put", "keys-create"];

type Error = Box<dyn std::error::Error>;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let counting = std::env::args().any(|argument| argument == "--instructions");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("no folder of the template")?;
    // The names of functions are no instructions: the counts are those of what is deployed.
    let profile = if counting { "profiling" } else { "release" };
    let target = Path::new(env!("CARGO_BIN_EXE_latchkey-local")).ancestors().nth(2).ok_or("no folder of binaries")?;
    let binaries = target.join(profile);
    build(root, profile)?;
    let stack = Stack::builder(root.join("template.yaml")).contract("fayne").stage("local");
    let stack = stack.parameter("StoreTimeout", "2000").quiet();
    let template = stack.template()?;
    let functions = functions(&template, &binaries)?;
    let stack = stack.binaries(functions.path()).start().await?;
    let tls = Tls::before(stack.dynamodb().endpoint()).await?;
    let nobodys = format!("fa_live_{}", "0".repeat(32));
    let hello = Subject {
        title: "hello world",
        binary: binaries.join("examples/hello"),
        environment: environment("hello", &tls),
        event: json!({"hello": "world"}),
        answer: "world",
    };
    let asked = ("gate-authorize", &json!({}), "asked");
    let asking = Subject {
        title: "two GetItems",
        binary: binaries.join("examples/asking"),
        ..subject(&stack, &template, (&binaries, &tls), asked)?
    };
    let mut subjects = vec![hello.clone(), asking];
    for (title, route, answer) in SUBJECTS {
        subjects.push(subject(&stack, &template, (&binaries, &tls), (title, &event(route, &nobodys), answer))?);
    }
    if counting {
        count(&subjects)?;
        let question = event("GET /orders", &key(&stack).await?);
        let verified =
            subject(&stack, &template, (&binaries, &tls), ("gate-authorize", &question, "\"isAuthorized\":true"))?;
        attribute(&hello, &verified)?;
    } else {
        time(&subjects)?;
    }
    stack.stop().await;

    Ok(())
}

/// The function `title` of `stack`, which is asked `event`.
fn subject(
    stack: &Stack,
    template: &Template,
    (binaries, tls): (&Path, &Tls),
    (title, event, answer): (&'static str, &Value, &'static str),
) -> Result<Subject, Error> {
    let function = template.functions.iter().find(|function| function.binary == title);
    let function = function.ok_or_else(|| format!("the template has no {title}"))?;
    let mut environment = environment(&function.name, tls);
    // It has the stack's credentials, and asks by TLS all the same.
    let mut given = stack.environment(&function.name)?;
    given.extend(tls.environment());
    environment.extend(given);

    Ok(Subject { title, binary: binaries.join(title), environment, event: event.clone(), answer })
}

/// A folder with what a stack wants to see, which is every function. Those that are not asked here are not built either.
fn functions(template: &Template, binaries: &Path) -> Result<TempDir, Error> {
    let folder = tempfile::tempdir()?;
    for function in &template.functions {
        let is_built =
            SUBJECTS.iter().any(|(name, ..)| *name == function.binary) || MAKERS.contains(&&*function.binary);
        let binary = binaries.join(if is_built { &*function.binary } else { "examples/hello" });
        std::os::unix::fs::symlink(binary, folder.path().join(&function.binary))?;
    }

    Ok(folder)
}

/// A key in use, of which the limit is never reached.
async fn key(stack: &Stack) -> Result<String, Error> {
    let terms = json!({"plan": "scale", "limits": [{"requests": 4_000_000_000_u32, "per": "minute"}]});
    stack.operate("PUT", "/operator/v1/organizations/acme", Some(&terms)).await?;
    let order = json!({"name": "bench", "scopes": ["read"]});
    let issued = stack.operate("POST", "/operator/v1/organizations/acme/api-keys", Some(&order)).await?.json();
    let key = issued.pointer("/data/key").and_then(Value::as_str).ok_or_else(|| format!("no key: {issued}"))?;

    Ok(key.to_owned())
}

/// Prints the processor time and the wall time that each of `subjects` takes.
#[expect(clippy::print_stdout, reason = "a bench is for people")]
fn time(subjects: &[Subject]) -> Result<(), Error> {
    let mut starts: Vec<Vec<Start>> = subjects.iter().map(|_| Vec::new()).collect();
    for _ in 0..ROUNDS {
        for (subject, starts) in subjects.iter().zip(&mut starts) {
            starts.push(subject.start().map_err(|cause| format!("{}: {cause}", subject.title))?);
        }
    }

    println!("{ROUNDS} cold starts each, medians in milliseconds; in brackets, times hello world's");
    println!("{:22}{:>15}{:>15}{:>15}{:>15}{:>10}", "", "ready", "answered", "CPU ready", "CPU answered", "memory");
    let hello = starts.first().map(|starts| columns(starts)).ok_or("nothing was started")?;
    for (subject, starts) in subjects.iter().zip(&starts) {
        let cells = columns(starts).into_iter().zip(hello).map(|(time, hello)| {
            let (time, hello) = (time.as_secs_f64() * 1e3, hello.as_secs_f64() * 1e3);
            format!("{:>15}", format!("{time:.1} ({:.1})", time / hello))
        });
        let memory = starts.iter().map(|start| start.memory).fold(0.0, f64::max);
        println!("{:22}{}{memory:>7.0} MB", subject.title, cells.collect::<String>());
    }

    Ok(())
}

/// Prints how many instructions each of `subjects` needs.
#[expect(clippy::print_stdout, reason = "a bench is for people")]
fn count(subjects: &[Subject]) -> Result<(), Error> {
    println!("thousands of instructions, by valgrind");
    println!("{:22}{:>20}{:>20}", "", "until answered", "a request more");
    for subject in subjects {
        let (first, more) = (subject.profile(1)?, Profile::of_a_request(subject, 1)?);
        println!("{:22}{:>20}{:>20}", subject.title, first.total() / 1_000, more.total() / 1_000);
    }

    Ok(())
}

/// Prints who spends the instructions of a `verified` request, beside those of `hello`.
#[expect(clippy::print_stdout, reason = "a bench is for people")]
fn attribute(hello: &Subject, verified: &Subject) -> Result<(), Error> {
    // The first ten requests of a process write usage each: those are over then.
    let (bare, verified) = (Profile::of_a_request(hello, 1)?, Profile::of_a_request(verified, 20)?);

    println!("\nthousands of instructions of a request more that is verified");
    println!("{:46}{:>12}{:>16}", "", "hello world", "gate-authorize");
    let (without, with) = (bare.by_spender(), verified.by_spender());
    for (spender, spent) in &with {
        let before = without.iter().find(|(other, _)| other == spender).map_or(0, |(_, spent)| *spent);
        println!("{spender:46}{:>12}{:>16}", before / 1_000, spent / 1_000);
    }
    println!("{:46}{:>12}{:>16}", "all", bare.total() / 1_000, verified.total() / 1_000);
    for (name, spent) in verified.dearest(25) {
        println!("{:>10}  {name}", spent / 1_000);
    }

    Ok(())
}

/// The medians of what was measured.
fn columns(starts: &[Start]) -> [Duration; 4] {
    let median = |of: fn(&Start) -> Duration| {
        let mut times: Vec<_> = starts.iter().map(of).collect();
        times.sort_unstable();
        times.get(times.len() / 2).copied().unwrap_or_default()
    };

    [
        median(|start| start.ready.wall),
        median(|start| start.answered.wall),
        median(|start| start.ready.cpu),
        median(|start| start.answered.cpu),
    ]
}

/// Builds what is started, with this profile: functions as they are deployed, with what their own package asks for.
fn build(root: &Path, profile: &str) -> Result<(), Error> {
    let functions = SUBJECTS.map(|(binary, ..)| binary).into_iter().chain(MAKERS).flat_map(|binary| ["--bin", binary]);
    cargo_build(root, profile, ["--package", "latchkey"].into_iter().chain(functions))?;

    cargo_build(root, profile, ["--example", "hello", "--example", "asking"])
}

fn cargo_build<'a>(root: &Path, profile: &str, what: impl IntoIterator<Item = &'a str>) -> Result<(), Error> {
    let mut cargo = local::program::cargo();
    cargo.args(["build", "--quiet", "--profile", profile]).args(what).current_dir(root);

    if cargo.status()?.success() { Ok(()) } else { Err("cargo build failed".into()) }
}

/// The variables that Lambda would set.
fn environment(function: &str, tls: &Tls) -> BTreeMap<String, String> {
    let lambdas = [
        ("AWS_LAMBDA_FUNCTION_NAME", function),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
        ("AWS_LAMBDA_LOG_FORMAT", "JSON"),
        ("AWS_REGION", REGION),
        ("AWS_ACCESS_KEY_ID", "BENCH"),
        ("AWS_SECRET_ACCESS_KEY", "bench"),
        ("AWS_SESSION_TOKEN", "bench"),
    ];
    let lambdas = lambdas.map(|(name, value)| (name.to_owned(), value.to_owned()));

    lambdas.into_iter().chain(tls.environment()).collect()
}

/// A request with this key.
fn event(route: &str, key: &str) -> Value {
    let (method, path) = route.split_once(' ').unwrap_or((route, ""));
    json!({
        "version": "2.0", "type": "REQUEST", "routeKey": route, "rawPath": path, "rawQueryString": "",
        "headers": {"authorization": format!("Bearer {key}"), "host": "localhost"},
        "requestContext": {
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "bench"},
            "requestId": "id", "routeKey": route, "stage": "$default", "timeEpoch": 1_907_712_030_000_i64,
        },
        "isBase64Encoded": false,
    })
}
