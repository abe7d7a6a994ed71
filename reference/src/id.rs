//! Ids: UUIDs in their one usual form.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A UUID as callers write it: 36 characters, with hyphens, in either case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(inline, with = "String", extend("format" = "uuid"))]
pub struct Id(Uuid);

impl TryFrom<String> for Id {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        // The parser also takes forms that nobody means: in braces, as a URN, without hyphens.
        let uuid = Uuid::try_parse(&text).ok().filter(|_| text.len() == uuid::fmt::Hyphenated::LENGTH);
        uuid.map(Self).ok_or("must be a UUID")
    }
}

impl From<Uuid> for Id {
    fn from(uuid: Uuid) -> Self {
        Self(uuid)
    }
}

impl From<Id> for Uuid {
    fn from(id: Id) -> Self {
        id.0
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_uuid_with_hyphens() {
        let id = "a1b2c3d4-e5f6-7890-1234-567890abcdef";
        for (text, good) in [
            (id, true),
            (&id.to_uppercase(), true),
            (&id.replace('-', ""), false),
            (&format!("{{{id}}}"), false),
            (&format!("urn:uuid:{id}"), false),
            (id.trim_start_matches('a'), false),
            ("", false),
        ] {
            assert_eq!(
                Id::try_from(text.to_owned()).map(|read| read.to_string() == id),
                if good { Ok(true) } else { Err("must be a UUID") },
                "{text}"
            );
        }
    }
}
