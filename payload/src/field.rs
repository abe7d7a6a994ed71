//! Members of a change: left out, `null`, or a value.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

/// A member that can be left out, be `null`, or have a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, JsonSchema)]
#[schemars(inline, with = "Option<T>")]
pub enum Field<T> {
    /// It is not there: what it is about stays.
    #[default]
    LeftOut,
    /// It is `null`: what it is about goes.
    Null,
    /// It has a value.
    Value(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(|value| value.map_or(Self::Null, Self::Value))
    }
}

/// Reads a member that can be left out and has a default: `null` is the same as leaving it out.
///
/// # Errors
/// There is a value, and it is none of a `T`.
pub fn or_default<'de, T: Deserialize<'de> + Default, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

impl<T> Field<T> {
    /// The value after this change, where it was `before`.
    pub fn applied(self, before: Option<T>) -> Option<T> {
        match self {
            Self::LeftOut => before,
            Self::Null => None,
            Self::Value(value) => Some(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Change {
        #[serde(default)]
        limit: Field<u32>,
    }

    #[test]
    fn what_is_left_out_stays_what_is_null_goes_and_a_value_replaces() {
        for (change, before, after) in [
            ("{}", Some(1), Some(1)),
            ("{}", None, None),
            (r#"{"limit": null}"#, Some(1), None),
            (r#"{"limit": null}"#, None, None),
            (r#"{"limit": 2}"#, Some(1), Some(2)),
            (r#"{"limit": 2}"#, None, Some(2)),
        ] {
            let Change { limit } = serde_json::from_str(change).unwrap();
            assert_eq!(limit.applied(before), after, "{change} to {before:?}");
        }
        assert!(serde_json::from_str::<Change>(r#"{"limit": "2"}"#).is_err());
    }
}
