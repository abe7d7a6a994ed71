//! Deleting an organization, with everything that it has.
//!
//! The first call closes it: from then on it is there for nobody. What it has goes step by step, in that call as far as its time
//! reaches, and then in runs that nobody asks for. Each step can be made again.

use dynamodb::Tries;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::contract::denial::{Denial, Violation};
use crate::gate::app::App;
use crate::registry::author::Author;
use crate::registry::closing::Trail;
use crate::registry::error::Result;
use crate::registry::organization::Status;
use crate::registry::slug::Slug;

/// What is to be deleted.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "OrganizationDeletion")]
pub struct Order {
    /// The organization's slug once more, so that nobody deletes another one by mistake.
    organization: Slug,
    /// What becomes of its audit trail: `keep`, by default, or `delete`.
    #[serde(default)]
    audit: Trail,
}

/// How far a deletion has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The organization is closed, and something of it may be left.
    UnderWay,
    /// Nothing is left of it, since a day at most.
    Over,
}

/// Closes the organization `slug`, on behalf of `author`, if it is not closed yet.
///
/// # Errors
/// There is no such organization, or it is not locked; or the order is for another one, or says otherwise than the one by which it was
/// closed.
pub async fn begin(app: &App, slug: &Slug, order: &Order, author: &Author) -> Result<Stage> {
    if order.organization != *slug {
        return Err(Violation::new("organization", format!("must be {slug}, the organization that is deleted")).into());
    }
    let conflict = |reason: &str| Denial::Conflict { reason: reason.to_owned() };
    let mut tries = app.keys.tries();
    loop {
        let org = tries.run(|| app.keys.organization(slug)).await?;
        let Some(org) = org else {
            let closing = tries.run(|| app.keys.closing(slug)).await?;
            if closing.is_there() && closing.value.trail != order.audit {
                let reason = format!("It is being deleted already, with audit '{}'", closing.value.trail.name());
                return Err(conflict(&reason).into());
            }
            if closing.is_there() {
                return Ok(Stage::UnderWay);
            }
            let closed = tries.run(|| app.keys.closed(slug, author.at)).await?;
            return Ok(closed.map(|_| Stage::Over).ok_or(Denial::OrganizationNotFound)?);
        };
        if org.status != Status::Locked {
            return Err(conflict("The organization must be locked before it is deleted").into());
        }
        if org.pending_at(author.at).is_some() {
            return Err(conflict("The lock is not in force for all of its keys yet: lock it once more").into());
        }
        if app.keys.close(&org, order.audit, author, &mut tries).await? {
            return Ok(Stage::UnderWay);
        }
        tries.again(dynamodb::Error::Contended).await?;
    }
}

/// Deletes what is left of the closed organization `slug`, as long as `tries` are not over; `others` what is kept of it by the API
/// behind the keys, of which this knows nothing. Whether nothing is left.
///
/// # Errors
/// The store does not answer.
pub async fn go_on<F: Future<Output = dynamodb::Result<bool>> + Send>(
    app: &App,
    slug: &Slug,
    now: Timestamp,
    tries: &Tries,
    others: impl Fn(Slug, Tries) -> F + Sync,
) -> Result<bool> {
    // Nobody gets in any more before what they could write goes.
    if !app.keys.close_ways_in(&app.usage, slug, now, tries).await? || !others(slug.clone(), tries.beside()).await? {
        return Ok(false);
    }

    app.keys.go_on_closing(&app.usage, slug, now, tries).await
}

/// What a run has done.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Purged {
    /// Of how many organizations nothing is left.
    deleted: usize,
    /// Of how many something is.
    left: usize,
}

/// Goes on with all organizations that are being deleted, as far as `tries` reach, as [`go_on`] does with one. Each minute begins with
/// another one: what takes all of a run's time, or cannot be deleted, does not keep the others for good.
///
/// # Errors
/// One of them cannot be deleted; the others are gone on with all the same.
pub async fn go_on_with_all<F: Future<Output = dynamodb::Result<bool>> + Send>(
    app: &App,
    now: impl Fn() -> Timestamp,
    tries: &Tries,
    others: impl Fn(Slug, Tries) -> F + Sync,
) -> Result<Purged> {
    let (mut purged, mut failure) = (Purged::default(), None);
    let mut closings = app.keys.closings().await?;
    let minute = usize::try_from(now().as_second().div_euclid(60)).unwrap_or_default();
    let first = minute.checked_rem(closings.len()).unwrap_or_default();
    closings.rotate_left(first);
    for org in closings {
        if tries.are_over() {
            purged.left = purged.left.saturating_add(1);
            continue;
        }
        match go_on(app, &org, now(), tries, &others).await {
            Ok(true) => purged.deleted = purged.deleted.saturating_add(1),
            Ok(false) => purged.left = purged.left.saturating_add(1),
            Err(error) => {
                tracing::error!(org.id = org.as_str(), "the organization is not deleted yet");
                failure = Some(error);
            }
        }
    }

    failure.map_or(Ok(purged), Err)
}
