//! `GET /operator/v1/organizations/{org}/api-keys`, `GET /api/v1/{org}/api-keys`: a page of an organization's keys, newest
//! first. No secret is in it.

use shared::http::manager::List;
use shared::registry::key;
use shared::registry::key::View;
use shared::registry::page::{Page, Pagination};
use shared::{App, At, Denial, Error, Exit, Listed, Manager, Query, Result};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(list).await
}

async fn list(
    app: &'static App,
    manager: Manager<List>,
    At(now): At,
    Query(page): Query<Page>,
) -> Result<Listed<View>> {
    let org = app.keys.organization(manager.org()).await?.ok_or(Denial::OrganizationNotFound)?;
    let after = page.cursor.map(|cursor| org.seal.open("keys", &cursor)).transpose()?;
    let after = after.map(key::Id::try_from).transpose().map_err(Error::failed)?;

    let (keys, has_more) = app.keys.list(&org.slug, page.limit.get(), after.as_ref()).await?;
    let last = keys.last().filter(|_| has_more);
    let cursor = last.map(|key| org.seal.seal("keys", key.id.as_str()));
    let used = app.passes.last_used(keys.iter().map(|key| &key.digest)).await?;
    let views = keys.into_iter().map(|key| {
        let used = used.get(&key.digest).copied();
        View::new(key, used, &app.contract.management, now)
    });

    Ok(Listed(views.collect(), Pagination::new(page.limit, cursor)))
}
