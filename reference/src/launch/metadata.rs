//! What a caller keeps with a consumer for itself.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// A JSON object of at most 16,384 bytes, kept to the letter: no number of it loses a digit.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Box<RawValue>")]
#[schemars(inline, with = "serde_json::Map<String, serde_json::Value>")]
pub(super) struct Metadata(Box<RawValue>);

impl Metadata {
    const MAX_BYTES: usize = 16_384;

    pub(super) fn as_str(&self) -> &str {
        self.0.get()
    }
}

impl TryFrom<Box<RawValue>> for Metadata {
    type Error = &'static str;

    fn try_from(json: Box<RawValue>) -> Result<Self, &'static str> {
        if !json.get().starts_with('{') {
            return Err("must be an object");
        }
        if json.get().len() <= Self::MAX_BYTES { Ok(Self(json)) } else { Err("must have at most 16384 bytes") }
    }
}

impl TryFrom<String> for Metadata {
    type Error = &'static str;

    fn try_from(json: String) -> Result<Self, &'static str> {
        RawValue::from_string(json).or(Err("must be JSON")).and_then(Self::try_from)
    }
}
