//! A stack for each test, and those who call it.

mod announced;
mod answer;
mod browser;
mod campus;
mod http;

use std::collections::{BTreeMap, HashMap};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use local::dynamodb::Latch;
use local::{Stack, TemplateSource};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use shared::contract::Contract;
use tempfile::{NamedTempFile, TempDir};
use template::Template;

pub(crate) use answer::Answer;
pub(crate) use browser::{Browser, FORM, Link, SAME_ORIGIN, did, encoded};
pub(crate) use campus::{Campus, NOBODY, course_id};
pub(crate) use http::Http;

/// When tests take place: half a minute into a minute, an hour and a day.
pub(crate) const START: &str = "2030-06-15T00:00:30Z";

/// The digest of `secret` in hexadecimal, as a shell's sha256sum prints it.
pub(crate) fn sha256(secret: &str) -> String {
    Sha256::digest(secret).iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

/// The contracts that come with Latchkey.
pub(crate) const CONTRACTS: [&str; 5] = ["fabraix", "fanfare", "fayne", "standard", "thefaq"];

/// A stack, its clock stopped at [`START`].
pub(crate) struct World {
    pub(crate) stack: Stack,
    pub(crate) http: Http,
    header: &'static str,
    scheme: &'static str,
    /// The contract, where it is one of the world's own: the file is there as long as the world is.
    contract: Option<NamedTempFile>,
}

/// A key as its owner got it.
#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) secret: String,
}

/// The folder of the functions' binaries: cargo has built them for this test.
pub(crate) fn binaries() -> PathBuf {
    Path::new(env!("CARGO_BIN_EXE_gate-verify")).parent().unwrap().to_owned()
}

/// A contract of a team's own: the one called `name`, changed like this. It is there as long as the file is kept.
pub(crate) fn own_contract(name: &str, change: impl FnOnce(&str) -> String) -> NamedTempFile {
    let text = std::fs::read_to_string(root().join(format!("contracts/{name}.toml"))).unwrap();
    let changed = change(&text);
    assert_ne!(changed, text);
    let file = tempfile::Builder::new().suffix(".toml").tempfile().unwrap();
    std::fs::write(file.path(), changed).unwrap();

    file
}

/// The example of that name.
pub(crate) fn example(name: &str) -> PathBuf {
    let example = binaries().join("examples").join(name);
    assert!(example.is_file(), "cargo build --examples; cargo test does that by itself");

    example
}

/// A folder with all functions, and under the name `function` this program.
pub(crate) fn binaries_with(function: &str, program: &Path) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    symlink(program, folder.path().join(function)).unwrap();
    for file in std::fs::read_dir(binaries()).unwrap().map(|file| file.unwrap()) {
        if file.path().is_file() && file.path().extension().is_none() && file.file_name() != function {
            symlink(file.path(), folder.path().join(file.file_name())).unwrap();
        }
    }

    folder
}

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// `template.yaml` as the stack of `contract` reads it.
pub(crate) fn template(contract: &str) -> Template {
    template_with(contract, &[])
}

/// The same with more parameters.
pub(crate) fn template_with(contract: &str, more: &[(&str, &str)]) -> Template {
    let yaml = std::fs::read_to_string(root().join("template.yaml")).unwrap();
    let all = std::iter::once(("Contract", contract)).chain(more.iter().copied());
    let parameters: BTreeMap<_, _> = all.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    Template::read(&yaml, &parameters).unwrap_or_else(|error| panic!("{contract}: {error}"))
}

