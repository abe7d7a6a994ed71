//! What is kept for each kind of alert. After a return to an older version there may be kinds among it that only the newer one
//! knows: they stay as they are, and nothing else comes to harm.

use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};

use serde::de::{DeserializeOwned, Error as _};
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::contract::alerts::Kind;

/// A `T` for each kind.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ByKind<T> {
    known: BTreeMap<Kind, T>,
    unknown: BTreeMap<String, Value>,
}

impl<T> ByKind<T> {
    /// Whether anything is kept of kinds that nobody here knows.
    pub(super) fn has_unknown(&self) -> bool {
        !self.unknown.is_empty()
    }
}

impl<T> Default for ByKind<T> {
    fn default() -> Self {
        Self { known: BTreeMap::new(), unknown: BTreeMap::new() }
    }
}

impl<T> Deref for ByKind<T> {
    type Target = BTreeMap<Kind, T>;

    fn deref(&self) -> &Self::Target {
        &self.known
    }
}

impl<T> DerefMut for ByKind<T> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.known
    }
}

impl<T: Serialize> Serialize for ByKind<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut all = serializer.serialize_map(None)?;
        for (kind, own) in &self.known {
            all.serialize_entry(kind, own)?;
        }
        for (name, own) in &self.unknown {
            all.serialize_entry(name, own)?;
        }

        all.end()
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for ByKind<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut all = Self::default();
        for (name, own) in BTreeMap::<String, Value>::deserialize(deserializer)? {
            match Kind::named(&name) {
                Some(kind) => drop(all.known.insert(kind, serde_json::from_value(own).map_err(D::Error::custom)?)),
                None => drop(all.unknown.insert(name, own)),
            }
        }

        Ok(all)
    }
}
