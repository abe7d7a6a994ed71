//! What an organization wants to be told of: its own rules over the contract's, and keys that it wants to hear nothing of.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use payload::or_default;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::by_kind::ByKind;
use crate::contract::alerts::{Alerts, Kind, Rule, RuleChange, schema};
use crate::contract::denial::Violation;
use crate::contract::fault::NAME_MAX;
use crate::environment::clock;
use crate::environment::clock::Moment;
use crate::registry::key;

/// How many keys can be muted at once.
pub const MUTED_MAX: usize = 100;

/// How many things that are wrong are told at most.
const TOLD_MAX: usize = 8;

/// For how long a key can be muted: a year.
const MUTED_SECS: i64 = 366 * 86_400;

/// An organization's settings, as far as they are not the contract's.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// What is otherwise than in the contract.
    #[serde(default)]
    rules: ByKind<RuleChange>,
    /// The keys that nothing is told of, and until when.
    #[serde(default)]
    muted: BTreeMap<key::Id, Timestamp>,
}

/// Of the settings, what those need to know who show keys.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Mutes {
    #[serde(default)]
    muted: BTreeMap<key::Id, Timestamp>,
}

impl Mutes {
    /// Until when nothing is to be told of `key`, if it is muted at `now`.
    pub fn until(&self, key: &key::Id, now: Timestamp) -> Option<Timestamp> {
        self.muted.get(key).copied().filter(|until| *until > now)
    }
}

/// A change of settings: what is left out stays.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "AlertSettingsChange")]
pub struct Change {
    /// Rules by kind; `null` goes back to the contract's.
    #[serde(default, deserialize_with = "or_default")]
    #[schemars(schema_with = "schema::changes")]
    pub kinds: BTreeMap<String, Option<RuleChange>>,
    /// Keys that nothing is to be told of; the others stay as they are.
    #[serde(default, deserialize_with = "or_default")]
    #[schemars(with = "Option<Vec<Mute>>")]
    pub muted: Vec<Mute>,
}

/// A key that nothing is to be told of for a while.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "MuteChange", extend("required" = ["keyId", "until"]))]
pub struct Mute {
    /// The key.
    pub key_id: key::Id,
    /// Until when, at most a year; `null` ends it.
    #[serde(deserialize_with = "Option::deserialize")]
    pub until: Option<Moment>,
}

/// Settings as replies show them: every rule that holds.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "AlertSettings")]
pub struct View {
    /// Every kind that there is.
    #[schemars(schema_with = "schema::rules")]
    pub kinds: BTreeMap<Kind, Rule>,
    /// The keys that nothing is told of.
    pub muted: Vec<Muted>,
}

/// A key that nothing is told of.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Muted {
    /// The key.
    pub key_id: key::Id,
    /// Until when.
    #[schemars(extend("format" = "date-time"))]
    pub until: String,
}

impl Settings {
    /// The rule by which `kind` is judged; `None` where the contract does not have it.
    pub fn rule(&self, alerts: &Alerts, kind: Kind) -> Option<Rule> {
        let rule = alerts.rule(kind)?;

        Some(self.rules.get(&kind).map_or_else(|| rule.clone(), |change| rule.with(change)))
    }

    /// The rules of all kinds that people want to hear of.
    pub fn enabled(&self, alerts: &Alerts) -> BTreeMap<Kind, Rule> {
        let rules = alerts.iter().filter_map(|(kind, _)| Some((kind, self.rule(alerts, kind)?)));

        rules.filter(|(_, rule)| rule.enabled).collect()
    }

