//! What is kept for each kind of alert. After a return to an older version there may be kinds among it that only the newer one
//! knows: they stay as they are, and nothing else comes to harm.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::contract::alerts::Kind;

/// A `T` for each kind.
#[derive(Clone, Debug)]
pub(super) struct ByKind<T> {
    known: BTreeMap<Kind, T>,
    /// As it was written.
    unknown: BTreeMap<String, Box<RawValue>>,
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

/// What is unknown is never changed.
impl<T: PartialEq> PartialEq for ByKind<T> {
    fn eq(&self, other: &Self) -> bool {
        self.known == other.known
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

impl<'de, T: Deserialize<'de>> Deserialize<'de> for ByKind<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Reading(PhantomData))
    }
}

/// Reads each in its own way, on the way: every second way to read a `T` makes functions larger.
struct Reading<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Reading<T> {
    type Value = ByKind<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("members by kind")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut members: M) -> Result<ByKind<T>, M::Error> {
        let mut all = ByKind::default();
        while let Some(name) = members.next_key::<String>()? {
            match Kind::named(&name) {
                Some(kind) => drop(all.known.insert(kind, members.next_value()?)),
                None => drop(all.unknown.insert(name, members.next_value()?)),
            }
        }

        Ok(all)
    }
}
