//! Giving back what was used with a key, or by all keys of an organization together: the limits begin anew, as if nothing had been used
//! in the windows that run.

use crate::contract::denial::Denial;
use crate::gate::app::App;
use crate::management::change::changeable;
use crate::management::settle::is_done;
use crate::registry::author::Author;
use crate::registry::error::Result;
use crate::registry::key::{Id, Key};
use crate::registry::organization::Organization;
use crate::registry::slug::Slug;
use crate::store::Warrant;

/// Sets all counters of the key `id` of `slug` to nothing, on behalf of `author`. A request that is counted meanwhile may or
/// may not be given back; one that is counted once this has returned counts.
///
/// # Errors
/// There is no such organization or key, or `author` is no longer allowed to.
pub async fn reset(app: &App, slug: &Slug, id: &Id, author: &Author) -> Result<Key> {
    let mut tries = app.keys.tries();
    loop {
        let (before, org) = changeable(app, slug, id, author).await?;
        let after = Key { version: before.version.saturating_add(1), ..before.clone() };
        let replaced = app.keys.reset(&before, &after, Warrant { author, org: &org }, &mut tries).await?;
        if is_done(replaced, &mut tries).await? {
            return Ok(after);
        }
    }
}

/// Sets all counters that the keys of `slug` share to nothing, on behalf of `author`. A request that is counted meanwhile may or may not be
/// given back; one that is counted once this has returned counts. What each key has counted of its own limits stays.
///
/// # Errors
/// There is no such organization.
pub async fn reset_shared(app: &App, slug: &Slug, author: &Author) -> Result<Organization> {
    let mut tries = app.keys.tries();
    loop {
        let org = tries.run(|| app.keys.organization(slug)).await?.ok_or(Denial::OrganizationNotFound)?;
        let replaced = app.keys.reset_shared(Warrant { author, org: &org }, &mut tries).await?;
        if is_done(replaced, &mut tries).await? {
            return Ok(org);
        }
    }
}
