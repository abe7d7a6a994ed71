//! Refuses what the stack would refuse in the middle, as far as it tells what its contract has.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::client::{Call, Client};
use crate::error::Error;

/// What the stack is to be told of an organization.
#[derive(Debug)]
pub(super) struct Change<'a> {
    pub(super) slug: &'a str,
    pub(super) is_new: bool,
    /// The members that are to be otherwise.
    pub(super) terms: &'a Map<String, Value>,
}

impl Change<'_> {
    fn touches(&self, member: &str) -> bool {
        self.terms.contains_key(member)
    }

    fn wrong(&self, what: &str) -> Error {
        Error::Usage(format!("the organization {}: {what}", self.slug))
    }

    /// The word that `member` is to be, if it is none of `known`.
    fn unknown(&self, member: &str, known: &[&str]) -> Option<&str> {
        self.terms.get(member)?.as_str().filter(|word| !known.contains(word))
    }

    /// Refuses a plan that is none of `plans`.
    fn check_plan(&self, plans: &[&str]) -> Result<(), Error> {
        let unknown = self.unknown("plan", plans);

        unknown
            .map_or(Ok(()), |plan| Err(self.wrong(&format!("there is no plan {plan}; there are {}", plans.join(", ")))))
    }

    /// Refuses a policy for leaked keys that is none of `policies`.
    fn check_leaks(&self, policies: &[&str]) -> Result<(), Error> {
        let unknown = self.unknown("leaks", policies);

        unknown.map_or(Ok(()), |_| Err(self.wrong(&format!("leaks must be {}", policies.join(" or ")))))
    }

    /// Refuses limits in other windows than those in which the contract counts.
    fn check_windows(&self, windows: &[&str]) -> Result<(), Error> {
        for member in LIMITS {
            let limits = self.terms.get(member).and_then(Value::as_array).into_iter().flatten();
            let mut per = limits.filter_map(|limit| limit["per"].as_str());
            if let Some(wrong) = per.find(|per| !windows.contains(per)) {
                return Err(
                    self.wrong(&format!("{member}: per {wrong} is not counted; there are {}", windows.join(", ")))
                );
            }
        }

        Ok(())
    }
}

const LIMITS: [&str; 2] = ["limits", "sharedLimits"];

/// Refuses the first of `changes` that the contract has no room for.
pub(super) async fn check(client: &Client, changes: &[Change<'_>]) -> Result<(), Error> {
    let without_plan = |change: &&Change<'_>| change.is_new && !change.touches("plan");
    if let Some(change) = changes.iter().find(without_plan) {
        return Err(Error::Usage(format!("the organization {} is new: it needs a plan", change.slug)));
    }
    if changes.iter().any(|change| change.touches("plan")) {
        let plans = client.data(Call::get("/operator/v1/plans")).await?;
        let each = plans.as_array().into_iter().flatten().filter(|plan| !is_gone(plan));
        let plans: BTreeSet<_> = each.filter_map(|plan| plan["plan"].as_str()).collect();
        let plans: Vec<_> = plans.into_iter().collect();
        changes.iter().try_for_each(|change| change.check_plan(&plans))?;
    }
    let has_limits =
        |change: &Change<'_>| LIMITS.iter().any(|member| change.terms.get(*member).is_some_and(Value::is_array));
    if changes.iter().any(|change| has_limits(change) || change.touches("leaks")) {
        let document = description(client).await?;
        if let Some(windows) = choice(&document, "/components/schemas/Limit/properties/per/enum") {
            changes.iter().try_for_each(|change| change.check_windows(&windows))?;
        }
        if let Some(policies) =
            choice(&document, "/components/schemas/OrganizationChange/properties/leaks/anyOf/0/enum")
        {
            changes.iter().try_for_each(|change| change.check_leaks(&policies))?;
        }
    }

    Ok(())
}

/// Whether the contract has no such `plan` any more, and only its override is left.
fn is_gone(plan: &Value) -> bool {
    let flaws = plan["notInForce"].as_array();

    flaws.into_iter().flatten().any(|flaw| flaw["field"] == "plan")
}

/// The words that may stand in a place, as far as the document says.
fn choice<'d>(document: &'d Value, pointer: &str) -> Option<Vec<&'d str>> {
    let words = document.pointer(pointer)?.as_array()?;

    Some(words.iter().filter_map(Value::as_str).collect())
}

/// What the stack says of itself; nothing where it does not, or not to everybody.
async fn description(client: &Client) -> Result<Value, Error> {
    match client.json(Call::get("/operator/v1/openapi.json")).await {
        Err(Error::NotFound(_) | Error::Forbidden(_)) => Ok(Value::Null),
        described => described,
    }
}
