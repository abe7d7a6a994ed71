//! What must still be true of the author of a change when it is made. The gate has let them in, but that was a moment
//! ago: a change that begins after its author was revoked must not happen.
//!
//! Nothing is checked for the operator. A key is checked in the transaction itself: it is there, is switched on, had
//! not expired when the request came in, and still has the secret and the scopes with which it was let in. Its
//! organization must be open and on the plan that was looked at. A new name or more scopes are no reason to fail.
//! [`Bearer::is_let_in`] has the same rule for a key that was read; a test keeps them the same.

use aws_sdk_dynamodb::types::ConditionCheck;
use dynamodb::{Condition, Conditional as _, Result, Transaction, bytes, number, text};
use jiff::Timestamp;

use super::{Keys, key_item, organization_item};
use crate::registry::audit::{Author, Bearer};
use crate::registry::key;
use crate::registry::organization;
use crate::registry::organization::Organization;

/// The name of the member that checks the author's key.
pub(super) const AUTHOR: &str = "author";

/// What an author's change to one of an organization's keys is checked against.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Warrant<'a> {
    pub(crate) author: &'a Author,
    /// The organization, as it was read.
    pub(crate) org: &'a Organization,
}

/// Which of the two checked items is itself changed. The member that changes it has the condition, and no other member
/// is added for it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Changed<'a> {
    /// The organization.
    Organization,
    /// The organization, and this key of it.
    Both(&'a key::Id),
    /// This key.
    Key(&'a key::Id),
}

impl Warrant<'_> {
    /// What must be true of the organization.
    pub(super) fn of_organization(&self) -> Condition {
        if self.author.bearer.is_none() {
            return Condition::default();
        }
        let active = text(organization_item::status_name(organization::Status::Active));
        let is_open = Condition::that("#status = :open AND #plan = :plan", ["status", "plan"]);

        is_open.value(":open", active).value(":plan", text(&*self.org.plan))
    }

    /// What must be true of the key `id`, which is changed: there is a condition only where it is the author's own.
    pub(super) fn of_key(&self, id: &key::Id) -> Condition {
        match &self.author.bearer {
            Some(bearer) if bearer.key == *id => is_let_in(bearer, self.author.at),
            Some(_) | None => Condition::default(),
        }
    }

    /// `transaction`, with members that check what is not `changed`.
    pub(super) fn asked_of(&self, keys: &Keys, transaction: Transaction, changed: Changed<'_>) -> Result<Transaction> {
        let Some(bearer) = &self.author.bearer else { return Ok(transaction) };
        let (changes_organization, changed) = match changed {
            Changed::Organization => (true, None),
            Changed::Both(id) => (true, Some(id)),
            Changed::Key(id) => (false, Some(id)),
        };
        let check = |item| ConditionCheck::builder().table_name(&keys.table).set_key(Some(item));
        let mut transaction = transaction;
        if !changes_organization {
            let organization = check(organization_item::key_of(&self.org.slug)).when(self.of_organization());
            transaction = transaction.with("organization", organization.build()?);
        }
        if changed != Some(&bearer.key) {
            let author = check(key_item::key_of(&bearer.org, &bearer.key)).when(is_let_in(bearer, self.author.at));
            transaction = transaction.with(AUTHOR, author.build()?);
        }

        Ok(transaction)
    }
}

/// The condition that the key of `bearer` still allows this at `now`.
fn is_let_in(bearer: &Bearer, now: Timestamp) -> Condition {
    let active = text(key_item::status_name(key::Status::Active));
    let on = Condition::that("#status = :on", ["status"]).value(":on", active);
    let in_time = Condition::that("attribute_not_exists(#expires) OR #expires > :at", ["expires"]);
    let secret = Condition::that(
        "#digest = :secret OR (#previous = :secret AND #previous_until > :at)",
        ["digest", "previous", "previous_until"],
    );
    let known = on
        .and(in_time.value(":at", number(now.as_millisecond())))
        .and(secret.value(":secret", bytes(*bearer.secret.as_bytes())));

    bearer.given.iter().zip(0..).fold(known, |known, (scope, place): (_, usize)| {
        let value = format!(":scope{place}");
        known.and(Condition::that(format!("contains(#scopes, {value})"), ["scopes"]).value(value, text(scope)))
    })
}

#[cfg(test)]
mod tests;
