//! Functions that open alerts, and what people want to be told of.

mod absence;
mod get;
mod history;
mod many;
mod newer;
mod once;
mod update;
mod watch;

use local::Stack;
use serde_json::{Value, json};
use tempfile::NamedTempFile;

use crate::support::{Key, World, own_contract};

const WATCH: &str = "AlertsWatch";

/// A stack that serves Fanfare's contract with limits for hours too, and the organization `acme` with these limits.
pub(crate) struct Watched {
    pub(crate) world: World,
    _contract: NamedTempFile,
}

impl Watched {
    pub(crate) async fn with(limits: Value) -> Self {
        Self::under(limits, str::to_owned).await
    }

    /// The same, with a contract that is changed like this.
    pub(crate) async fn under(limits: Value, change: impl FnOnce(&str) -> String) -> Self {
        let all = r#"windows = ["minute", "hour", "day", "week", "month"]"#;
        let contract = own_contract("fanfare", |text| {
            let longer = text.replace(r#"windows = ["minute"]"#, all);
            assert_ne!(longer, text);
            change(&longer)
        });
        let reference =
            |builder: local::Builder| builder.parameter("ReferenceApi", "experiences").parameter("Rotation", "on");
        let world = World::build(contract.path().to_str().unwrap(), reference).await;
        world.organization("acme", json!({"plan": "enterprise", "limits": limits})).await;

        Self { world, _contract: contract }
    }

    pub(crate) async fn key(&self) -> Key {
        self.world.key("acme", json!({"name": "server", "type": "secret"})).await
    }

    /// So many requests with `key`, many at once over many processes, all of which are written.
    pub(crate) async fn use_key(&self, key: &Key, times: usize) {
        crate::support::all((0..times).map(|_| self.world.get("/api/experiences", key))).await;
        self.world.stack.end_processes().await;
    }

    /// Requests that succeed and others that fail with 404, which are all written.
    pub(crate) async fn use_and_fail(&self, key: &Key, times: usize, failed: usize) {
        crate::support::all((0..times).map(|_| self.world.get("/api/experiences", key))).await;
        let lost = "/api/experiences/00000000-0000-7000-8000-000000000000";
        let failures = crate::support::all((0..failed).map(|_| self.world.get(lost, key))).await;
        assert!(failures.iter().all(|answer| answer.status == 404), "{failures:?}");
        self.world.stack.end_processes().await;
    }

    /// Looks for what is to be told, and returns what was told: kind and state, oldest first.
    pub(crate) async fn watch(&self) -> Vec<String> {
        let before = self.history().await.len();
        watch(&self.world.stack).await;
        let told = self.history().await;

        told[before..].iter().map(|row| format!("{} {}", text(&row["kind"]), text(&row["state"]))).collect()
    }

    /// The history, oldest first.
    pub(crate) async fn history(&self) -> Vec<Value> {
        let answer = self.world.operate("GET", "/organizations/acme/alerts/history?limit=100", Value::Null).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let mut rows = answer.json()["data"].as_array().unwrap().clone();
        rows.reverse();

        rows
    }

    pub(crate) async fn settings(&self, change: Value) {
        let answer = self.world.operate("PUT", "/organizations/acme/alerts", change).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }
}

/// An organization with a limit for an hour alone, and a key of it.
pub(crate) async fn hourly(requests: u32) -> (Watched, Key) {
    let watched = Watched::with(json!([{"requests": requests, "per": "hour"}])).await;
    let key = watched.key().await;

    (watched, key)
}

/// One run of what looks for alerts.
pub(crate) async fn watch(stack: &Stack) -> Value {
    stack.fire(WATCH).await.unwrap()
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}
