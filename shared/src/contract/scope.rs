//! Scopes: what a key may do, and what a call needs.

use std::borrow::Cow;
use std::collections::BTreeSet;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// A set of scopes, in the order of their names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Scopes(BTreeSet<String>);

impl JsonSchema for Scopes {
    fn schema_name() -> Cow<'static, str> {
        "Scopes".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = json_schema!({"type": "array", "items": {"type": "string", "x-contract": "scope"}});
        // A request may name a scope twice; a reply names it once.
        if generator.contract().is_serialize() {
            schema.insert("uniqueItems".to_owned(), true.into());
        }

        schema
    }
}

impl Scopes {
    /// Whether `scope` is among them.
    pub fn contains(&self, scope: &str) -> bool {
        self.0.contains(scope)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Their names.
    pub fn iter(&self) -> impl Iterator<Item = &str> + '_ {
        self.0.iter().map(String::as_str)
    }

    /// The scopes that are in either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self(self.0.union(&other.0).cloned().collect())
    }

    /// The scopes that are in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        Self(self.0.intersection(&other.0).cloned().collect())
    }
}

impl<S: Into<String>> FromIterator<S> for Scopes {
    fn from_iter<I: IntoIterator<Item = S>>(scopes: I) -> Self {
        Self(scopes.into_iter().map(Into::into).collect())
    }
}

/// Whether `name` can be a scope: a token of RFC 6749, 3.3. Lists of scopes have spaces between.
pub(super) fn is_token(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\'))
}

/// The scope that a function needs of the key that calls it, given by the type of its argument: `Caller<Read>`.
///
/// An API of your own writes one of these for each of its contract's scopes.
pub trait Needs: Send + 'static {
    /// The scope, by the name that it has in the contract; `None` where any key will do.
    const SCOPE: Option<&'static str>;
}

macro_rules! scopes {
    ($($name:ident = $scope:expr, $doc:literal;)*) => {$(
        #[doc = $doc]
        #[derive(Debug)]
        pub enum $name {}

        impl Needs for $name {
            const SCOPE: Option<&'static str> = $scope;
        }
    )*};
}

scopes! {
    Any = None, "Any key will do.";
    Read = Some("read"), "`read`, of an academy and of an FAQ.";
    Write = Some("write"), "`write`, of an academy and of an FAQ.";
    RegisterRuns = Some("runs:write"), "`runs:write`, of agent security.";
    ReadExperiences = Some("read:experiences"), "`read:experiences`, of launches.";
    WriteExperiences = Some("write:experiences"), "`write:experiences`, of launches.";
    ReadConsumers = Some("read:consumers"), "`read:consumers`, of launches.";
    WriteConsumers = Some("write:consumers"), "`write:consumers`, of launches.";
    ReadAnalytics = Some("read:analytics"), "`read:analytics`, of launches.";
}
