//! The numbers of a plan as they are in force: the contract's, and what the operator has put in their place. Pure.
//!
//! An override is checked when it is made, and the contract may change afterwards. What does not fit it any more is out of force
//! and told of; limits that do not fit still hold where they are lower, so that nobody is let in more often than either says.

use std::collections::BTreeMap;
use std::ops::Deref;

use payload::Field;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{GONE, Plan, PlanLimits, opens_creation};
use crate::contract::Contract;
use crate::contract::denial::Violation;
use crate::contract::limit::{Limit, Limits};
use crate::contract::reading::FAULTS_MAX;

/// What the operator puts in the place of a plan's numbers. What is left out is the contract's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "PlanOverride", extend("minProperties" = 1))]
pub struct Override {
    /// The limits of every key, in place of all of the plan's: for a plan that has the same for all types.
    #[serde(skip_serializing_if = "Option::is_none")]
    limits: Option<Limits>,
    /// The limits by the type of the key, each in place of all that the plan has for the type: for a plan that has its limits so.
    #[serde(skip_serializing_if = "Option::is_none")]
    limits_by_type: Option<BTreeMap<String, Limits>>,
    /// What all keys of an organization may do together, in place of what the plan says of that.
    #[serde(skip_serializing_if = "Option::is_none")]
    shared_limits: Option<Limits>,
    /// How many keys an organization may have; `null` is as many as it likes, where neither callers nor pages create any.
    #[serde(default, skip_serializing_if = "Field::is_left_out")]
    keys: Field<u32>,
    /// Caps that the API behind the keys keeps, by the names that the plan has for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    quotas: Option<BTreeMap<String, u64>>,
}

/// The numbers of a plan, as replies show them.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "PlanNumbers")]
pub struct Numbers {
    /// The limits of every key; left out where they are by type, where each organization brings its own, and where there is no API.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Limits")]
    limits: Option<Limits>,
    /// The limits by the type of the key, where they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "BTreeMap<String, Limits>")]
    limits_by_type: Option<BTreeMap<String, Limits>>,
    /// What all keys of an organization may do together; left out where that is not limited.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Limits")]
    shared_limits: Option<Limits>,
    /// How many keys an organization may have; `null` is as many as it likes.
    keys: Option<u32>,
    /// Caps that the API behind the keys keeps.
    quotas: BTreeMap<String, u64>,
}

/// A plan with its numbers as they are in force. Whatever lets somebody in, keeps a cap or shows a number goes by this.
#[derive(Clone, Debug)]
pub struct InForce<'a> {
    contract: &'a Contract,
    plan: &'a Plan,
    said: Override,
    flaws: Vec<Violation>,
}

/// What no override is about.
impl Deref for InForce<'_> {
    type Target = Plan;

    fn deref(&self) -> &Plan {
        self.plan
    }
}

impl Override {
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        let Self { limits, limits_by_type, shared_limits, keys, quotas } = self;
        let has_limits = limits.is_some()
            || shared_limits.is_some()
            || limits_by_type.as_ref().is_some_and(|by_type| !by_type.is_empty());

        !has_limits && keys.is_left_out() && quotas.as_ref().is_none_or(BTreeMap::is_empty)
    }
}

impl Contract {
    /// The plan `name`, with its numbers as the operator has `said` them.
    pub fn in_force(&self, name: &str, said: Override) -> InForce<'_> {
        if let Some(plan) = self.plans.get(name) {
            return InForce { contract: self, plan, flaws: self.flaws_of(plan, &said), said };
        }
        let gone = (!said.is_empty()).then(|| Violation::new("plan", "is none of the contract's any more"));

        InForce { contract: self, plan: &GONE, said: Override::default(), flaws: gone.into_iter().collect() }
    }

    /// The same with the contract's own numbers: for who looks at contracts, and lets nobody in.
    pub fn stated(&self, name: &str) -> InForce<'_> {
        self.in_force(name, Override::default())
    }

    /// All that `plan` cannot have of what is `said`.
    fn flaws_of(&self, plan: &Plan, said: &Override) -> Vec<Violation> {
        let mut flaws = Vec::new();
        if let Some(limits) = &said.limits {
            flaws.extend(plan.barred("limits").or_else(|| self.check_limits(limits).err()));
        }
        if let Some(by_type) = said.limits_by_type.as_ref().filter(|by_type| !by_type.is_empty()) {
            let barred = plan.barred("limitsByType");
            let each = by_type.iter().filter(|_| barred.is_none()).filter_map(|(kind, limits)| {
                let place = format!("limitsByType.{kind}");
                match self.key_type(Some(kind)) {
                    Some(_) => self.check_limits_of(&place, limits).err(),
                    None => Some(Violation::new(place, "is for no type of key that there is")),
                }
            });
            flaws.extend(each);
            flaws.extend(barred);
        }
        if let Some(shared) = &said.shared_limits {
            let barred = (!plan.api).then(|| Violation::new("sharedLimits", "must be left out: the plan has no API"));
            flaws.extend(barred.or_else(|| self.check_shared_limits(shared).err()));
        }
        if said.keys == Field::Null && self.needs_cap(plan) {
            flaws.push(Violation::new("keys", "must be a number, because callers or pages may create keys"));
        }
        let quotas = said.quotas.iter().flatten().filter(|(name, _)| !plan.quotas.contains_key(*name));
        flaws.extend(quotas.map(|(name, _)| Violation::new(format!("quotas.{name}"), "is no quota of the plan")));
        flaws.truncate(FAULTS_MAX);

        flaws
    }

    fn needs_cap(&self, plan: &Plan) -> bool {
        plan.api && opens_creation(&self.management, self.portal.as_ref())
    }
}

