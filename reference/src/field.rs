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
