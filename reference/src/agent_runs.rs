//! Runs of agents: what an organization registers when one begins.

use dynamodb::{Result, Table, number, text};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Id;

/// A run that has begun.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewRun {
    agent_id: Id,
    timestamp: Moment,
    system_prompt: SystemPrompt,
}

/// ISO 8601, with a zone, with or without milliseconds.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "String")]
struct Moment(Timestamp);

impl TryFrom<String> for Moment {
    type Error = &'static str;

    fn try_from(text: String) -> std::result::Result<Self, &'static str> {
        text.parse().map(Self).or(Err("must be a time like 2024-01-01T00:00:00Z"))
    }
}

/// At most 262,144 bytes: an item has room for 400 KB.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
struct SystemPrompt(String);

impl TryFrom<String> for SystemPrompt {
    type Error = &'static str;

    fn try_from(text: String) -> std::result::Result<Self, &'static str> {
        if text.len() <= 262_144 { Ok(Self(text)) } else { Err("must have at most 262144 bytes") }
    }
}

/// What the caller gets of it.
#[derive(Clone, Debug, Serialize)]
pub struct Registered {
    trace_id: Uuid,
    timestamp: String,
}

/// The runs of all organizations.
#[derive(Clone, Debug)]
pub struct AgentRuns {
    table: Table,
}

impl AgentRuns {
    /// The runs in `table`.
    pub const fn new(table: Table) -> Self {
        Self { table }
    }

    /// Keeps `run` of `org` as `trace_id`, registered at `now`.
    pub async fn register(&self, org: &str, trace_id: Uuid, run: NewRun, now: Timestamp) -> Result<Registered> {
        let millis = now.as_millisecond();
        self.table
            .client
            .put_item()
            .table_name(&self.table.name)
            .item("pk", text(format!("org#{org}")))
            // Runs sort by the time they were registered.
            .item("sk", text(format!("run#{millis:015}#{trace_id}")))
            .item("agent", text(run.agent_id.to_string()))
            .item("began", number(run.timestamp.0.as_millisecond()))
            .item("prompt", text(run.system_prompt.0))
            .item("registered", number(millis))
            .send()
            .await?;

        Ok(Registered { trace_id, timestamp: format!("{now:.3}") })
    }
}
