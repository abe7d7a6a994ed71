//! What people are told of before it hurts: a contract's section `[alerts]`. It says which kinds of alert there are, and
//! by which rules each is judged unless an organization has its own.

pub(crate) mod schema;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Flaw, flaw};

/// A kind of alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "AlertKind")]
pub enum Kind {
    /// A key has used much of what it may in a window.
    #[serde(rename = "limit.approaching")]
    LimitApproaching,
    /// Requests with a key were refused because its limit was reached.
    #[serde(rename = "limit.reached")]
    LimitReached,
    /// Too many of the requests with a key have failed.
    #[serde(rename = "errors.high")]
    ErrorsHigh,
    /// A key was used far more, or far less, than at this hour of other days.
    #[serde(rename = "activity.unusual")]
    ActivityUnusual,
    /// A key was used after a month of silence.
    #[serde(rename = "activity.woke")]
    ActivityWoke,
    /// Somebody tries what a key may not do, or a key that does not work any more.
    #[serde(rename = "activity.probing")]
    ActivityProbing,
    /// A key was not used for long.
    #[serde(rename = "key.unused")]
    KeyUnused,
    /// A key stops working soon.
    #[serde(rename = "key.expiring")]
    KeyExpiring,
    /// A secret of a key was found where others can see it, and still works.
    #[serde(rename = "key.exposed")]
    KeyExposed,
    /// A secret that was replaced is still used, and stops working soon.
    #[serde(rename = "rotation.lingering")]
    RotationLingering,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 10] = [
        Self::LimitApproaching,
        Self::LimitReached,
        Self::ErrorsHigh,
        Self::ActivityUnusual,
        Self::ActivityWoke,
        Self::ActivityProbing,
        Self::KeyUnused,
        Self::KeyExpiring,
        Self::KeyExposed,
        Self::RotationLingering,
    ];

    /// Its name in contracts, requests and events.
    pub const fn name(self) -> &'static str {
        match self {
            Self::LimitApproaching => "limit.approaching",
            Self::LimitReached => "limit.reached",
            Self::ErrorsHigh => "errors.high",
            Self::ActivityUnusual => "activity.unusual",
            Self::ActivityWoke => "activity.woke",
            Self::ActivityProbing => "activity.probing",
            Self::KeyUnused => "key.unused",
            Self::KeyExpiring => "key.expiring",
            Self::KeyExposed => "key.exposed",
            Self::RotationLingering => "rotation.lingering",
        }
    }

    /// The kind of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Its rule where neither the contract nor the organization says otherwise.
    fn usual(self) -> Rule {
        let mut rule = Rule { enabled: true, changeable: true, thresholds: None, rate: None, of: None, days: None };
        match self {
            Self::LimitApproaching => rule.thresholds = Some(Thresholds(vec![80, 95])),
            Self::ErrorsHigh => (rule.rate, rule.of) = (Some(Rate(0.05)), Some(Of::Server)),
            Self::KeyUnused => rule.days = Some(Days(90)),
            Self::LimitReached
            | Self::ActivityUnusual
            | Self::ActivityWoke
            | Self::ActivityProbing
            | Self::KeyExpiring
            | Self::KeyExposed
            | Self::RotationLingering => (),
        }

        rule
    }
}

/// Shares of a limit, in per cent: one to three of 50 to 100, each higher than the one before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Vec<i64>")]
#[schemars(
    inline,
    with = "Vec<i64>",
    extend(
        "minItems" = 1, "maxItems" = 3, "uniqueItems" = true,
        "items" = {"type": "integer", "minimum": Self::LOWEST, "maximum": 100},
    )
)]
pub struct Thresholds(Vec<u8>);

impl Thresholds {
    /// The lowest share that can be asked for.
    pub const LOWEST: i64 = 50;

    /// The shares, lowest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = u8> + '_ {
        self.0.iter().copied()
    }
}

impl TryFrom<Vec<i64>> for Thresholds {
    type Error = &'static str;

