//! Making an organization, and changing its terms.

use dynamodb::{Error, Tries};
use jiff::Timestamp;

use crate::contract::denial::Denial;
use crate::environment::clock;
use crate::gate::app::App;
use crate::registry::audit::Action;
use crate::registry::author::Author;
use crate::registry::closing::Closed;
use crate::registry::error::Result;
use crate::registry::organization::{Change, Organization, Pending, View};
use crate::registry::page::Seal;
use crate::registry::slug::Slug;

/// Makes `change` to the organization `slug` on behalf of `author`, and takes the passes of its keys out of force before it returns.
/// `true`: there was none before.
///
/// A change that changes nothing does nothing, unless the numbers of the organization's plan were overridden since its last
/// one: then all passes are taken out of force, so that the numbers are in force at once.
///
/// A run that was cut short has changed the organization, but perhaps not all passes: the change is then pending.
/// The passes that are left end by themselves within [`crate::registry::pass::STANDS_SECS`]. If the call is made
/// again, it goes on from where this one stopped, and they end at once.
///
/// # Errors
/// The contract does not allow the changed organization; the slug is taken by one that goes, or is gone; or the store does not answer.
pub async fn put(app: &App, slug: &Slug, change: &Change, author: &Author) -> Result<(Organization, bool)> {
    let keys = &app.keys;
    let mut tries = keys.tries();
    loop {
        let before = tries.run(|| keys.organization(slug)).await?;
        if before.is_none() {
            check_free(app, slug, author.at, &mut tries).await?;
        }
        let seen = before.as_ref().map(|org| org.version);
        let mut seal = [0; 32];
        app.entropy.fill(&mut seal)?;
        let mut org = change.apply(slug, before.clone(), Seal::new(seal), &app.contract, author.at)?;
        org.numbers = tries.run(|| keys.plan_override(&org.plan)).await?.version();
        if let Some(before) = before.as_ref().filter(|before| before.is_as(&org)) {
            // The same change was made before and cut short: it is written, but not yet in force.
            if before.pending_at(author.at).is_some() {
                keys.withdraw_all(before, &tries).await?;
            }
            return Ok((Organization { pending: None, ..before.clone() }, false));
        }
        org.version = seen.unwrap_or_default().saturating_add(1);
        // What touches no terms, as a name, is in force without more ado, unless an earlier change is not yet.
        let touched =
            before.as_ref().filter(|before| !before.is_on_terms_of(&org) || before.pending_at(author.at).is_some());
        org.pending = touched.map(|before| Pending::of(before.keys));
        let action = if seen.is_some() { Action::OrganizationChanged } else { Action::OrganizationCreated };
        let states = [before.map(View::in_full), Some(View::in_full(org.clone()))];
        let entry = author.did(action, slug, None, states);
        if keys.write_organization(&org, seen, &entry, &mut tries).await? {
            // A new organization has no keys.
            if org.pending.is_some() {
                keys.withdraw_all(&org, &tries).await?;
            }
            let sequence = org.sequence.saturating_add(1);
            return Ok((Organization { pending: None, sequence, ..org }, seen.is_none()));
        }
        tries.again(Error::Contended).await?;
    }
}

/// Refuses to make an organization of the slug `slug` at `now`, where that is taken by one that goes, or is gone.
async fn check_free(app: &App, slug: &Slug, now: Timestamp, tries: &mut Tries) -> Result<()> {
    let conflict = |reason: String| Err(Denial::Conflict { reason }.into());
    if tries.run(|| app.keys.closing(slug)).await?.is_there() {
        return conflict("The organization is being deleted".to_owned());
    }
    let closed = tries.run(|| app.keys.closed(slug, now)).await?;
    match closed.map(Closed::free_at).filter(|free| *free > now) {
        None => Ok(()),
        Some(free) => {
            let free = clock::seconds(free);
            conflict(format!("The organization was deleted: its slug can be another's from {free} on"))
        }
    }
}