pub(crate) fn millis(at: &str) -> i64 {
    at.parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

impl World {
    /// A stack that serves `contract` at the stage `local`.
    pub(crate) async fn serving(contract: &str) -> Self {
        Self::at_stage(contract, "local").await
    }

    pub(crate) async fn at_stage(contract: &str, stage: &str) -> Self {
        Self::build(contract, |builder| builder.stage(stage)).await
    }

    /// A stack that serves `contract`, as `change` configures it.
    pub(crate) async fn build(contract: &str, change: impl FnOnce(local::Builder) -> local::Builder) -> Self {
        Self::execute(root().join("template.yaml"), contract, change).await
    }

    /// The same, with functions that have so many seconds for an invocation, and try a change for a third of it; and so many
    /// milliseconds of patience with DynamoDB.
    pub(crate) async fn hurried(contract: &str, seconds: u32, patience: u32) -> Self {
        let yaml = std::fs::read_to_string(root().join("template.yaml")).unwrap();
        let hurried = yaml.replace("Timeout: 30", &format!("Timeout: {seconds}"));
        let hurried = hurried.replace("TIMEOUT_SECONDS: 30", &format!("TIMEOUT_SECONDS: {seconds}"));
        assert_ne!(hurried, yaml);

        Self::execute(hurried, contract, |builder| builder.parameter("StoreTimeout", &patience.to_string())).await
    }

    async fn execute(
        template: impl Into<TemplateSource>,
        contract: &str,
        change: impl FnOnce(local::Builder) -> local::Builder,
    ) -> Self {
        let builder = Stack::builder(template)
            .contract(contract)
            .stage("local")
            // Two cores may be busy with other tests: none of them is about this time.
            .parameter("StoreTimeout", "2000")
            .binaries(binaries())
            .keep_logs();
        let builder = change(builder);
        // The documents describe the stacks that follow from their contracts.
        let parameters = builder.template().unwrap().parameters;
        let follows = ["ReferenceApi", "Portal"].iter().all(|name| parameters[*name] == "from-contract");
        let stack = builder.start().await.unwrap();
        stack.clock().set_millis(millis(START));
        let has_scheme = Contract::load(contract).unwrap().credential.scheme.is_some();
        let (header, scheme) = if has_scheme { ("authorization", "Bearer ") } else { ("x-api-key", "") };

        Self { http: Http::new(&stack, if follows { contract } else { "" }), stack, header, scheme, contract: None }
    }

    /// A stack that serves a contract of its own, as `configure` says.
    pub(crate) async fn own(contract: NamedTempFile, configure: impl FnOnce(local::Builder) -> local::Builder) -> Self {
        let world = Self::build(contract.path().to_str().unwrap(), configure).await;

        Self { contract: Some(contract), ..world }
    }

    /// Replaces `from` in the contract of the world's own, as a deployment does.
    pub(crate) async fn edit(&self, from: &str, to: &str) {
        let file = self.contract.as_ref().unwrap();
        let text = std::fs::read_to_string(file.path()).unwrap();
        assert!(text.contains(from), "the contract has no {from:?}");
        std::fs::write(file.path(), text.replace(from, to)).unwrap();
        // Functions read it when they start.
        self.stack.end_processes().await;
    }

    /// A stack that serves Fayne's contract to the organization `acme` on `plan`, and a key of it.
    pub(crate) async fn academy(plan: &str) -> (Self, Key) {
        let world = Self::serving("fayne").await;
        world.organization("acme", json!({"plan": plan})).await;
        let key = world.key("acme", json!({"name": "demo"})).await;

        (world, key)
    }

    /// A stack that serves Fanfare's contract to the organization `acme` on the plan `pro`, and a secret key of it.
    pub(crate) async fn launches() -> (Self, Key) {
        let world = Self::serving("fanfare").await;
        world.organization("acme", json!({"plan": "pro"})).await;
        let key = world.key("acme", json!({"name": "server", "type": "secret"})).await;

        (world, key)
    }

    /// The clock goes to `at`.
    pub(crate) fn at(&self, at: &str) {
        self.stack.clock().set_millis(millis(at));
    }

    /// Runs a function whose process is killed as soon as somebody waits at `latch`: after a call was made, before its answer
    /// has come. All faults are over then.
    pub(crate) async fn killed(&self, function: &str, latch: &Latch) {
        let kill = async {
            latch.reached().await;
            self.stack.kill(function).unwrap();
        };
        let (run, ()) = tokio::join!(self.stack.fire(function), kill);
        assert!(run.is_err(), "{run:?}");
        latch.open();
        self.stack.dynamodb().clear_faults();
        self.stack.services().clear_faults();
    }

    /// As the operator.
    pub(crate) async fn operate(&self, method: &str, path: &str, body: Value) -> Answer {
        let body = (!body.is_null()).then_some(&body);
        let path = format!("/operator/v1{path}");
        let answer: Answer = self.stack.operate(method, &path, body).await.unwrap().into();
        self.http.hold(method, &path, &answer);

        answer
    }

    /// As the operator, once: with the header `Idempotency-Key`.
    pub(crate) async fn operate_once(&self, name: &str, method: &str, path: &str, body: Value) -> Answer {
        let headers = [("idempotency-key", name)];
        let path = format!("/operator/v1{path}");
        let answer: Answer = self.stack.operate_with(method, &path, &headers, Some(&body)).await.unwrap().into();
        self.http.hold(method, &path, &answer);

        answer
    }

    /// Makes or changes an organization, which must work.
    pub(crate) async fn organization(&self, slug: &str, terms: Value) -> Value {
        let answer = self.operate("PUT", &format!("/organizations/{slug}"), terms).await;
        assert!(matches!(answer.status, 200 | 201), "{answer:?}");

        answer.json()["data"].clone()
    }

    /// Issues a key, which must work.
    pub(crate) async fn key(&self, org: &str, order: Value) -> Key {
        let answer = self.operate("POST", &format!("/organizations/{org}/api-keys"), order).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        let data = answer.json()["data"].clone();

        Key { id: data["id"].as_str().unwrap().to_owned(), secret: data["key"].as_str().unwrap().to_owned() }
    }

    /// The header that carries `secret`.
    pub(crate) fn credential(&self, secret: &str) -> (String, String) {
        (self.header.to_owned(), format!("{}{secret}", self.scheme))
    }

    /// As somebody with `secret`.
    pub(crate) async fn call(&self, method: &str, path: &str, secret: &str, body: Option<Value>) -> Answer {
        let (header, credential) = self.credential(secret);
        self.http.send(method, path, &[(&header, &credential)], body).await
    }

    pub(crate) async fn get(&self, path: &str, key: &Key) -> Answer {
        self.call("GET", path, &key.secret, None).await
    }

    pub(crate) async fn post(&self, path: &str, key: &Key, body: Value) -> Answer {
        self.call("POST", path, &key.secret, Some(body)).await
    }

    /// As somebody with `secret`, once: with the header `Idempotency-Key`.
    pub(crate) async fn call_once(&self, name: &str, path: &str, secret: &str, body: Value) -> Answer {
        let (header, credential) = self.credential(secret);
        self.http.send("POST", path, &[(&header, &credential), ("idempotency-key", name)], Some(body)).await
    }

    /// Whether the gate lets `secret` in: `valid`, or the reason why it does not.
    pub(crate) async fn verdict(&self, secret: &str) -> String {
        let answer = self.operate("POST", "/verify", json!({"key": secret})).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()["data"]["reason"].as_str().unwrap_or("valid").to_owned()
    }

    /// What functions ask of DynamoDB during `work`: action and tables, as often as it was asked. What is written after
    /// answers is left out: it may come from a request before.
    pub(crate) async fn asked(&self, work: impl Future<Output = ()>) -> Vec<String> {
        self.stack.dynamodb().record(true);
        work.await;
        self.stack.dynamodb().record(false);
        let calls = self.stack.dynamodb().calls().into_iter().filter(|call| call.function.is_some());

        calls
            .map(|call| format!("{} {}", call.action, call.tables.join(" ")))
            .filter(|call| call != "UpdateItem UsageTable")
            .collect()
    }

    /// As nobody.
    pub(crate) async fn anonymous(&self, method: &str, path: &str) -> Answer {
        self.http.send(method, path, &[], None).await
    }

    /// Registers an agent run with `secret`: Fabraix's example request.
    pub(crate) async fn register_run(&self, secret: &str) -> Answer {
        let run = json!({
            "agent_id": "a1b2c3d4-e5f6-7890-1234-567890abcdef",
            "timestamp": "2024-01-01T00:00:00Z",
            "system_prompt": "You are a helpful assistant",
        });
        self.call("POST", "/v1/register-agent-run", secret, Some(run)).await
    }

    /// What the authority knows: organizations, keys and secrets. How many events an organization has had is not among it:
    /// sessions have events, too.
    pub(crate) async fn authority(&self) -> Vec<String> {
        let mut items = self.items("KeysTable").await;
        items.retain(|item| item.contains("pk=S(\"org#") || item.contains("pk=S(\"secret#"));
        for item in &mut items {
            if let Some((before, after)) = item.split_once("sequence=N(") {
                *item = format!("{before}{}", after.split_once(") ").unwrap().1);
            }
        }
        items
    }

    /// How many passes could let somebody in: those with terms, whatever they are.
    pub(crate) async fn passes(&self) -> usize {
        self.items("CountersTable").await.iter().filter(|item| item.contains("standing")).count()
    }

    /// Every item of `table`, its bytes as text too.
    pub(crate) async fn items(&self, table: &str) -> Vec<String> {
        let items = self.stack.dynamodb().client().scan().table_name(table).into_paginator().items().send();
        let items: Vec<_> = items.collect::<Result<_, _>>().await.unwrap();
        let text = |value: &dynamodb::AttributeValue| match value {
            dynamodb::AttributeValue::B(bytes) => String::from_utf8_lossy(bytes.as_ref()).into_owned(),
            other => format!("{other:?}"),
        };
        let show = |item: &HashMap<String, _>| {
            let mut attributes: Vec<_> = item.iter().map(|(name, value)| format!("{name}={} ", text(value))).collect();
            attributes.sort();
            attributes.concat()
        };
        let mut shown: Vec<_> = items.iter().map(show).collect();
        shown.sort();

        shown
    }
}

/// Runs all of them at once.
pub(crate) async fn all<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    futures_util::future::join_all(futures).await
}
