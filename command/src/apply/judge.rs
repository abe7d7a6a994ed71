//! Refuses what the stack would refuse in the middle, as far as it tells what its contract has.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::client::{Call, Client};
use crate::error::Error;

/// What the stack is to be told of an organization.
#[derive(Debug)]
pub(super) struct Change<'a> {
    pub(super) slug: &'a str,
    /// As it is; nothing where it is new.
    pub(super) present: Option<&'a Value>,
    /// The members that are to be otherwise.
    pub(super) terms: &'a Map<String, Value>,
}

impl Change<'_> {
    /// A member as it will be.
    fn after(&self, member: &str) -> &Value {
        let before = || self.present.and_then(|present| present.get(member));

        self.terms.get(member).or_else(before).unwrap_or(&Value::Null)
    }

    fn touches(&self, member: &str) -> bool {
        self.terms.contains_key(member)
    }

    fn wrong(&self, what: &str) -> Error {
        Error::Usage(format!("the organization {}: {what}", self.slug))
    }

    /// Refuses a plan that is none of `plans`, and one that wants limits where there are none.
    fn check_plan(&self, plans: &BTreeMap<&str, &Value>) -> Result<(), Error> {
        let name = self.after("plan").as_str().unwrap_or_default();
        let contract = match plans.get(name) {
            Some(plan) => &plan["contract"],
            None if self.touches("plan") => {
                let known: Vec<_> = plans.keys().copied().collect();
                return Err(self.wrong(&format!("there is no plan {name}; there are {}", known.join(", "))));
            }
            None => &Value::Null,
        };
        // A plan with limits of all keys together may have no others.
        let has = |plan: &Map<String, Value>| {
            ["limits", "limitsByType", "sharedLimits"].iter().any(|of| plan.contains_key(*of))
        };
        let is_custom = contract.as_object().is_some_and(|plan| !has(plan));
        if is_custom && self.after("limits").is_null() {
            return Err(self.wrong(&format!("the plan {name} has no limits: it needs some of its own")));
        }

        Ok(())
    }

    /// Refuses limits in other windows than those in which the contract counts.
    fn check_windows(&self, windows: &[&str]) -> Result<(), Error> {
        for member in LIMITS {
            let limits = self.terms.get(member).and_then(Value::as_array).into_iter().flatten();
            let mut per = limits.filter_map(|limit| limit["per"].as_str());
            if per.any(|per| !windows.contains(&per)) {
                return Err(self.wrong(&format!("{member} must be per {}", windows.join(" or "))));
            }
        }

        Ok(())
    }
}

const LIMITS: [&str; 2] = ["limits", "sharedLimits"];

/// Refuses the first of `changes` that the contract has no room for.
pub(super) async fn check(client: &Client, changes: &[Change<'_>]) -> Result<(), Error> {
    let without_plan = |change: &&Change<'_>| change.present.is_none() && !change.touches("plan");
    if let Some(change) = changes.iter().find(without_plan) {
        return Err(Error::Usage(format!("the organization {} is new: it needs a plan", change.slug)));
    }
    let terms: Vec<_> = changes.iter().filter(|change| change.touches("plan") || change.touches("limits")).collect();
    if !terms.is_empty() {
        let plans = client.data(Call::get("/operator/v1/plans")).await?;
        let each = plans.as_array().into_iter().flatten();
        let plans = each.filter_map(|plan| Some((plan["plan"].as_str()?, plan))).collect();
        terms.iter().try_for_each(|change| change.check_plan(&plans))?;
    }
    let limits: Vec<_> = changes
        .iter()
        .filter(|change| LIMITS.iter().any(|member| change.terms.get(*member).is_some_and(Value::is_array)))
        .collect();
    if !limits.is_empty() {
        let document = description(client).await?;
        let windows = document.pointer("/components/schemas/Limit/properties/per/enum").and_then(Value::as_array);
        let windows: Option<Vec<_>> = windows.map(|windows| windows.iter().filter_map(Value::as_str).collect());
        windows.map_or(Ok(()), |windows| limits.iter().try_for_each(|change| change.check_windows(&windows)))?;
    }

    Ok(())
}

/// What the stack says of itself; nothing where it does not, or not to everybody.
async fn description(client: &Client) -> Result<Value, Error> {
    match client.json(Call::get("/operator/v1/openapi.json")).await {
        Err(Error::NotFound(_) | Error::Refused(_)) => Ok(Value::Null),
        described => described,
    }
}
