//! Plans as the operator sees them: the contract's numbers, the operator's in their place, and which are in force. Pure.

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::contract::denial::Violation;
use crate::contract::{Contract, Numbers, Override};
use crate::environment::clock;
use crate::registry::author::Author;
use crate::registry::organization::PENDING_SECS;

/// What the name of a plan follows in an item.
pub(crate) const PREFIX: &str = "plan#";

/// A plan's name in a path: 1 to 100 letters, digits, hyphens and underscores. The contract may have none of that name.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(inline, with = "String", extend("minLength" = 1, "maxLength" = Self::MAX, "pattern" = Self::PATTERN))]
pub struct Name(String);

impl Name {
    const MAX: usize = 100;
    const PATTERN: &str = "^[A-Za-z0-9_-]+$";

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Name {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        let good = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        if (1..=Self::MAX).contains(&text.len()) && text.bytes().all(good) {
            Ok(Self(text))
        } else {
            Err("must be 1 to 100 letters, digits, hyphens or underscores")
        }
    }
}

/// What is kept of a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Overridden {
    /// What stands in the place of the contract's numbers; nothing, where it was taken back.
    pub numbers: Override,
    /// When it was last changed.
    pub changed_at: Option<Timestamp>,
}

impl Overridden {
    /// When every pass in use has these numbers: as long as a pass is valid after the last change, and ten minutes more, because
    /// both go by events that may come five minutes late or early. `None` where that is over at `now`.
    fn in_force_by(&self, now: Timestamp) -> Option<Timestamp> {
        let by = self.changed_at?.checked_add(SignedDuration::from_secs(PENDING_SECS)).ok()?;

        Some(by).filter(|by| *by > now)
    }
}

/// A plan as replies show it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Plan")]
pub struct View {
    plan: String,
    /// Whether something stands in the place of the contract's numbers.
    overridden: bool,
    /// The numbers that every change goes by, and every pass from the next time on that it is stamped.
    in_force: Numbers,
    /// The contract's own numbers.
    contract: Numbers,
    /// What stands in their place; left out where nothing does.
    #[serde(rename = "override", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Override")]
    said: Option<Override>,
    /// What of that is not in force, because the contract has changed and has no room for it; left out where all is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    not_in_force: Vec<Violation>,
    /// When it was last overridden or taken back; left out where it never was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", extend("format" = "date-time"))]
    changed_at: Option<String>,
    /// By when the numbers are in force for every key in use; left out once they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", extend("format" = "date-time"))]
    in_force_by: Option<String>,
}

impl View {
    /// The plan `name` at `now`, of which this is kept.
    pub(crate) fn new(name: &str, kept: Overridden, contract: &Contract, now: Timestamp) -> Self {
        let plan = contract.in_force(name, kept.numbers.clone());
        let overridden = !kept.numbers.is_empty();

        Self {
            plan: name.to_owned(),
            overridden,
            in_force: plan.numbers(),
            contract: contract.stated(name).numbers(),
            not_in_force: plan.flaws().to_vec(),
            changed_at: kept.changed_at.map(clock::seconds),
            in_force_by: kept.in_force_by(now).map(clock::seconds),
            said: overridden.then_some(kept.numbers),
        }
    }
}

/// A row of the audit trail of a plan.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "PlanAuditRow")]
pub struct Row {
    /// When, to the millisecond.
    #[schemars(extend("format" = "date-time"))]
    pub at: String,
    /// By whom: an ARN.
    pub actor: String,
    /// What stood in the place of the contract's numbers before; `null` for nothing.
    pub before: Option<Value>,
    /// What stands there after.
    pub after: Option<Value>,
    /// The gateway's id of the request.
    pub request_id: String,
}

/// A row, to be written with the change that it is about.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) at: Timestamp,
    pub(crate) row: Row,
}

impl Entry {
    /// `author` puts `after` in the place of `before`.
    pub(crate) fn of(author: &Author, before: &Override, after: &Override) -> Self {
        let shown = |said: &Override| (!said.is_empty()).then(|| serde_json::to_value(said).unwrap_or_default());
        let row = Row {
            at: clock::millis(author.at),
            actor: author.who.clone(),
            before: shown(before),
            after: shown(after),
            request_id: author.request.clone(),
        };

        Self { at: author.at, row }
    }
}
