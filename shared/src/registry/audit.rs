//! The audit trail: every change to a key or an organization leaves a row, written in the same transaction as the change.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::contract::Contract;
use crate::contract::denial::{Denial, Violation};
use crate::contract::scope::Scopes;
use crate::contract::secret;
use crate::contract::secret::Digest;
use crate::environment::clock;
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

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum Action {
    /// An organization was made.
    #[serde(rename = "organization.created")]
    OrganizationCreated,
    /// Its terms were changed.
    #[serde(rename = "organization.changed")]
    OrganizationChanged,
    /// It is deleted, with everything that it has.
    #[serde(rename = "organization.deleted")]
    OrganizationDeleted,
    /// A key was issued.
    #[serde(rename = "key.created")]
    KeyCreated,
    /// A key was changed.
    #[serde(rename = "key.changed")]
    KeyChanged,
    /// A key was given a new secret.
    #[serde(rename = "key.regenerated")]
    KeyRegenerated,
    /// What a key has used of its limits was given back.
    #[serde(rename = "key.reset")]
    KeyReset,
    /// A key of another system was taken over.
    #[serde(rename = "key.imported")]
    KeyImported,
    /// A secret of a key was found where others can see it, and something was done about that.
    #[serde(rename = "key.leaked")]
    KeyLeaked,
    /// A key was revoked.
    #[serde(rename = "key.deleted")]
    KeyDeleted,
    /// What people are told of was changed.
    #[serde(rename = "alerts.changed")]
    AlertsChanged,
    /// A webhook was made.
    #[serde(rename = "webhook.created")]
    WebhookCreated,
    /// A webhook was changed.
    #[serde(rename = "webhook.changed")]
    WebhookChanged,
    /// A webhook was given a new secret.
    #[serde(rename = "webhook.rotated")]
    WebhookRotated,
    /// A webhook was removed.
    #[serde(rename = "webhook.deleted")]
    WebhookDeleted,
    /// Nothing is sent to a webhook any more, because it does not take anything.
    #[serde(rename = "webhook.disabled")]
    WebhookDisabled,
    /// Somebody was given a link to the portal.
    #[serde(rename = "portal.session.created")]
    SessionCreated,
    /// They have used it.
    #[serde(rename = "portal.session.entered")]
    SessionEntered,
    /// Their session was ended before its time.
    #[serde(rename = "portal.session.ended")]
    SessionEnded,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 19] = [
        Self::OrganizationCreated,
        Self::OrganizationChanged,
        Self::OrganizationDeleted,
        Self::KeyCreated,
        Self::KeyChanged,
        Self::KeyRegenerated,
        Self::KeyReset,
        Self::KeyImported,
        Self::KeyLeaked,
        Self::KeyDeleted,
        Self::AlertsChanged,
        Self::WebhookCreated,
        Self::WebhookChanged,
        Self::WebhookRotated,
        Self::WebhookDeleted,
        Self::WebhookDisabled,
        Self::SessionCreated,
        Self::SessionEntered,
        Self::SessionEnded,
    ];

    /// Its name, which is that of its event, too.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OrganizationCreated => "organization.created",
            Self::OrganizationChanged => "organization.changed",
            Self::OrganizationDeleted => "organization.deleted",
            Self::KeyCreated => "key.created",
            Self::KeyChanged => "key.changed",
            Self::KeyRegenerated => "key.regenerated",
            Self::KeyReset => "key.reset",
            Self::KeyImported => "key.imported",
            Self::KeyLeaked => "key.leaked",
            Self::KeyDeleted => "key.deleted",
            Self::AlertsChanged => "alerts.changed",
            Self::WebhookCreated => "webhook.created",
            Self::WebhookChanged => "webhook.changed",
            Self::WebhookRotated => "webhook.rotated",
            Self::WebhookDeleted => "webhook.deleted",
            Self::WebhookDisabled => "webhook.disabled",
            Self::SessionCreated => "portal.session.created",
            Self::SessionEntered => "portal.session.entered",
            Self::SessionEnded => "portal.session.ended",
        }
    }

    /// Whether somebody has asked for it. Otherwise the stack did it by itself, and people may not know.
    pub const fn is_asked_for(self) -> bool {
        !matches!(self, Self::WebhookDisabled | Self::KeyLeaked)
    }

    /// The action of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.name() == name)
    }
}

/// One row.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "AuditRow")]
pub struct Row {
    /// When, to the millisecond.
    #[schemars(extend("format" = "date-time"))]
    pub at: String,
    /// By which way.
    pub plane: Plane,
    /// By whom: an ARN, the id of a key, the subject of a portal session, or who has told the stack of a leak.
    pub actor: String,
    /// What was done.
    pub action: Action,
    /// To which key, if to one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_id: Option<key::Id>,
    /// What it was before: as replies show it, so no secret is in it.
    pub before: Option<Value>,
    /// What it was after.
    pub after: Option<Value>,
    /// The gateway's id of the request.
    pub request_id: String,
}

/// A row, to be written with the change that it is about.
#[derive(Clone, Debug)]
pub struct Entry {
    pub(crate) org: Slug,
    pub(crate) at: Timestamp,
    pub(crate) row: Row,
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

    /// The row about `action` on `org`, or on its key `key`.
    pub fn did(&self, action: Action, org: &Slug, key: Option<&key::Id>, change: [Option<Value>; 2]) -> Entry {
        let [before, after] = change;
        let row = Row {
            at: clock::millis(self.at),
            plane: self.plane,
            actor: self.who.clone(),
            action,
            key_id: key.cloned(),
            before,
            after,
            request_id: self.request.clone(),
        };

        Entry { org: org.clone(), at: self.at, row }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_is_written_by_its_name() {
        for action in Action::ALL {
            assert_eq!(serde_json::to_value(action).unwrap(), action.name());
            assert_eq!(Action::named(action.name()), Some(action));
        }
    }
}
