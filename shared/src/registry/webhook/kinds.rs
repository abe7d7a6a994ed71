//! The kinds of events that a webhook is sent.

use std::collections::BTreeSet;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize};

use crate::contract::alerts;
use crate::registry::audit::Action;

/// Kinds of events: those that are sent to a webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "BTreeSet<String>")]
#[schemars(inline, with = "BTreeSet<EventKind>", extend("minItems" = 1))]
pub struct Kinds(pub(super) BTreeSet<String>);

/// Those that are kept, of which there may be some that only a newer version knows.
pub(super) fn kept<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Kinds>, D::Error> {
    Ok(Option::deserialize(deserializer)?.map(Kinds))
}

/// A kind of event.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "it is there for its schema")]
enum EventKind {
    /// Something was changed.
    Change(Action),
    /// Something that people are told of.
    Alert(#[schemars(schema_with = "inline::<alerts::Kind>")] alerts::Kind),
}

/// The schema of a `T` itself: one enumeration, and not a choice of two.
fn inline<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    T::json_schema(generator)
}

impl TryFrom<BTreeSet<String>> for Kinds {
    type Error = &'static str;

    fn try_from(kinds: BTreeSet<String>) -> Result<Self, &'static str> {
        let is_known = |kind: &String| alerts::Kind::named(kind).is_some() || Action::named(kind).is_some();
        if kinds.is_empty() || !kinds.iter().all(is_known) {
            return Err("must name at least one kind of event, and kinds that there are: docs/events.md has them all");
        }

        Ok(Self(kinds))
    }
}

impl Kinds {
    /// Those that were `chosen`, beside those that are `kept`, of which there may be some that only a newer version knows.
    ///
    /// # Errors
    /// There are none, or there is no such kind as was chosen.
    pub fn chosen(chosen: BTreeSet<String>, kept: Vec<String>) -> Result<Self, &'static str> {
        let Self(mut kinds) =
            if chosen.is_empty() && !kept.is_empty() { Self(chosen) } else { Self::try_from(chosen)? };
        kinds.extend(kept);

        Ok(Self(kinds))
    }

    /// Each by its name.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// How many there are: at least one.
    pub fn count(&self) -> usize {
        self.0.len()
    }
}
