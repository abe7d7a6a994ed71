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

/// The ids of what one request makes: one that is random and dated, and those that follow it. They are the same however
/// often the request's work is tried.
#[derive(Clone, Copy, Debug)]
pub struct NewIds(u128);

impl NewIds {
    /// The bits that are random in any version: version and variant are before them.
    const RANDOM: u128 = (1 << 62) - 1;

    /// The ids from `first` on.
    pub const fn from(first: Uuid) -> Self {
        Self(first.as_u128())
    }

    /// The id of that number.
    pub fn get(&self, number: u64) -> Id {
        let random = self.0.wrapping_add(number.into()) & Self::RANDOM;

        Id(Uuid::from_u128(self.0 & !Self::RANDOM | random))
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

    #[test]
    fn new_ids_follow_each_other_and_stay_what_they_are() {
        for first in ["01bc2c7f-7530-7280-910e-edcd0c856401", "01bc2c7f-7530-7280-bfff-ffffffffffff"] {
            let ids = NewIds::from(first.parse().unwrap());
            assert_eq!(ids.get(0).to_string(), first);
            let all: std::collections::BTreeSet<_> = (0..200).map(|number| ids.get(number)).collect();
            assert_eq!(all.len(), 200);
            for Id(uuid) in all {
                assert_eq!((uuid.get_version_num(), uuid.get_variant()), (7, uuid::Variant::RFC4122));
                assert_eq!(uuid.get_timestamp(), first.parse::<Uuid>().unwrap().get_timestamp());
            }
        }
    }
}
