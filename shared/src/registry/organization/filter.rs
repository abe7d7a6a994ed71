//! Which organizations are looked for.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Organization, Status};
use crate::registry::external_id::ExternalId;

/// What the organizations must have; everything that is left out fits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Filter {
    /// The plan, perhaps one that the contract has dropped.
    plan: Option<String>,
    /// Whether its keys are let in.
    status: Option<Status>,
    /// What the name begins with, in any case.
    name: Option<String>,
    /// What it is in the operator's own system.
    external_id: Option<ExternalId>,
}

impl Filter {
    /// Whether every organization fits.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether `org` fits.
    pub fn fits(&self, org: &Organization) -> bool {
        let Self { plan, status, name, external_id } = self;

        plan.as_ref().is_none_or(|plan| org.plan == *plan)
            && status.is_none_or(|status| org.status == status)
            && name.as_ref().is_none_or(|name| org.name.begins_with(name))
            && external_id.as_ref().is_none_or(|id| org.external_id.as_ref() == Some(id))
    }
}
