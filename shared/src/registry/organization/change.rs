//! A change to an organization, judged by the contract.

use jiff::Timestamp;
use payload::Field;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Organization, Status};
use crate::contract::denial::Violation;
use crate::contract::leaks::Policy;
use crate::contract::limit::Limits;
use crate::contract::{Contract, Plan};
use crate::registry::error::{Result, both};
use crate::registry::external_id::ExternalId;
use crate::registry::metadata::Metadata;
use crate::registry::name::Name;
use crate::registry::page::Seal;
use crate::registry::slug::Slug;

/// A change to an organization's terms: what is left out stays.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "OrganizationChange")]
pub struct Change {
    name: Option<Name>,
    /// What it is in the operator's own system; `null` takes that away.
    #[serde(default)]
    external_id: Field<ExternalId>,
    /// What is to be written down beside it, all of it; `null` takes it away.
    #[serde(default)]
    metadata: Field<Metadata>,
    #[schemars(extend("x-contract" = "plan"))]
    plan: Option<String>,
    status: Option<Status>,
    /// Limits of its own, in place of its plan's; `null` takes them away.
    #[serde(default)]
    limits: Field<Limits>,
    /// What all of its keys may do together, in place of what its plan says of that; `null` takes it away.
    #[serde(default)]
    shared_limits: Field<Limits>,
    /// What is to be done about its keys that have leaked; `null` is what the contract says.
    #[serde(default)]
    #[schemars(with = "Option<String>", extend("x-contract" = "leaks"))]
    leaks: Field<Policy>,
}

impl Change {
    /// The organization `slug` after this change at `now` to `before`; a new one gets `seal`.
    ///
    /// # Errors
    /// A new organization has no plan, or `contract` does not have the terms: all that is wrong is told.
    pub fn apply(
        &self,
        slug: &Slug,
        before: Option<Organization>,
        seal: Seal,
        contract: &Contract,
        now: Timestamp,
    ) -> Result<Organization> {
        let shared_limits = self.new_shared_limits(before.as_ref(), contract);
        let leaks = self.new_leaks(before.as_ref(), contract);
        let (((plan, limits), shared_limits), leaks) =
            both(both(self.terms(before.as_ref(), contract), shared_limits), leaks)?;
        let mut org = match before {
            Some(org) => Organization { plan, limits, shared_limits, leaks, ..org },
            None => Organization {
                slug: slug.clone(),
                // A slug is good enough as a name.
                name: Name::try_from(slug.to_string()).or(Err(Violation::new("name", "is required")))?,
                external_id: None,
                metadata: Metadata::default(),
                plan,
                status: Status::Active,
                limits,
                shared_limits,
                leaks,
                keys: 0,
                created_at: now,
                updated_at: now,
                seal,
                pending: None,
                numbers: 0,
                version: 0,
                sequence: 0,
            },
        };
        org.updated_at = now;
        org.name = self.name.clone().unwrap_or(org.name);
        org.external_id = self.external_id.clone().applied(org.external_id);
        org.metadata = self.metadata.clone().applied(Some(org.metadata)).unwrap_or_default();
        org.status = self.status.unwrap_or(org.status);

        Ok(org)
    }

    /// The plan and the limits after this change to `before`. What it does not touch is not judged, because `contract` may have
    /// dropped it meanwhile.
    ///
    /// # Errors
    /// Says all that the contract does not have.
    fn terms(&self, before: Option<&Organization>, contract: &Contract) -> Result<(String, Option<Limits>)> {
        let (plan, limits) = both(self.new_plan(before, contract), self.new_limits(before, contract))?;
        let is_touched = before.is_none_or(|before| before.plan != plan || before.limits != limits);
        let is_custom = contract.plans.get(&plan).is_some_and(Plan::has_custom_limits);
        if is_touched && is_custom && limits.is_none() {
            return Err(Violation::new("limits", format!("is required on the plan {plan}")).into());
        }

        Ok((plan, limits))
    }

    fn new_plan(&self, before: Option<&Organization>, contract: &Contract) -> Result<String> {
        let was = before.map(|before| &before.plan);
        let plan = self.plan.as_ref().or(was).ok_or(Violation::new("plan", "is required"))?;
        if was != Some(plan) && !contract.plans.contains_key(plan) {
            let names: Vec<_> = contract.plans.keys().map(String::as_str).collect();
            return Err(Violation::new("plan", format!("must be one of {}", names.join(", "))).into());
        }

        Ok(plan.clone())
    }

    fn new_limits(&self, before: Option<&Organization>, contract: &Contract) -> Result<Option<Limits>> {
        changed(&self.limits, before.and_then(|before| before.limits.as_ref()), |new| contract.check_limits(new))
    }

    fn new_shared_limits(&self, before: Option<&Organization>, contract: &Contract) -> Result<Option<Limits>> {
        let was = before.and_then(|before| before.shared_limits.as_ref());

        changed(&self.shared_limits, was, |new| contract.check_shared_limits(new))
    }

    fn new_leaks(&self, before: Option<&Organization>, contract: &Contract) -> Result<Option<Policy>> {
        let was = before.and_then(|before| before.leaks);
        let policy = self.leaks.applied(was);
        if let Some(policy) = policy.filter(|policy| was != Some(*policy) && !contract.leaks.has(*policy)) {
            let what = format!("must not be {}: the contract names no scopes for it", policy.name());
            return Err(Violation::new("leaks", what).into());
        }

        Ok(policy)
    }
}

/// The limits after the change to those that there were. Those that stay are not judged.
fn changed(
    change: &Field<Limits>,
    was: Option<&Limits>,
    check: impl Fn(&Limits) -> std::result::Result<(), Violation>,
) -> Result<Option<Limits>> {
    let limits = change.clone().applied(was.cloned());
    if let Some(new) = limits.as_ref().filter(|new| Some(*new) != was) {
        check(new)?;
    }

    Ok(limits)
}
