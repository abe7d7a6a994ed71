//! Members of a change: left out, `null`, or a value.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

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

/// What is left out is to be skipped ([`Field::is_left_out`]).
impl<T: Serialize> Serialize for Field<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::LeftOut | Self::Null => serializer.serialize_none(),
            Self::Value(value) => serializer.serialize_some(value),
        }
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
    /// Whether it is not there.
    pub const fn is_left_out(&self) -> bool {
        matches!(self, Self::LeftOut)
    }

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

    #[derive(Deserialize, Serialize)]
    struct Change {
        #[serde(default, skip_serializing_if = "Field::is_left_out")]
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
            let read: Change = serde_json::from_str(change).unwrap();
            assert_eq!(serde_json::to_string(&read).unwrap(), change.replace(' ', ""));
            assert_eq!(read.limit.applied(before), after, "{change} to {before:?}");
        }
        assert!(serde_json::from_str::<Change>(r#"{"limit": "2"}"#).is_err());
    }
}
