//! Revoking a key, for good.

use crate::gate::app::App;
use crate::management::change::changeable;
use crate::management::settle::is_done;
use crate::registry::author::Author;
use crate::registry::error::Result;
use crate::registry::key::Id;
use crate::registry::slug::Slug;
use crate::store::Warrant;

/// Removes the key `id` of `slug` on behalf of `author`, and everything that lets it in. Once this has returned, no request with it is
/// let in.
///
/// # Errors
/// There is no such organization or key, or `author` is no longer allowed to.
pub async fn delete(app: &App, slug: &Slug, id: &Id, author: &Author) -> Result<()> {
    let mut tries = app.keys.tries();
    loop {
        let (key, org) = changeable(app, slug, id, author).await?;
        let replaced = app.keys.take_out(&key, None, Warrant { author, org: &org }, &mut tries).await?;
        if is_done(replaced, &mut tries).await? {
            return Ok(());
        }
    }
}