    fn try_from(shares: Vec<i64>) -> Result<Self, &'static str> {
        let is_in_order = shares.windows(2).all(|pair| pair.first() < pair.last());
        let is_in_range = shares.iter().all(|share| (Self::LOWEST..=100).contains(share));
        if !(1..=3).contains(&shares.len()) || !is_in_order || !is_in_range {
            return Err("must be one to three whole numbers from 50 to 100, each higher than the one before");
        }

        Ok(Self(shares.into_iter().filter_map(|share| u8::try_from(share).ok()).collect()))
    }
}

/// A share of all requests, 0.01 to 0.5.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "f64")]
#[schemars(inline, with = "f64", extend("minimum" = 0.01, "maximum" = 0.5))]
pub struct Rate(f64);

impl Rate {
    /// The lowest share that can be asked for.
    pub const LOWEST: Self = Self(0.01);

    /// The share.
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Rate {
    type Error = &'static str;

    fn try_from(share: f64) -> Result<Self, &'static str> {
        if (0.01..=0.5).contains(&share) { Ok(Self(share)) } else { Err("must be a number from 0.01 to 0.5") }
    }
}

/// How many days, 30 to 365.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "i64")]
#[schemars(inline, with = "i64", extend("minimum" = 30, "maximum" = 365))]
pub struct Days(u16);

impl Days {
    /// The days.
    pub const fn get(self) -> u16 {
        self.0
    }
}

impl TryFrom<i64> for Days {
    type Error = &'static str;

    fn try_from(days: i64) -> Result<Self, &'static str> {
        let days = u16::try_from(days).ok().filter(|days| (30..=365).contains(days));

        days.map(Self).ok_or("must be a whole number from 30 to 365")
    }
}

/// Which failures count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Of {
    /// Those of the server: answers with 5xx.
    Server,
    /// Those of callers, too: answers with 4xx or 5xx. Refusals are no answers.
    All,
}

/// How one kind of alert is judged.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct Rule {
    /// Whether anybody is told.
    pub enabled: bool,
    /// Whether the organization can change this rule.
    pub changeable: bool,
    /// From which shares of a limit on, in per cent, each higher than the one before: of `limit.approaching`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Thresholds")]
    pub thresholds: Option<Thresholds>,
    /// From which share of failures on: of `errors.high`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Rate")]
    pub rate: Option<Rate>,
    /// Which failures count: of `errors.high`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Of")]
    pub of: Option<Of>,
    /// After how many days: of `key.unused`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Days")]
    pub days: Option<Days>,
}

/// What is to be otherwise in a rule: what is left out stays.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct RuleChange {
    /// Whether anybody is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// From which shares of a limit on, in per cent, each higher than the one before: of `limit.approaching`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thresholds: Option<Thresholds>,
    /// From which share of failures on: of `errors.high`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<Rate>,
    /// Which failures count: of `errors.high`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<Of>,
    /// After how many days: of `key.unused`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days: Option<Days>,
}

impl RuleChange {
    /// This change, and `later` after it.
    #[must_use]
    pub fn and(self, later: Self) -> Self {
        Self {
            enabled: later.enabled.or(self.enabled),
            thresholds: later.thresholds.or(self.thresholds),
            rate: later.rate.or(self.rate),
            of: later.of.or(self.of),
            days: later.days.or(self.days),
        }
    }

    /// The first member that `rule` does not have.
    pub fn foreign_to(&self, rule: &Rule) -> Option<&'static str> {
        let members = [
            ("thresholds", self.thresholds.is_some(), rule.thresholds.is_some()),
            ("rate", self.rate.is_some(), rule.rate.is_some()),
            ("of", self.of.is_some(), rule.of.is_some()),
            ("days", self.days.is_some(), rule.days.is_some()),
        ];

        members.into_iter().find(|(_, is_given, is_known)| *is_given && !is_known).map(|(name, ..)| name)
    }
}

impl Rule {
    /// This rule with `change`. Members that it does not have stay away.
    #[must_use]
    pub fn with(&self, change: &RuleChange) -> Self {
        Self {
            enabled: change.enabled.unwrap_or(self.enabled),
            changeable: self.changeable,
            thresholds: self.thresholds.clone().map(|own| change.thresholds.clone().unwrap_or(own)),
            rate: self.rate.map(|own| change.rate.unwrap_or(own)),
            of: self.of.map(|own| change.of.unwrap_or(own)),
            days: self.days.map(|own| change.days.unwrap_or(own)),
        }
    }
}

