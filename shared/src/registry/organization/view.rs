//! An organization as replies show it.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::{Organization, Pending, Status};
use crate::contract::leaks::Policy;
use crate::contract::limit::Limits;
use crate::environment::clock;
use crate::registry::external_id::ExternalId;
use crate::registry::metadata::Metadata;
use crate::registry::name::Name;
use crate::registry::slug::Slug;

/// An organization as replies show it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Organization")]
pub struct View {
    slug: Slug,
    name: Name,
    /// What it is in the operator's own system; left out where that was not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "ExternalId")]
    external_id: Option<ExternalId>,
    /// What the operator has written down beside it; left out where that is nothing.
    #[serde(skip_serializing_if = "Metadata::is_empty")]
    metadata: Metadata,
    #[schemars(extend("x-contract" = "plan"))]
    plan: String,
    status: Status,
    limits: Option<Limits>,
    /// What all of its keys may do together; left out where it has no such limits of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Limits")]
    shared_limits: Option<Limits>,
    /// What is done about its keys that have leaked; left out where that is what the contract says.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", extend("x-contract" = "leaks"))]
    leaks: Option<Policy>,
    /// How many keys there are.
    #[schemars(range(min = 0))]
    keys: i64,
    /// How far the last change has come; left out once it is in force for all keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Progress")]
    pending: Option<Progress>,
    #[schemars(extend("format" = "date-time"))]
    created_at: String,
    #[schemars(extend("format" = "date-time"))]
    updated_at: String,
}

/// For how many keys a change is in force.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "PendingChange")]
struct Progress {
    /// For how many keys it is in force.
    #[schemars(range(min = 0))]
    done: i64,
    /// How many keys there were when it was made.
    #[schemars(range(min = 0))]
    of: i64,
}

impl View {
    /// Everything of `org` that can be shown, for the audit trail. The progress of a change is not part of the change.
    pub fn in_full(org: Organization) -> Value {
        let now = org.updated_at;

        serde_json::to_value(Self::new(Organization { pending: None, ..org }, now)).unwrap_or_default()
    }

    /// `org` as it is at `now`.
    pub fn new(org: Organization, now: Timestamp) -> Self {
        // Keys come and go meanwhile.
        let pending = org.pending_at(now).map(|Pending { done, of, .. }| Progress { done: *done.min(of), of: *of });

        Self {
            slug: org.slug,
            name: org.name,
            external_id: org.external_id,
            metadata: org.metadata,
            plan: org.plan,
            status: org.status,
            limits: org.limits,
            shared_limits: org.shared_limits,
            leaks: org.leaks,
            keys: org.keys,
            pending,
            created_at: clock::seconds(org.created_at),
            updated_at: clock::seconds(org.updated_at),
        }
    }
}
