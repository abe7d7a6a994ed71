//! What people are told.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::contract::alerts::Kind;
use crate::registry::key;

/// What an alert does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Turn {
    /// It opens, or is still open a day later.
    Opened,
    /// It gets worse.
    Escalated,
    /// It is over.
    Recovered,
}

/// Something that people are to be told.
#[derive(Clone, Debug, PartialEq)]
pub struct Telling {
    /// Of which kind.
    pub kind: Kind,
    /// What the alert does.
    pub turn: Turn,
    /// About which key; `None` where it is about several.
    pub key: Option<key::Id>,
    /// The figures, by names that depend on the kind.
    pub numbers: Value,
}
