//! Runs of agents: what an organization registers when one begins, and what its operator sees of them.

use std::collections::HashMap;

use dynamodb::{AttributeValue, Error, Item, Result, SCHEMA, Table, number, text};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Id;
use crate::stored::LAYOUT;

/// A run that has begun.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRun {
    agent_id: Id,
    timestamp: Moment,
    system_prompt: SystemPrompt,
}

/// ISO 8601, with a zone, with or without milliseconds.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(inline, with = "String", extend("format" = "date-time"))]
struct Moment(Timestamp);

impl TryFrom<String> for Moment {
    type Error = &'static str;

    fn try_from(text: String) -> std::result::Result<Self, &'static str> {
        text.parse().map(Self).or(Err("must be a time like 2024-01-01T00:00:00Z"))
    }
}

/// At most 262,144 bytes: an item has room for 400 KB.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(inline, extend("maxLength" = Self::MAX_BYTES))]
struct SystemPrompt(String);

impl SystemPrompt {
    const MAX_BYTES: usize = 262_144;
}

impl TryFrom<String> for SystemPrompt {
    type Error = &'static str;

    fn try_from(text: String) -> std::result::Result<Self, &'static str> {
        if text.len() <= Self::MAX_BYTES { Ok(Self(text)) } else { Err("must have at most 262144 bytes") }
    }
}

/// A run, as the caller who registers it gets it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Registered {
    trace_id: Id,
    #[schemars(extend("format" = "date-time"))]
    timestamp: String,
}

/// A run as lists show it: its prompt can be long.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Run {
    /// What its caller knows it by.
    pub trace_id: Id,
    #[schemars(with = "Id")]
    agent_id: String,
    /// When the agent says it began.
    #[schemars(extend("format" = "date-time"))]
    timestamp: String,
    #[schemars(extend("format" = "date-time"))]
    registered_at: String,
}

/// A run by itself.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RunInFull {
    #[serde(flatten)]
    run: Run,
    system_prompt: String,
}

/// The runs of all organizations.
#[derive(Clone, Debug)]
pub struct AgentRuns {
    table: Table,
}

const PREFIX: &str = "run#";

fn key_of(org: &str, trace_id: Id) -> HashMap<String, AttributeValue> {
    let sk = text(format!("{PREFIX}{trace_id}"));
    HashMap::from([("pk".to_owned(), text(format!("org#{org}"))), ("sk".to_owned(), sk)])
}

impl AgentRuns {
    /// The runs in `table`.
    pub const fn new(table: Table) -> Self {
        Self { table }
    }

    /// Keeps `run` of `org` as `trace_id`, which begins with its time, registered at `now`.
    pub async fn register(&self, org: &str, trace_id: Id, run: NewRun, now: Timestamp) -> Result<Registered> {
        self.table
            .client
            .put_item()
            .table_name(&self.table.name)
            .set_item(Some(key_of(org, trace_id)))
            .item(SCHEMA, number(LAYOUT))
            .item("agent", text(run.agent_id.to_string()))
            .item("began", number(run.timestamp.0.as_millisecond()))
            .item("prompt", text(run.system_prompt.0))
            .item("registered", number(now.as_millisecond()))
            .send()
            .await?;

        Ok(Registered { trace_id, timestamp: shown(now) })
    }

    /// The run `trace_id` of `org`.
    pub async fn find(&self, org: &str, trace_id: Id) -> Result<Option<RunInFull>> {
        let request = self.table.client.get_item().table_name(&self.table.name).set_key(Some(key_of(org, trace_id)));
        let Some(item) = request.consistent_read(true).send().await?.item else { return Ok(None) };
        let mut item = Item::from(item);
        let system_prompt = item.need("prompt", Item::text)?;

        Ok(Some(RunInFull { run: read(item)?, system_prompt }))
    }

    /// At most `limit` runs of `org`, newest first, after the one called `after`; and whether there are more. DynamoDB
    /// reads the prompts too, a megabyte a round trip, but sends only what is shown.
    pub async fn list(&self, org: &str, limit: u32, after: Option<Id>) -> Result<(Vec<Run>, bool)> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut items = self
            .table
            .client
            .query()
            .table_name(&self.table.name)
            .consistent_read(true)
            .scan_index_forward(false)
            .limit(i32::try_from(limit.saturating_add(1)).unwrap_or(i32::MAX))
            .key_condition_expression("#pk = :org AND begins_with(#sk, :runs)")
            .projection_expression("#sk, #schema, #agent, #began, #registered")
            .expression_attribute_names("#pk", "pk")
            .expression_attribute_names("#sk", "sk")
            .expression_attribute_names("#schema", SCHEMA)
            .expression_attribute_names("#agent", "agent")
            .expression_attribute_names("#began", "began")
            .expression_attribute_names("#registered", "registered")
            .expression_attribute_values(":org", text(format!("org#{org}")))
            .expression_attribute_values(":runs", text(PREFIX))
            .set_exclusive_start_key(after.map(|after| key_of(org, after)))
            .into_paginator()
            .items()
            .send();
        let mut runs = Vec::new();
        while let Some(item) = items.next().await {
            let item = item?;
            if runs.len() == limit {
                return Ok((runs, true));
            }
            runs.push(read(item.into())?);
        }

        Ok((runs, false))
    }
}

fn read(mut item: Item) -> Result<Run> {
    item.schema(LAYOUT)?;
    let trace_id = item.need("sk", Item::text)?;
    let trace_id = trace_id.strip_prefix(PREFIX).and_then(|id| Id::try_from(id.to_owned()).ok());
    let began = item.need("began", Item::number)?;
    let registered = item.need("registered", Item::number)?;

    Ok(Run {
        trace_id: trace_id.ok_or_else(|| Error::Fault("a run has a trace that is none".to_owned()))?,
        agent_id: item.need("agent", Item::text)?,
        timestamp: time(began)?,
        registered_at: time(registered)?,
    })
}

fn time(millis: i64) -> Result<String> {
    let at = Timestamp::from_millisecond(millis);
    at.map(shown).map_err(|error| Error::Fault(format!("an item has a time that is none: {error}")))
}

/// With milliseconds, always.
fn shown(at: Timestamp) -> String {
    format!("{at:.3}")
}
