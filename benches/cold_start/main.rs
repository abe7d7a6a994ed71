//! What a cold start costs: `cargo bench --bench cold_start`, on Linux, with `openssl` at hand.
//!
//! Each function is started anew, round by round, and answers one request; a bare `lambda_runtime` program built with
//! the same profile (`benches/hello.rs`) is started beside it. DynamoDB is the local stack's, behind TLS and found by
//! the system's root certificates, as a function meets it. Wall time depends on this machine and its other programs;
//! processor time is the function's.
//!
//! `cargo bench --bench cold_start -- --instructions` counts instructions instead, with `valgrind`: of a start with its
//! first request, and of each request after it. The counts are the same on every machine of an architecture.

mod process;
mod tls;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use local::REGION;
use local::dynamodb::{Dynamodb, Source, create_tables};
use serde_json::{Value, json};
use template::Template;

use process::{Start, Subject};
use tls::Tls;

const ROUNDS: usize = 20;

/// Functions, what each is asked, and what is in its answer.
const SUBJECTS: [(&str, &str, &str); 4] = [
    ("gate-health", "GET /api/v1/health", "\"statusCode\":200"),
    ("gate-fallback", "GET /nothing", "\"statusCode\":404"),
    ("gate-authorize", "GET /orders", "\"refused\":\"unknown_key\""),
    ("academy-list-courses", "GET /api/v1/courses", "\"statusCode\":401"),
];

type Error = Box<dyn std::error::Error>;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("no folder of the template")?;
    let binaries = Path::new(env!("CARGO_BIN_EXE_latchkey-local")).parent().ok_or("no folder of binaries")?;
    build(root)?;
    let parameters = [("Contract", "fayne"), ("Stage", "local"), ("StoreTimeout", "2000")];
    let parameters = parameters.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let template = Template::read(&std::fs::read_to_string(root.join("template.yaml"))?, &BTreeMap::from(parameters))?;
    let dynamodb = Dynamodb::start(Source::Memory, Vec::new()).await?;
    create_tables(dynamodb.endpoint(), &template.tables).await?;
    let tls = Tls::before(dynamodb.endpoint()).await?;

    let mut subjects = vec![Subject {
        title: "hello world",
        binary: binaries.join("examples/hello"),
        environment: environment("hello", &tls),
        event: json!({"hello": "world"}),
        answer: "world",
    }];
    for (title, route, answer) in SUBJECTS {
        let function = template.functions.iter().find(|function| function.binary == title);
        let function = function.ok_or_else(|| format!("the template has no {title}"))?;
        let mut environment = environment(&function.name, &tls);
        environment.extend(function.environment.clone());
        let binary = binaries.join(title);
        subjects.push(Subject { title, binary, environment, event: event(route), answer });
    }
    let counting = std::env::args().any(|argument| argument == "--instructions");
    if counting { count(&subjects) } else { time(&subjects) }?;
    dynamodb.stop().await;

    Ok(())
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
    const MORE: u64 = 100;

    println!("thousands of instructions, by valgrind");
    println!("{:22}{:>20}{:>20}", "", "until answered", "a request more");
    for subject in subjects {
        let (first, all) = (subject.instructions(1)?, subject.instructions(1 + MORE)?);
        println!("{:22}{:>20}{:>20}", subject.title, first / 1_000, all.saturating_sub(first) / MORE / 1_000);
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

/// Builds what is started, with the profile that is deployed.
fn build(root: &Path) -> Result<(), Error> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--release", "--example", "hello"]).current_dir(root);
    for (binary, ..) in SUBJECTS {
        cargo.args(["--bin", binary]);
    }

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

/// A request with a key that does not exist: the gate asks DynamoDB twice.
fn event(route: &str) -> Value {
    let (method, path) = route.split_once(' ').unwrap_or((route, ""));
    json!({
        "version": "2.0", "type": "REQUEST", "routeKey": route, "rawPath": path, "rawQueryString": "",
        "headers": {"authorization": format!("Bearer fa_live_{}", "0".repeat(32)), "host": "localhost"},
        "requestContext": {
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "bench"},
            "requestId": "id", "routeKey": route, "stage": "$default", "timeEpoch": 1_907_712_030_000_i64,
        },
        "isBase64Encoded": false,
    })
}
