//! What it takes to import 10,000 keys by the command, to import them again, to export them, and to import that into an empty stack; to
//! list them by each filter, and to delete their organization:
//! `cargo build --release --bins && cargo bench -p command --bench moving`, or `cargo build --bins` and `--profile dev`, which takes three times as long.
//!
//! The emulator is not DynamoDB: take the calls and units, and not the seconds.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use local::Stack;
use serde_json::json;
use shared::contract::secret::Digest;
use tempfile::NamedTempFile;

const KEYS: usize = 10_000;

/// What is listed, by each filter.
const FILTERS: [[&str; 2]; 6] = [
    ["--status", "active"],
    ["--type", "live"],
    ["--name", "key 99"],
    ["--external-id", "user_7777"],
    ["--expires-before", "2999-01-01T00:00:00Z"],
    ["--unused-since", "2999-01-01T00:00:00Z"],
];

type Failure = Box<dyn std::error::Error>;

/// What one run of the command has printed, and how long it took.
struct Ran {
    out: Vec<u8>,
    said: String,
    took: Duration,
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let (old, new) = (stack().await?, stack().await?);
    let mut foreign = NamedTempFile::new()?;
    for number in 0..KEYS {
        let digest = Digest::of(format!("key {number}").as_bytes()).to_string();
        let key = json!({"sha256": digest, "name": format!("key {number}"), "type": "live", "externalId": format!("user_{number}")});
        writeln!(foreign, "{key}")?;
    }
    measure("import of 10,000 keys", &old, &["keys", "import", "acme"], Some(foreign.path())).await?;
    measure("the same again", &old, &["keys", "import", "acme"], Some(foreign.path())).await?;
    let exported = measure("export", &old, &["keys", "export", "acme"], None).await?;
    let mut moved = NamedTempFile::new()?;
    moved.write_all(&exported)?;
    measure("import of the export elsewhere", &new, &["keys", "import", "acme"], Some(moved.path())).await?;
    let again = measure("export there", &new, &["keys", "export", "acme"], None).await?;
    let is_same = if again == exported { "the same" } else { "NOT the same" };
    print(&format!("both exports are {is_same}: {} bytes", exported.len()));
    for [option, value] in FILTERS {
        let what = format!("list, {option} {value}");
        let found = measure(&what, &old, &["keys", "list", "acme", option, value], None).await?;
        print(&format!("  found {}", found.split(|byte| *byte == b'\n').count().saturating_sub(1)));
    }
    measure("lock", &old, &["orgs", "lock", "acme"], None).await?;
    measure("delete", &old, &["orgs", "delete", "acme", "--confirm", "acme"], None).await?;
    old.stop().await;
    new.stop().await;

    Ok(())
}

#[expect(clippy::print_stdout, reason = "a bench is for people")]
fn print(line: &str) {
    println!("{line}");
}

/// A stack of the standard contract, with the organization `acme`, which may have that many keys.
async fn stack() -> Result<Stack, Failure> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("no folder of the project")?;
    let binaries = Path::new(env!("CARGO_BIN_EXE_latchkey")).parent().ok_or("no folder of binaries")?;
    let stack = Stack::builder(root.join("template.yaml")).contract("standard").stage("local").binaries(binaries);
    let stack = stack.parameter("StoreTimeout", "2000").ephemeral().quiet().start().await?;
    stack.operate("PUT", "/operator/v1/plans/enterprise", Some(&json!({"keys": 20_000}))).await?;
    let terms = json!({"plan": "enterprise", "limits": [{"requests": 1_000, "per": "minute"}]});
    stack.operate("PUT", "/operator/v1/organizations/acme", Some(&terms)).await?;

    Ok(stack)
}

/// Runs the command with `arguments` and perhaps a `file`, and says what that took. Returns what it has printed.
async fn measure(what: &str, stack: &Stack, arguments: &[&str], file: Option<&Path>) -> Result<Vec<u8>, Failure> {
    stack.dynamodb().record(true);
    let Ran { out, said, took } = run(stack, arguments, file).await?;
    stack.dynamodb().record(false);
    let calls: Vec<_> = stack.dynamodb().calls().into_iter().filter(|call| call.function.is_some()).collect();
    let transactions = calls.iter().filter(|call| call.action == "TransactWriteItems").count();
    let (writes, reads) =
        calls.iter().fold((0.0, 0.0), |(writes, reads), call| (writes + call.write_units, reads + call.read_units));
    print(&format!(
        "{what}: {took:.1?}, {transactions} transactions, {} other calls, {writes} write units, {reads} read units; {}",
        calls.len().saturating_sub(transactions),
        said.trim()
    ));

    Ok(out)
}

async fn run(stack: &Stack, arguments: &[&str], file: Option<&Path>) -> Result<Ran, Failure> {
    let operator = stack.operator();
    let mut command = Command::new(env!("CARGO_BIN_EXE_latchkey"));
    command.args(arguments).args(file).args(["--output", "jsonl"]).stdin(Stdio::null());
    command.env("AWS_ACCESS_KEY_ID", &operator.access_key_id).env("AWS_REGION", "us-east-1");
    command.env("AWS_SECRET_ACCESS_KEY", &operator.secret_access_key).env("LATCHKEY_URL", stack.url());
    let begin = Instant::now();
    let output = tokio::task::spawn_blocking(move || command.output()).await??;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if !output.status.success() {
        return Err(said.into());
    }

    Ok(Ran { out: output.stdout, said, took: begin.elapsed() })
}