    /// The kinds of which something is otherwise than in the contract, or was asked to be as it is there.
    pub fn own(&self) -> impl Iterator<Item = Kind> + '_ {
        self.rules.keys().copied()
    }

    /// Whether nothing is to be told of `key` at `now`.
    pub fn mutes(&self, key: &key::Id, now: Timestamp) -> bool {
        self.muted.get(key).is_some_and(|until| *until > now)
    }

    /// The settings as replies show them at `now`.
    pub fn view(&self, alerts: &Alerts, now: Timestamp) -> View {
        let rules = alerts.iter().filter_map(|(kind, _)| Some((kind, self.rule(alerts, kind)?)));
        let muted = self.muted.iter().filter(|(_, until)| **until > now);
        let muted = muted.map(|(key, until)| Muted { key_id: key.clone(), until: clock::seconds(*until) });

        View { kinds: rules.collect(), muted: muted.collect() }
    }

    /// The same, for the audit trail.
    pub fn in_full(&self, alerts: &Alerts, now: Timestamp) -> Value {
        serde_json::to_value(self.view(alerts, now)).unwrap_or_default()
    }

    /// These settings after `change` at `now`, which the operator has asked for if `is_operators`.
    ///
    /// # Errors
    /// Says every member that is wrong.
    pub fn after(
        &self,
        change: &Change,
        alerts: &Alerts,
        is_operators: bool,
        now: Timestamp,
    ) -> Result<Self, Vec<Violation>> {
        let mut after = self.clone();
        let mut wrong = Vec::new();
        for (name, asked) in &change.kinds {
            if wrong.len() >= TOLD_MAX {
                return Err(wrong);
            }
            match checked(name, asked.as_ref(), alerts, is_operators) {
                Err(violation) => wrong.push(violation),
                Ok(kind) => match asked {
                    None => drop(after.rules.remove(&kind)),
                    Some(asked) => {
                        let own = after.rules.remove(&kind).unwrap_or_default().and(asked.clone());
                        if own != RuleChange::default() {
                            after.rules.insert(kind, own);
                        }
                    }
                },
            }
        }
        after.muted.retain(|_, until| *until > now);
        let last = now.as_second().saturating_add(MUTED_SECS);
        for (place, Mute { key_id, until }) in change.muted.iter().enumerate() {
            match until {
                None => drop(after.muted.remove(key_id)),
                Some(Moment(until)) if *until > now && until.as_second() <= last => {
                    after.muted.insert(key_id.clone(), *until);
                }
                Some(_) if wrong.len() >= TOLD_MAX => return Err(wrong),
                Some(_) => {
                    let what = "must be in the future, and at most a year from now";
                    wrong.push(Violation::new(format!("muted[{place}].until"), what));
                }
            }
        }
        if after.muted.len() > MUTED_MAX {
            wrong.push(Violation::new("muted", format!("must be at most {MUTED_MAX} keys in all")));
        }

        if wrong.is_empty() { Ok(after) } else { Err(wrong) }
    }

    /// The keys that `change` mutes and that are not muted yet: as many as can be muted at once.
    pub fn newly_muted(&self, change: &Change) -> Vec<key::Id> {
        let muted = change.muted.iter().filter(|mute| mute.until.is_some()).map(|mute| &mute.key_id);
        let new: BTreeSet<_> = muted.filter(|key| !self.muted.contains_key(*key)).collect();

        new.into_iter().take(MUTED_MAX).cloned().collect()
    }
}

/// The kind called `name`, whose rule `change` changes.
fn checked(name: &str, change: Option<&RuleChange>, alerts: &Alerts, is_operators: bool) -> Result<Kind, Violation> {
    let field = || format!("kinds.{name}");
    let known = Kind::named(name).and_then(|kind| Some((kind, alerts.rule(kind)?)));
    let Some((kind, rule)) = known else {
        let names: Vec<_> = alerts.iter().map(|(kind, _)| kind.name()).collect();
        // What is longer than a name may be a secret in the wrong place.
        let field = if name.len() <= NAME_MAX { field() } else { "kinds".to_owned() };
        return Err(Violation::new(field, format!("must be a kind of alert: {}", names.join(", "))));
    };
    if !is_operators && !rule.changeable {
        return Err(Violation::new(field(), "can only be changed by the operator"));
    }
    match change.and_then(|change| change.foreign_to(rule)) {
        Some(foreign) => Err(Violation::new(format!("{}.{foreign}", field()), "is no member of this kind")),
        None => Ok(kind),
    }
}

#[cfg(test)]
mod tests;