/// A rule as a contract writes it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleFile {
    enabled: Option<bool>,
    changeable: Option<bool>,
    thresholds: Option<Thresholds>,
    rate: Option<Rate>,
    of: Option<Of>,
    days: Option<Days>,
}

/// The alerts of a contract: those that are not named in it do not exist.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Alerts(BTreeMap<Kind, Rule>);

impl Alerts {
    pub(super) fn check(section: BTreeMap<Kind, RuleFile>) -> Result<Self, Flaw> {
        let rules = section.into_iter().map(|(kind, file)| {
            let RuleFile { enabled, changeable, thresholds, rate, of, days } = file;
            let usual = kind.usual();
            let change = RuleChange { enabled, thresholds, rate, of, days };
            if let Some(foreign) = change.foreign_to(&usual) {
                return flaw(format!("alerts.\"{}\".{foreign}", kind.name()), "is no member of this kind");
            }

            Ok((kind, Rule { changeable: changeable.unwrap_or(true), ..usual.with(&change) }))
        });

        Ok(Self(rules.collect::<Result<_, Flaw>>()?))
    }

    /// Whether there is any kind of alert.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The rule of `kind`, if the contract has it.
    pub fn rule(&self, kind: Kind) -> Option<&Rule> {
        self.0.get(&kind)
    }

    /// Every kind that there is, with its rule.
    pub fn iter(&self) -> impl Iterator<Item = (Kind, &Rule)> + '_ {
        self.0.iter().map(|(kind, rule)| (*kind, rule))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Alerts, String> {
        let section = toml::from_str(text).map_err(|error: toml::de::Error| error.message().to_owned())?;

        Alerts::check(section).map_err(|(place, what)| format!("{place} {what}"))
    }

    #[test]
    fn a_kind_is_there_if_it_is_named_and_has_the_usual_rule_unless_the_contract_has_another() {
        let alerts = read("\"limit.approaching\" = {}\n\"key.unused\" = { days = 30, changeable = false }").unwrap();
        let rule = alerts.rule(Kind::LimitApproaching).unwrap();
        assert_eq!(rule.thresholds.as_ref().unwrap().iter().collect::<Vec<_>>(), [80, 95]);
        assert!(rule.enabled && rule.changeable);
        let rule = alerts.rule(Kind::KeyUnused).unwrap();
        assert!(!rule.changeable && rule.days == Some(Days(30)));
        assert_eq!(alerts.rule(Kind::ErrorsHigh), None);
    }

    #[test]
    fn a_rule_that_makes_no_sense_is_refused() {
        for (text, wrong) in [
            ("\"limit.near\" = {}", "unknown variant `limit.near`"),
            ("\"limit.reached\" = { days = 30 }", "alerts.\"limit.reached\".days is no member of this kind"),
            ("\"key.unused\" = { days = 29 }", "must be a whole number from 30 to 365"),
            ("\"errors.high\" = { rate = 0.6 }", "must be a number from 0.01 to 0.5"),
            ("\"errors.high\" = { rate = nan }", "must be a number from 0.01 to 0.5"),
            ("\"limit.approaching\" = { thresholds = [] }", "must be one to three whole numbers"),
            ("\"limit.approaching\" = { thresholds = [80, 80] }", "must be one to three whole numbers"),
            ("\"limit.approaching\" = { thresholds = [49] }", "must be one to three whole numbers"),
            ("\"limit.approaching\" = { thresholds = [50, 60, 70, 80] }", "must be one to three whole numbers"),
        ] {
            let told = read(text).unwrap_err();
            assert!(told.contains(wrong), "{text}: {told}");
        }
    }

    #[test]
    fn names_are_those_of_the_wire() {
        for kind in Kind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
            assert_eq!(Kind::named(kind.name()), Some(kind));
        }
    }
}
