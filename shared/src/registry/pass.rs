//! The pass: everything that a request with a key is judged by, and the judgement. Pure: no clock, no store.
//!
//! [`judge`] and the condition that `store::passes` sends are one rule written twice; a test keeps them the same.

mod grant;

use jiff::Timestamp;

pub use grant::Grant;

use crate::contract::alerts::Thresholds;
use crate::contract::cost::Cost;
use crate::contract::denial::Denial;
use crate::contract::limit::{Limits, Window};
use crate::contract::quota::{Holder, Quotas};
use crate::contract::scope::Scopes;
use crate::contract::{Contract, InForce};
use crate::registry::addresses::Addresses;
use crate::registry::ask::Ask;
use crate::registry::counts::{Counts, Exhausted};
use crate::registry::external_id::ExternalId;
use crate::registry::key;
use crate::registry::key::Key;
use crate::registry::organization;
use crate::registry::organization::Organization;
use crate::registry::slug::Slug;
use crate::registry::usage;
use crate::registry::usage::{Peak, Use};

/// How long a pass is valid at most before it is stamped anew from the authority: 1 hour. It bounds how long an
/// organization's old terms survive a change to it that was cut short.
pub const STANDS_SECS: i64 = 3_600;

/// How long a pass is valid that is stamped with this random number: up to a fifth less than [`STANDS_SECS`]. A change
/// to an organization has all its keys stamped anew at once; their passes must not all end at once from then on.
pub fn stands_secs(random: u16) -> i64 {
    let less = i64::from(random).saturating_mul(STANDS_SECS).div_euclid(5).div_euclid(i64::from(u16::MAX));

    STANDS_SECS.saturating_sub(less)
}

/// The terms on which one secret is let in, and how often it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pass {
    /// The terms, copied from the authority.
    pub terms: Terms,
    /// The requests counted in windows that still matter.
    pub counts: Counts,
    /// When the last request was, if there was one.
    pub last_used_at: Option<Timestamp>,
}

// A pending change to an organization is over once every earlier pass has ended. Both go by events whose times may be
// off by five minutes.
const _: () = assert!(organization::PENDING_SECS >= STANDS_SECS + 600, "a pass can outlast what is said to be pending");

/// The terms of a pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Whose key it is.
    pub org: Slug,
    /// Which key.
    pub key: key::Id,
    /// The version of the key that they were made from.
    pub key_version: i64,
    /// What it belongs to in the operator's own system, or else its organization.
    pub external_id: Option<ExternalId>,
    /// Its type, where the contract has types.
    pub kind: Option<String>,
    /// Whether anything but time and limits stands against it.
    pub standing: Standing,
    /// When the key stops working.
    pub expires_at: Option<Timestamp>,
    /// What it may do.
    pub scopes: Scopes,
    /// How often it may do that.
    pub limits: Limits,
    /// How often all keys of its organization together may.
    pub shared: Limits,
    /// From where it may be used.
    pub addresses: Addresses,
    /// Until when these terms may be used.
    pub until: Timestamp,
    /// The edition of the contract that they were made under.
    pub edition: String,
}

/// What stands against a key, in the order in which the reasons are checked. Expiry depends on the time, and comes
/// after `Inactive`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing.
    Open,
    /// The key is switched off.
    Inactive,
    /// Its organization is locked.
    Locked,
    /// Its organization's plan has no API.
    NoApi,
}

impl Standing {
    /// Every standing.
    pub const ALL: [Self; 4] = [Self::Open, Self::Inactive, Self::Locked, Self::NoApi];

    /// Its name in an item.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Inactive => "inactive",
            Self::Locked => "locked",
            Self::NoApi => "no_api",
        }
    }
}

/// Whether a request that asks for this may pass; if not, the first reason in the order that every contract keeps.
///
/// # Errors
/// The denial.
pub fn judge(pass: &Pass, ask: &Ask) -> Result<(), Denial> {
    pass.terms.judge(ask)?;

    match pass.counts.exhausted(&pass.terms.limits, ask) {
        Some(Exhausted { retry_after, windows }) => Err(Denial::RateLimited { retry_after, windows }),
        None => Ok(()),
    }
}

impl Pass {
    /// Whether a request that asks for this is judged by what was seen of the pass, since DynamoDB cannot judge it.
    pub fn is_pinned(&self, ask: &Ask) -> bool {
        ask.cost > Cost::ONE || (ask.cost == Cost::ONE && self.terms.is_guarded())
    }

    /// What is left of its limits to a request that asks for this.
    pub fn quotas(&self, ask: &Ask) -> Quotas {
        self.counts.quotas(&self.terms.limits, Holder::Key, ask)
    }

    /// How a request is counted as usage, with the current secret.
    pub fn used(&self, ask: &Ask) -> Use {
        let Terms { org, key, .. } = &self.terms;
        let holder = usage::Holder { org: org.clone(), key: key.clone() };

        Use { holder, is_old: false, is_awake: false, peaks: self.peaks(ask) }
    }

