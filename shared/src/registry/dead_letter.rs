//! Dead letters: events that somebody has not taken in three days, so that they are not tried any more.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

/// A dead letter, as replies show it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeadLetter {
    /// Since when it is one.
    #[schemars(extend("format" = "date-time"))]
    pub at: String,
    /// Who has not taken it: `eventbridge`, `sns`, or `webhook:` and the webhook's id.
    pub not_taken_by: BTreeSet<String>,
    /// How often it was tried.
    pub attempts: u32,
    /// The event.
    pub event: Map<String, Value>,
}
