//! Caps that the API behind the keys enforces: how many of something an organization's plan allows.

use crate::contract::denial::Denial;
use crate::gate::app::App;
use crate::registry::error::Result;
use crate::registry::slug::Slug;

/// How many of something an organization may have.
#[derive(Clone, Debug)]
pub struct Cap {
    /// How many; no cap where it is `None`.
    pub most: Option<i64>,
    plan: String,
    what: &'static str,
}

impl Cap {
    /// The cap of the plan of `org` on `what`, a name in the contract's `quotas`, as it is in force. It is two reads, for writes
    /// that add.
    ///
    /// # Errors
    /// There is no such organization.
    pub async fn of(app: &App, org: &Slug, what: &'static str) -> Result<Self> {
        let org = app.keys.organization(org).await?.ok_or(Denial::OrganizationNotFound)?;
        let most = app.plan_of(&org).await?.quota(what).map(|most| i64::try_from(most).unwrap_or(i64::MAX));

        Ok(Self { most, plan: org.plan, what })
    }

    /// The denial where the cap is reached.
    pub fn reached(&self) -> Denial {
        let Self { most, plan, what } = self;

        Denial::PlanLimit { reason: format!("The plan {plan} allows {} {what}", most.unwrap_or_default()) }
    }
}
