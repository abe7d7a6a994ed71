//! How long a key works: what is asked for, within the ages that its plan and its type allow.
//!
//! Ages are those of secrets. A key counts from when it was made, or was given its secret. They are judged when somebody says how
//! long a key is to work, and when it is given a secret: one that was made before its contract had ages works on until then.

use jiff::Timestamp;
use payload::Field;

use crate::contract::Contract;
use crate::contract::age::Ages;
use crate::contract::denial::Violation;
use crate::contract::{management, portal};
use crate::environment::clock;
use crate::environment::clock::Expiry;
use crate::registry::author::{Author, Plane};
use crate::registry::error::Result;
use crate::registry::key::Key;
use crate::registry::organization::Organization;

const MEMBER: &str = "expiresAt";

/// The ages of `key` in `org`. Those of its type are none where the contract has dropped it.
pub(super) fn ages_of(contract: &Contract, org: &Organization, key: &Key) -> Ages {
    contract.ages(&org.plan, key.kind.as_deref())
}

/// When a key stops working that is made, or taken over, at `now`, where `asked` is what was asked for.
///
/// # Errors
/// It is in the past, or later than `ages` allow.
pub(super) fn of_new(ages: Ages, asked: &Field<Expiry>, now: Timestamp) -> Result<Option<Timestamp>> {
    match asked {
        Field::LeftOut => Ok(ages.by_default().map(|age| age.from(now))),
        Field::Null => within(ages, None, now, now),
        Field::Value(Expiry(at)) => within(ages, *at, now, now),
    }
}

/// When `key` stops working after the change that was `asked` for at `now`. What it does not touch is not judged, and less than the
/// key has is always allowed.
///
/// # Errors
/// It is in the past, or later than `ages` allow.
pub(super) fn of_changed(ages: Ages, key: &Key, asked: Field<Expiry>, now: Timestamp) -> Result<Option<Timestamp>> {
    let at = match asked {
        Field::LeftOut => return Ok(key.expires_at),
        Field::Null => None,
        Field::Value(Expiry(at)) => at,
    };
    let lasts_no_longer = key.expires_at.is_none_or(|before| at.is_some_and(|at| at <= before));
    let ages = if lasts_no_longer { Ages::NONE } else { ages };

    within(ages, at, key.secret_since(), now)
}

/// Refuses to prolong a key for an author who may not change when it stops working.
///
/// # Errors
/// The contract does not let callers, or visitors of the portal, change keys.
pub(super) fn may_prolong(contract: &Contract, author: &Author) -> Result<()> {
    let changes = match author.plane {
        Plane::Operator | Plane::Stack => true,
        Plane::Key => contract.management.operations.contains(&management::Operation::Update),
        Plane::Portal => contract.portal.as_ref().is_some_and(|portal| portal.opens(portal::Operation::Update)),
    };

    if changes { Ok(()) } else { Err(Violation::new("prolong", "is not yours to set").into()) }
}

/// When `key` stops working once it is given a secret at `now` that prolongs it: never earlier than it would.
///
/// # Errors
/// There are no `ages` that it could be prolonged by.
pub(super) fn prolonged(ages: Ages, key: &Key, now: Timestamp) -> Result<Option<Timestamp>> {
    let what = "needs a plan or a type of key that says how long keys work";
    let age = ages.by_default().ok_or_else(|| Violation::new("prolong", what))?;

    // One without an end is held to the maximum, if there is one: a new secret is under the policy.
    Ok(match key.expires_at {
        Some(before) => Some(before.max(age.from(now))),
        None => ages.max().map(|max| max.from(now)),
    })
}

/// When `key` stops working once it is given a secret at `now` that does not prolong it: not later than `ages` allow a secret.
pub(super) fn held(ages: Ages, key: &Key, now: Timestamp) -> Option<Timestamp> {
    key.expires_at.into_iter().chain(ages.max().map(|max| max.from(now))).min()
}

/// `at`, if a secret may work until then that has worked `since`.
fn within(ages: Ages, at: Option<Timestamp>, since: Timestamp, now: Timestamp) -> Result<Option<Timestamp>> {
    if at.is_some_and(|at| at <= now) {
        return Err(Violation::new(MEMBER, "must be in the future").into());
    }
    match ages.max() {
        Some(max) if at.is_none_or(|at| at > max.from(since)) => {
            let last = clock::seconds(max.from(since));

            Err(Violation::new(MEMBER, format!("must be no later than {last}: a key works for {max}")).into())
        }
        _ => Ok(at),
    }
}
