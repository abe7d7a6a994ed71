//! What must be true of whoever asks for a change when it is made. The gate has let them in, but that was a moment ago: a
//! change that begins after its author was revoked must not happen.
//!
//! Nothing is asked of the operator. Of a key it is asked in the transaction itself: that it is there, is switched on, has
//! not expired, and still has the secret and the scopes with which it was let in; and that its organization is not locked.
//! A new name, a new expiry or more scopes are no reason to fail. `audit::Bearer` has the same rule for a key that was read.

use aws_sdk_dynamodb::types::ConditionCheck;
use dynamodb::{Condition, Conditional as _, Error, Result, Transaction, bytes, number, text};

use super::{Keys, keys, organizations};
use crate::audit::{Author, Bearer};
use crate::key;
use crate::organization::{self, Slug};

/// The member that asks for it of the author's key, where that is not changed itself.
pub(super) const AUTHOR: &str = "author";

/// The member that asks for it of the organization, where that is not changed itself.
pub(super) const OPEN: &str = "open";

/// What must be true of the organization that `author` changes something of.
pub(super) fn open(author: &Author) -> Condition {
    if author.bearer.is_none() {
        return Condition::default();
    }
    let active = text(organizations::status_name(organization::Status::Active));

    Condition::that("#status = :open", ["status"]).value(":open", active)
}

/// What must be true of the key `id`, which is changed, because of its author: something where it is the author's own.
pub(super) fn own(author: &Author, id: &key::Id) -> Condition {
    match &author.bearer {
        Some(bearer) if bearer.key == *id => let_in(bearer, author),
        Some(_) | None => Condition::default(),
    }
}

fn let_in(bearer: &Bearer, author: &Author) -> Condition {
    let now = number(author.at.as_millisecond());
    let active = text(keys::status_name(key::Status::Active));
    let on = Condition::that("#status = :on", ["status"]).value(":on", active);
    let in_time = Condition::that("attribute_not_exists(#expires) OR #expires > :at", ["expires"]).value(":at", now);
    let secret = Condition::that(
        "#digest = :secret OR (#previous = :secret AND #previous_until > :at)",
        ["digest", "previous", "previous_until"],
    );
    let known = on.and(in_time).and(secret.value(":secret", bytes(*bearer.secret.as_bytes())));

    bearer.given.iter().zip(0..).fold(known, |known, (scope, place): (_, usize)| {
        let value = format!(":scope{place}");
        known.and(Condition::that(format!("contains(#scopes, {value})"), ["scopes"]).value(value, text(scope)))
    })
}

impl Keys {
    /// `transaction`, with the member that asks for it of the key of `author`; not where `changed` is that key.
    pub(super) fn authored(
        &self,
        transaction: Transaction,
        author: &Author,
        changed: Option<&key::Id>,
    ) -> Result<Transaction> {
        let Some(bearer) = author.bearer.as_ref().filter(|bearer| changed != Some(&bearer.key)) else {
            return Ok(transaction);
        };
        let check =
            ConditionCheck::builder().table_name(&self.table).set_key(Some(keys::key_of(&bearer.org, &bearer.key)));

        Ok(transaction.with(AUTHOR, check.when(let_in(bearer, author)).build()?))
    }

    /// `transaction`, with the member that asks it of the organization `org`.
    pub(super) fn opened(&self, transaction: Transaction, author: &Author, org: &Slug) -> Result<Transaction> {
        if author.bearer.is_none() {
            return Ok(transaction);
        }
        let check = ConditionCheck::builder().table_name(&self.table).set_key(Some(organizations::key_of(org)));

        Ok::<_, Error>(transaction.with(OPEN, check.when(open(author)).build()?))
    }
}
