//! The author of a change: who asks for it, on which plane and by what right, and what they may give and go on with.
//!
//! What an author leaves behind is a row of [the audit trail](super::audit).

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::contract::Contract;
use crate::contract::denial::{Denial, Violation};
use crate::contract::scope::Scopes;
use crate::contract::secret;
use crate::contract::secret::Digest;
use crate::registry::error;
use crate::registry::key;
use crate::registry::key::{Key, SetBy, Status};
use crate::registry::leak::Source;
use crate::registry::organization;
use crate::registry::organization::Organization;
use crate::registry::pass::Grant;
use crate::registry::slug::Slug;

/// The author of a change: who, on which plane, and when.
#[derive(Clone, Debug)]
pub struct Author {
    /// On which plane.
    pub plane: Plane,
    /// An ARN, the id of a key, or the subject of a session.
    pub who: String,
    /// The gateway's id of the request.
    pub request: String,
    /// When the request was made.
    pub at: Timestamp,
    /// The key that the request came with, or that the session was made with; `None` where the operator is behind it, who
    /// may do everything.
    pub bearer: Option<Bearer>,
    /// The session of the portal that the request came in.
    pub visit: Option<Visit>,
}

/// A session that a change is asked for in. It must still be there when the change is made.
#[derive(Clone, Debug)]
pub struct Visit {
    /// The digest of its cookie; `None` for the request that begins it.
    pub session: Option<Digest>,
    /// Whether the change may be made while the organization is locked.
    pub when_locked: bool,
}

/// A key that a change is asked for with, as the gate has let it in. This must still be true of it when the change is
/// made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bearer {
    /// Its organization, which is also the one that is changed.
    pub org: Slug,
    /// The key.
    pub key: key::Id,
    /// The digest of the secret that was presented.
    #[serde(with = "secret::hexadecimal")]
    pub secret: Digest,
    /// Everything that it may do.
    pub holds: Scopes,
    /// The part of that which it was given, besides what its type always has.
    pub given: Scopes,
}

impl Bearer {
    /// Whether `key`, the bearer's key as it is now, still allows this at `now`. `store::warrant` has the same rule as
    /// a condition.
    pub(crate) fn is_let_in(&self, key: &Key, now: Timestamp) -> bool {
        key.status == Status::Active
            && !key.has_expired(now)
            && key.answers_to(&self.secret, now)
            && self.given.iter().all(|scope| key.scopes.contains(scope))
    }
}

/// The way by which a change came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Plane {
    /// Signed with AWS credentials.
    Operator,
    /// With a key.
    Key,
    /// On a page of the portal.
    Portal,
    /// Nobody has asked: the stack did it by itself.
    Stack,
}

impl Author {
    /// The operator, who signed the request `request` with `arn` at `at`.
    pub(crate) const fn operator(arn: String, request: String, at: Timestamp) -> Self {
        Self { plane: Plane::Operator, who: arn, request, at, bearer: None, visit: None }
    }

    /// Refuses those of `members`, by which the operator knows things in a system of their own, that this author sets and may not:
    /// whoever could would pass a key off as another customer's.
    ///
    /// # Errors
    /// The author is not the operator, and sets one.
    pub(crate) fn may_label<const N: usize>(&self, members: [(&'static str, bool); N]) -> error::Result<()> {
        let set = members.into_iter().filter(|(_, is_set)| *is_set && self.plane != Plane::Operator);
        let violations: Vec<_> = set.map(|(name, _)| Violation::new(name, "is not yours to set")).collect();

        if violations.is_empty() { Ok(()) } else { Err(violations.into()) }
    }

    /// The stack itself, at `at`: nobody has asked.
    pub(crate) fn stack(at: Timestamp) -> Self {
        Self { plane: Plane::Stack, who: "latchkey".to_owned(), request: "-".to_owned(), at, bearer: None, visit: None }
    }

    /// The stack itself, which was told of a leak by `source`, in the request `request` at `at`.
    pub(crate) fn told(source: Source, request: String, at: Timestamp) -> Self {
        Self { who: source.name().to_owned(), request, ..Self::stack(at) }
    }

    /// The key of `grant`, with which the request `request` was made at `at`.
    pub(crate) fn key(grant: Grant, contract: &Contract, request: String, at: Timestamp) -> Self {
        let kind = contract.key_type(grant.kind.as_deref());
        let given = grant.scopes.iter().filter(|scope| !kind.is_some_and(|kind| kind.scopes.always.contains(scope)));
        let given = given.collect();
        let who = grant.key.to_string();
        let Grant { org, key, secret, scopes: holds, .. } = grant;

        let bearer = Some(Bearer { org, key, secret, holds, given });

        Self { plane: Plane::Key, who, request, at, bearer, visit: None }
    }

    /// The `subject` of a session that was made with the key `bearer`, in whose `visit` the request `request` was made at
    /// `at`.
    pub(crate) const fn visitor(
        subject: String,
        bearer: Option<Bearer>,
        visit: Visit,
        request: String,
        at: Timestamp,
    ) -> Self {
        Self { plane: Plane::Portal, who: subject, request, at, bearer, visit: Some(visit) }
    }

    /// Whose list of a key's own limits this author writes.
    pub(crate) const fn sets_limits_as(&self) -> SetBy {
        match self.plane {
            Plane::Operator => SetBy::Operator,
            Plane::Key | Plane::Portal | Plane::Stack => SetBy::Manager,
        }
    }

    /// Whether this author may give all of `scopes`.
    ///
    /// # Errors
    /// The author does not hold one of them: nobody gives away what they do not hold.
    pub(crate) fn can_give<'a>(
        &self,
        contract: &Contract,
        scopes: impl Iterator<Item = &'a str>,
    ) -> Result<(), Denial> {
        let Some(Bearer { holds, .. }) = &self.bearer else { return Ok(()) };
        let mut lacking = scopes.filter(|scope| !contract.allows(holds, scope));

        lacking.next().map_or(Ok(()), |scope| Err(Denial::MissingScope { scope: scope.to_owned() }))
    }

    /// Whether this author may still change `org` and, where it is the author's own, the key `id`, as they were just
    /// read. An author who may not is refused like an unknown key.
    ///
    /// # Errors
    /// The organization was locked or its plan takes something from the author, or the key was revoked, switched off,
    /// given another secret or narrowed.
    pub(crate) fn may_go_on(
        &self,
        contract: &Contract,
        org: &Organization,
        key: Option<(&key::Id, Option<&Key>)>,
    ) -> Result<(), Denial> {
        let is_locked = org.status == organization::Status::Locked;
        if let Some(visit) = &self.visit
            && is_locked
            && !visit.when_locked
        {
            return Err(Denial::OrganizationLocked);
        }
        let Some(bearer) = &self.bearer else { return Ok(()) };
        let is_let_in = match key {
            Some((id, key)) if *id == bearer.key => key.is_some_and(|key| bearer.is_let_in(key, self.at)),
            Some(_) | None => true,
        };
        let plan = contract.plans.get(&org.plan).filter(|plan| plan.api);
        let is_on_plan = plan.is_some_and(|plan| {
            plan.scopes.as_ref().is_none_or(|scopes| bearer.holds.iter().all(|scope| scopes.contains(scope)))
        });
        let is_open = is_on_plan && (self.visit.is_some() || !is_locked);

        if is_let_in && is_open { Ok(()) } else { Err(Denial::UnknownKey) }
    }
}