    /// The windows of which half of the limit or more is used. A second is over before anybody can be told of it.
    fn peaks(&self, ask: &Ask) -> Vec<Peak> {
        let limits = self.terms.limits.iter().filter(|(window, _)| *window != Window::Second);
        let peaks = limits.map(|(window, limit)| {
            let used = self.counts.used(&self.terms.limits, window, ask);
            Peak { window, number: ask.number(window), used, limit }
        });

        peaks.filter(|peak| peak.share() >= Thresholds::LOWEST).collect()
    }

    /// Counts a request that asks for this in each of `windows`.
    pub fn count(&mut self, windows: &[Window], ask: &Ask) {
        self.counts.add(windows, &self.terms.limits, ask);
        self.last_used_at = Some(ask.now());
    }

    /// Whether its terms may be used at `now`, under the contract of `edition`. If not, it is stamped anew.
    pub fn is_current(&self, edition: &str, now: Timestamp) -> bool {
        self.terms.until > now && self.terms.edition == edition
    }
}

/// An organization is on a plan, or a key of a type, that its contract does not have any more. Such a key is let in no more than
/// one of a plan without an API.
#[derive(Debug, thiserror::Error)]
#[error("organization {org} or its key {key} is on terms that the contract does not have: plan {plan}, type {kind:?}")]
pub struct UnknownTerms {
    org: Slug,
    key: key::Id,
    plan: String,
    kind: Option<String>,
}

impl Terms {
    /// Whether a request that asks for this may pass, apart from what was counted.
    ///
    /// # Errors
    /// The first reason against it.
    pub fn judge(&self, ask: &Ask) -> Result<(), Denial> {
        if self.standing == Standing::Inactive {
            return Err(Denial::InactiveKey);
        }
        if self.expires_at.is_some_and(|expires_at| expires_at <= ask.now()) {
            return Err(Denial::ExpiredKey);
        }
        match self.standing {
            Standing::Open | Standing::Inactive => (),
            Standing::Locked => return Err(Denial::OrganizationLocked),
            Standing::NoApi => return Err(Denial::NoApiOnPlan),
        }

        if self.addresses.allow(ask.address) { Ok(()) } else { Err(Denial::AddressNotAllowed) }
    }

    /// Whether DynamoDB cannot judge by them alone: it neither compares addresses with networks nor adds up what was counted. Such a
    /// pass is judged by what is known of it.
    pub fn is_guarded(&self) -> bool {
        !self.addresses.is_empty() || self.limits.sliding().next().is_some()
    }

    /// The terms that `key` of `org` has on its `plan` under `contract`, stamped at `now` for `stands_secs`; and what the contract lacks for
    /// them, if something: a plan, a type or a window was dropped while it was in use.
    pub fn new(
        key: Key,
        org: &Organization,
        plan: &InForce<'_>,
        contract: &Contract,
        now: Timestamp,
        stands_secs: i64,
    ) -> (Self, Option<UnknownTerms>) {
        let kind = contract.key_type(key.kind.as_deref());
        let limits = key.limits_on(plan, org.limits.as_ref());
        let shared = org.shared_on(plan);
        // Nobody is let in without any limit.
        let is_limited = |limits: &Limits| !limits.is_empty() || shared.is_some();
        let limits = limits.filter(|limits| contract.counts(limits) && (!plan.api || is_limited(limits)));
        let known = kind.zip(limits).filter(|_| contract.plans.contains_key(&org.plan));
        let known = known.filter(|_| shared.as_ref().is_none_or(|shared| contract.counts(shared)));
        let unknown = known.is_none().then(|| UnknownTerms {
            org: org.slug.clone(),
            key: key.id.clone(),
            plan: org.plan.clone(),
            kind: key.kind.clone(),
        });
        let standing = match (key.status, org.status, plan.api && known.is_some()) {
            (key::Status::Inactive, _, _) => Standing::Inactive,
            (_, organization::Status::Locked, _) => Standing::Locked,
            (_, _, false) => Standing::NoApi,
            (key::Status::Active | key::Status::Quarantined, organization::Status::Active, true) => Standing::Open,
        };
        // A plan can take away from a key's scopes, and never adds to them.
        let held = kind.map(|kind| kind.scopes.held(&key.scopes)).unwrap_or_default();
        let scopes = plan.scopes.as_ref().map_or_else(|| held.clone(), |allowed| held.intersection(allowed));
        let scopes = match key.status {
            key::Status::Quarantined => contract.leaks.left(|scope| contract.allows(&scopes, scope)),
            key::Status::Active | key::Status::Inactive => scopes,
        };
        let until = now.as_millisecond().saturating_add(stands_secs.saturating_mul(1_000));

        let terms = Self {
            org: org.slug.clone(),
            key: key.id,
            key_version: key.version,
            external_id: key.external_id.or_else(|| org.external_id.clone()),
            kind: key.kind,
            standing,
            expires_at: key.expires_at,
            scopes,
            limits: known.map(|(_, limits)| limits).unwrap_or_default(),
            shared: shared.unwrap_or_default(),
            addresses: key.addresses,
            until: Timestamp::from_millisecond(until).unwrap_or(now),
            edition: contract.edition.clone(),
        };

        (terms, unknown)
    }
}
