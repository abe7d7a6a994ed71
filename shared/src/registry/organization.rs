//! An organization: the owner of keys, and the terms that they are on.

mod filter;

use jiff::Timestamp;
use payload::Field;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use filter::Filter;

use crate::contract::denial::Violation;
use crate::contract::leaks::Policy;
use crate::contract::limit::Limits;
use crate::contract::secret::Digest;
use crate::contract::{Contract, InForce, Plan};
use crate::environment::clock;
use crate::registry::error::{Result, both};
use crate::registry::external_id::ExternalId;
use crate::registry::key;
use crate::registry::metadata::Metadata;
use crate::registry::name::Name;
use crate::registry::page::Seal;
use crate::registry::slug::Slug;

/// How long a change is pending at most: as long as a pass is valid, plus ten minutes, because both go by events that
/// may come five minutes late or early.
pub(crate) const PENDING_SECS: i64 = 4_200;

/// An organization as the authority keeps it.
#[derive(Clone, Debug)]
pub struct Organization {
    /// Its name in paths, for good.
    pub slug: Slug,
    /// What people call it.
    pub name: Name,
    /// What it is in the operator's own system.
    pub external_id: Option<ExternalId>,
    /// What the operator has written down beside it.
    pub metadata: Metadata,
    /// One of the contract's plans.
    pub plan: String,
    /// Whether its keys are let in.
    pub status: Status,
    /// Limits of its own, in place of its plan's.
    pub limits: Option<Limits>,
    /// What all of its keys may do together, in place of what its plan says of that.
    pub shared_limits: Option<Limits>,
    /// What is done about its keys that have leaked, in place of what the contract says.
    pub leaks: Option<Policy>,
    /// How many keys it has.
    pub keys: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its terms last changed.
    pub updated_at: Timestamp,
    /// The seal of the cursors into its lists.
    pub seal: Seal,
    /// How far the last change has come, while it is not in force for all keys.
    pub pending: Option<Pending>,
    /// The version of its plan's override that its last change went by: all that its keys were let in by before is out of force.
    pub numbers: i64,
    /// Counts the changes to its terms; a write checks that the version is still the one read.
    pub version: i64,
    /// How many events it has had: every change to it or to its keys is one, and checks that the number is still the one
    /// read.
    pub sequence: i64,
}

/// How far a change has come that is not in force for all keys yet. Keys are processed in the order of their ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pending {
    /// For how many keys it is in force.
    pub(crate) done: i64,
    /// How many keys there were when the change was made.
    pub(crate) of: i64,
    /// The last key that was processed.
    pub(crate) after: Option<key::Id>,
    /// The keys up to that one for which it is not in force, by the digests of their secrets.
    pub(crate) left: Vec<Digest>,
}

impl Pending {
    /// A change that is not in force yet for this number of keys.
    pub(crate) fn of(keys: i64) -> Self {
        Self { of: keys, ..Self::default() }
    }

    /// Notes that `count` more keys were processed, and that those in `failed` failed.
    pub(crate) fn went_on(&mut self, count: usize, failed: Vec<Digest>) {
        let done = i64::try_from(count.saturating_sub(failed.len())).unwrap_or(i64::MAX);
        self.done = self.done.saturating_add(done);
        self.left.extend(failed);
    }
}

/// Whether an organization's keys are let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Status {
    /// Its keys are let in.
    Active,
    /// None of its keys is let in until it is unlocked.
    Locked,
}

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

impl Organization {
    /// What all of its keys may do together, on its plan, which is `plan`.
    pub fn shared_on(&self, plan: &InForce<'_>) -> Option<Limits> {
        self.shared_limits.clone().or_else(|| plan.shared_limits())
    }

    /// How far the last change has come at `now`, while it is not in force for all keys. A pass that was not withdrawn
    /// ends by itself. All have ended once the longest pass from before the change has, by the clock of events, which
    /// may be off.
    pub fn pending_at(&self, now: Timestamp) -> Option<&Pending> {
        let over = self.updated_at.as_second().saturating_add(PENDING_SECS);

        self.pending.as_ref().filter(|_| now.as_second() < over)
    }

    /// Whether a change from one to the other would change nothing.
    pub(crate) fn is_as(&self, other: &Self) -> bool {
        self.name == other.name
            && self.metadata == other.metadata
            && self.leaks == other.leaks
            && self.is_on_terms_of(other)
    }

    /// Whether keys are let in on the same terms in both.
    pub(crate) fn is_on_terms_of(&self, other: &Self) -> bool {
        let is_limited_alike = self.limits == other.limits && self.shared_limits == other.shared_limits;

        self.plan == other.plan
            && self.status == other.status
            && self.numbers == other.numbers
            && self.external_id == other.external_id
            && is_limited_alike
    }
}

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
}

impl View {
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
