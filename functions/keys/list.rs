//! `GET /operator/v1/organizations/{org}/api-keys`, `GET /api/v1/{org}/api-keys`: a page of an organization's keys, newest
//! first. No secret is in it. On the first of these routes they can be filtered.

use shared::http::manager::List;
use shared::management::find;
use shared::registry::key::{Filter, View};
use shared::registry::page::{Page, Pagination};
use shared::{App, At, Denial, Exit, Listed, Manager, OperatorsQuery, Query, Result};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(list).await
}

async fn list(
    app: &'static App,
    manager: Manager<List>,
    At(now): At,
    Query(page): Query<Page>,
    OperatorsQuery(filter): OperatorsQuery<Filter>,
) -> Result<Listed<View>> {
    let org = app.keys.organization(manager.org()).await?.ok_or(Denial::OrganizationNotFound)?;
    let limit = page.limit;
    let (keys, cursor) = find::list(app, &org, &filter, page, now).await?;

    Ok(Listed(keys, Pagination::new(limit, cursor)))
}
