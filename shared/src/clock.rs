//! The machine's clock; the only module that reads it. Requests go by the gateway's: `Call::now`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The time on this machine, for an event that does not say when it was sent.
#[expect(clippy::disallowed_methods, reason = "this is the module that keeps this door")]
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// `2025-03-15T09:22:00Z`: how replies say when something was, in whole seconds.
pub fn seconds(at: Timestamp) -> String {
    format!("{at:.0}")
}

/// `2024-01-15T14:30:45.456Z`: the same with milliseconds.
pub fn millis(at: Timestamp) -> String {
    format!("{at:.3}")
}

/// An instant in a request: RFC 3339, with a zone, with or without fractions of a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(inline, with = "String", extend("format" = "date-time"))]
pub struct Moment(pub Timestamp);

impl TryFrom<String> for Moment {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        text.parse().map(Self).or(Err("must be a time like 2026-11-20T10:00:00Z"))
    }
}
