//! What must still be true of the author of a change when it is made. The gate has let them in, but that was a moment
//! ago: a change that begins after its author was revoked must not happen.
//!
//! Nothing is checked for the operator. A session of the portal is checked: it is there and in time, its organization is
//! open where the change needs that, and the key that it was made with, if any, is checked like an author's own.
//! A key is checked in the transaction itself: it is there, is switched on, had
//! not expired when the request came in, and still has the secret and the scopes with which it was let in. Its
//! organization must be open and on the plan that was looked at. A new name or more scopes are no reason to fail.
//! [`Bearer::is_let_in`] has the same rule for a key that was read; a test keeps them the same.

use aws_sdk_dynamodb::types::ConditionCheck;
use dynamodb::{Condition, Conditional as _, Result, Transaction, bytes, number, text};
use jiff::Timestamp;

use super::record::{ORGANIZATION, OnOrganization};
use super::{Keys, key_item, organization_item, session_item};
use crate::registry::audit::Entry;
use crate::registry::author::{Author, Bearer};
use crate::registry::key;
use crate::registry::organization;
use crate::registry::organization::Organization;

/// The name of the members that check the author's key and session.
pub(super) const AUTHOR: &str = "author";

/// What an author's change to one of an organization's keys is checked against.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Warrant<'a> {
    pub(crate) author: &'a Author,
    /// The organization, as it was read.
    pub(crate) org: &'a Organization,
}

impl Warrant<'_> {
    /// What must be true of the organization.
    pub(super) fn of_organization(&self) -> Condition {
        let Author { bearer, visit, .. } = self.author;
        let must_be_open = match visit {
            Some(visit) => !visit.when_locked,
            None => bearer.is_some(),
        };
        let active = text(organization_item::status_name(organization::Status::Active));
        let is_open = Condition::that("#status = :open", ["status"]).value(":open", active);
        // What the author's key can do is bounded by the plan.
        let is_on_plan = Condition::that("#plan = :plan", ["plan"]).value(":plan", text(&*self.org.plan));
        let all = if must_be_open { is_open } else { Condition::default() };

        // The slug of an organization that is gone may be another's by now.
        let made = number(self.org.created_at.as_millisecond());
        let is_the_same = Condition::that("#created = :made", ["created"]).value(":made", made);
        let all = if visit.is_some() { all.and(is_the_same) } else { all };

        if bearer.is_some() { all.and(is_on_plan) } else { all }
    }

    /// What must be true of the key `id`, which is changed: there is a condition only where it is the author's own.
    pub(super) fn of_key(&self, id: &key::Id) -> Condition {
        match &self.author.bearer {
            Some(bearer) if bearer.key == *id => is_let_in(bearer, self.author.at),
            Some(_) | None => Condition::default(),
        }
    }

    /// `transaction`, with members that check the author's session and key. Where that key is the one that is `changed`,
    /// the member that changes it has the condition; the organization's always is with its number
    /// ([`Keys::recorded`]).
    pub(super) fn asked_of(
        &self,
        keys: &Keys,
        transaction: Transaction,
        changed: Option<&key::Id>,
    ) -> Result<Transaction> {
        let check = |item| ConditionCheck::builder().table_name(&keys.table).set_key(Some(item));
        let mut transaction = transaction;
        if let Some(session) = self.author.visit.as_ref().and_then(|visit| visit.session.as_ref()) {
            let session = check(session_item::of_cookie(session)).when(session_item::is_in_time(self.author.at));
            transaction = transaction.with(AUTHOR, session.build()?);
        }
        if let Some(bearer) = &self.author.bearer
            && changed != Some(&bearer.key)
        {
            let author = check(key_item::key_of(&bearer.org, &bearer.key)).when(is_let_in(bearer, self.author.at));
            transaction = transaction.with(AUTHOR, author.build()?);
        }

        Ok(transaction)
    }

    /// `transaction`, with members that check the author and the organization: for what leaves nothing behind.
    pub(super) fn checked(&self, keys: &Keys, transaction: Transaction) -> Result<Transaction> {
        let asked = self.asked_of(keys, transaction, None)?;
        if self.author.visit.is_none() {
            return Ok(asked.with(ORGANIZATION, keys.still_there(&self.org.slug)?));
        }
        let organization = ConditionCheck::builder()
            .table_name(&keys.table)
            .set_key(Some(organization_item::key_of(&self.org.slug)))
            .when(self.of_organization());

        Ok(asked.with(AUTHOR, organization.build()?))
    }

    /// `transaction` with all of this: what is checked of the author and the organization, and what the change in `entry`
    /// leaves behind. The key that is `changed` checks itself.
    pub(super) fn sealed(
        &self,
        keys: &Keys,
        transaction: Transaction,
        changed: Option<&key::Id>,
        entry: &Entry,
    ) -> Result<Transaction> {
        let organization = OnOrganization::checked(self.of_organization());
        let transaction = keys.recorded(transaction, entry, self.org.sequence, organization)?;

        self.asked_of(keys, transaction, changed)
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
