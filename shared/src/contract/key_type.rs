//! Types of key: what they look like, where they work, and what they may do.

use std::collections::BTreeMap;

use super::file::{KeyFile, ScopesFile};
use super::{Flaw, check_scopes, flaw};
use crate::contract::age::Ages;
use crate::contract::key_format::{Alphabet, Checksum, Format};
use crate::contract::scope::Scopes;
use crate::environment::settings::Stage;

/// A type of key.
#[derive(Clone, Debug)]
pub struct KeyType {
    /// Its name, where the contract has types.
    pub name: Option<String>,
    /// What its keys look like.
    pub format: Format,
    /// Where its keys work.
    pub stages: Vec<Stage>,
    /// What its keys may do.
    pub scopes: ScopeRule,
    /// Whether a call is refused before anything is read if it needs a scope that the type can never hold.
    pub confined: bool,
    /// Whether its keys are meant to be seen by everybody, in a page or an app: such a key cannot leak.
    pub public: bool,
    /// How long its keys work.
    pub(super) ages: Ages,
}

/// Which scopes a key of a type may have.
#[derive(Clone, Debug)]
pub struct ScopeRule {
    /// The scopes that each of them holds.
    pub always: Scopes,
    /// The other scopes that it may be given.
    pub choice: Scopes,
    /// The scopes that it is given where none are named.
    pub default: Scopes,
    /// How many it must have.
    pub at_least: usize,
}

impl ScopeRule {
    /// Everything that a key of the type holds when it was given `scopes`. A contract can be edited: what the type can
    /// no longer hold, its keys no longer hold.
    pub fn held(&self, scopes: &Scopes) -> Scopes {
        self.always.union(&scopes.intersection(&self.choice))
    }

    /// Everything that a key of the type was given, or holds: it can have this again when the type is made wider.
    pub fn recorded(&self, scopes: &Scopes) -> Scopes {
        self.always.union(scopes)
    }

    /// Everything that a key of the type can hold.
    pub fn possible(&self) -> Scopes {
        self.always.union(&self.choice)
    }
}

/// The types that `key` describes; their scopes must be among `scopes`.
pub(super) fn check(key: KeyFile, scopes: &BTreeMap<String, String>) -> Result<Vec<KeyType>, Flaw> {
    if key.checksum.is_some() && key.alphabet != Alphabet::Base62 {
        return flaw("key.checksum", "needs the alphabet base62");
    }
    let least = key.alphabet.min_length().saturating_add(key.checksum.map_or(0, |_| Checksum::LENGTH));
    if key.length < least || key.length > 128 {
        return flaw("key.length", format!("must be {least} to 128 characters: a key has at least 128 random bits"));
    }
    let (alphabet, length, checksum) = (key.alphabet, key.length, key.checksum);
    let form = |prefix: String| Format { prefix, alphabet, length, checksum, hints: key.hint };
    let ages = Ages::check("key", key.max_age, key.default_age)?;
    let mut types = Vec::new();
    match (key.prefix, key.scopes) {
        (Some(prefix), Some(rule)) if key.types.is_empty() => types.push(KeyType {
            name: None,
            format: form(prefix),
            stages: Stage::ALL.to_vec(),
            scopes: check_rule("key.scopes", rule, scopes)?,
            confined: false,
            public: false,
            ages,
        }),
        (None, None) if !key.types.is_empty() => {
            for (name, kind) in key.types {
                let place = format!("key.types.{name}");
                let stages = kind.stages.map(|stages| stages.iter().map(|stage| stage.parse()).collect());
                let stages: Result<Vec<Stage>, String> = stages.unwrap_or_else(|| Ok(Stage::ALL.to_vec()));
                types.push(KeyType {
                    stages: stages.or_else(|what| flaw(format!("{place}.stages"), what))?,
                    scopes: check_rule(&format!("{place}.scopes"), kind.scopes, scopes)?,
                    format: form(kind.prefix),
                    name: Some(name),
                    confined: kind.confined,
                    public: kind.public,
                    ages: ages.and(Ages::check(&place, kind.max_age, kind.default_age)?),
                });
            }
        }
        _ => return flaw("key", "must have either a prefix and scopes, or types that have theirs"),
    }
    for (place, kind) in types.iter().enumerate() {
        let prefix = &kind.format.prefix;
        if prefix.is_empty() || !prefix.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
        {
            return flaw("key", format!("the prefix {prefix:?} must be of letters, digits, _ and -"));
        }
        if let Some(other) =
            types.iter().skip(place.saturating_add(1)).find(|other| overlap(prefix, &other.format.prefix))
        {
            return flaw("key.types", format!("the prefixes {prefix:?} and {:?} overlap", other.format.prefix));
        }
    }

    Ok(types)
}

fn overlap(one: &str, other: &str) -> bool {
    one.starts_with(other) || other.starts_with(one)
}

fn check_rule(place: &str, rule: ScopesFile, scopes: &BTreeMap<String, String>) -> Result<ScopeRule, Flaw> {
    let ScopesFile { always, choice, default, at_least } = rule;
    check_scopes(place, &always.union(&choice).union(&default), scopes)?;
    if let Some(scope) = default.iter().find(|scope| !always.contains(scope) && !choice.contains(scope)) {
        return flaw(format!("{place}.default"), format!("{scope} is not among the choice"));
    }
    if !default.is_empty() && always.union(&default).len() < at_least {
        return flaw(format!("{place}.default"), "is fewer than at_least");
    }
    if always.union(&choice).len() < at_least {
        return flaw(format!("{place}.at_least"), "is more than there are scopes to choose from");
    }

    Ok(ScopeRule { always, choice, default, at_least })
}
