//! What the operator writes down beside a key or an organization.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Texts by name, for whoever runs the API: nothing here goes by them. Names have 1 to 64 characters, and all of it together at most
/// 1,024 bytes of UTF-8. Without any, there is nothing to show.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "BTreeMap<String, String>")]
#[schemars(inline, with = "BTreeMap<String, String>", extend("propertyNames" = {"minLength": 1, "maxLength": 64}))]
pub struct Metadata(BTreeMap<String, String>);

impl Metadata {
    /// The most bytes that names and texts have together.
    pub const MAX_BYTES: usize = 1_024;
    const NAME_MAX_CHARS: usize = 64;

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl TryFrom<BTreeMap<String, String>> for Metadata {
    type Error = &'static str;

    fn try_from(texts: BTreeMap<String, String>) -> Result<Self, &'static str> {
        let is_name = |name: &String| (1..=Self::NAME_MAX_CHARS).contains(&name.chars().count());
        let lengths = texts.iter().map(|(name, text)| name.len().saturating_add(text.len()));
        if lengths.fold(0_usize, usize::saturating_add) > Self::MAX_BYTES {
            return Err("must have at most 1,024 bytes, names and texts together");
        }

        if texts.keys().all(is_name) { Ok(Self(texts)) } else { Err("must have names of 1 to 64 characters") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_are_flat_texts_of_a_kilobyte_at_most() {
        let long = |bytes: usize| format!(r#"{{"n": "{}"}}"#, "x".repeat(bytes));
        for (json, good) in [
            ("{}", true),
            (r#"{"team": "billing", "é": ""}"#, true),
            (&*format!(r#"{{"{}": "x"}}"#, "é".repeat(64)), true),
            (&*format!(r#"{{"{}": "x"}}"#, "é".repeat(65)), false),
            (&*long(1_023), true),
            (&*long(1_024), false),
            (r#"{"": "x"}"#, false),
            (r#"{"a": 1}"#, false),
            (r#"{"a": null}"#, false),
            (r#"{"a": {"b": "c"}}"#, false),
            ("[]", false),
        ] {
            assert_eq!(serde_json::from_str::<Metadata>(json).is_ok(), good, "{json}");
        }
    }
}