impl Plan {
    /// Why nothing can be put in place of its limits in the form of the member `place`, if nothing can.
    fn barred(&self, place: &str) -> Option<Violation> {
        let why = match (&self.limits, place) {
            _ if !self.api => "the plan has no API",
            (PlanLimits::Custom, _) => "each organization on the plan brings limits of its own",
            (PlanLimits::All(_), "limitsByType") => "the plan has the same limits for all types, which are limits",
            (PlanLimits::ByType(_), "limits") => "the plan has limits by type, which are limitsByType",
            (PlanLimits::All(_) | PlanLimits::ByType(_), _) => return None,
        };

        Some(Violation::new(place, format!("must be left out: {why}")))
    }
}

impl InForce<'_> {
    /// What of the operator's numbers the contract does not have room for, so that it is out of force.
    pub fn flaws(&self) -> &[Violation] {
        &self.flaws
    }

    /// The limits of a key of type `kind`, where neither it nor its organization has any of its own.
    pub fn limits_for(&self, kind: Option<&str>) -> Option<Limits> {
        let stated = self.plan.limits_of(kind)?;
        let Override { limits: for_all, limits_by_type, .. } = &self.said;
        let by_type = kind.and_then(|kind| limits_by_type.as_ref()?.get(kind));
        let place = if by_type.is_some() { "limitsByType" } else { "limits" };
        let Some(said) = by_type.or(for_all.as_ref()).filter(|_| self.plan.api) else { return Some(stated.clone()) };
        if self.plan.barred(place).is_none() && self.contract.check_limits(said).is_ok() {
            return Some(said.clone());
        }

        Some(stated.lowered_by(&self.counted(said)))
    }

    /// What all keys of an organization may do together, where it has no such limits of its own; `None` where that is not limited.
    pub fn shared_limits(&self) -> Option<Limits> {
        let stated = self.plan.shared_limits.clone();
        let Some(said) = self.said.shared_limits.as_ref().filter(|_| self.plan.api) else { return stated };
        if self.contract.check_shared_limits(said).is_ok() {
            return Some(said.clone());
        }
        let lower = stated.unwrap_or_default().lowered_by(&self.counted(said));

        (!lower.is_empty()).then_some(lower)
    }

    /// Those of `limits` whose windows requests are counted in.
    fn counted(&self, limits: &Limits) -> Limits {
        let mut limits: Vec<Limit> = limits.clone().into();
        limits.retain(|limit| self.contract.windows.contains(&limit.per));

        limits.try_into().unwrap_or_default()
    }

    /// How many keys an organization may have; no cap where it is `None`.
    pub fn keys(&self) -> Option<u32> {
        match self.said.keys {
            Field::Null if !self.contract.needs_cap(self.plan) => None,
            Field::LeftOut | Field::Null => self.plan.keys,
            Field::Value(most) => Some(most),
        }
    }

    /// The cap `what` of the API behind the keys; no cap where it is `None`.
    pub fn quota(&self, what: &str) -> Option<u64> {
        let stated = self.plan.quotas.get(what)?;

        Some(self.said.quotas.as_ref().and_then(|said| said.get(what)).copied().unwrap_or(*stated))
    }

    /// All of them, as replies show them.
    pub fn numbers(&self) -> Numbers {
        let kinds = self.contract.types.iter().filter_map(|kind| kind.name.as_deref());
        let by_type: BTreeMap<_, _> =
            kinds.filter_map(|kind| Some((kind.to_owned(), self.limits_for(Some(kind))?))).collect();
        let is_said_so = matches!(self.plan.limits, PlanLimits::ByType(_)) || self.said.limits_by_type.is_some();
        let is_by_type = is_said_so && !by_type.is_empty();
        let quotas = self.plan.quotas.keys().filter_map(|name| Some((name.clone(), self.quota(name)?)));

        Numbers {
            limits: self.limits_for(None).filter(|limits| !is_by_type && !limits.is_empty()),
            limits_by_type: Some(by_type).filter(|_| is_by_type),
            shared_limits: self.shared_limits(),
            keys: self.keys(),
            quotas: quotas.collect(),
        }
    }
}

#[cfg(test)]
mod tests;
