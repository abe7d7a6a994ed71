//! `GET /operator/v1/organizations/{org}/audit`: who changed what of an organization and its keys, newest first.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::registry::audit::Row;
use shared::registry::page::{Page, Pagination};
use shared::registry::slug::Slug;
use shared::{App, Denial, Exit, Handler, Listed, Operator, Path, Query, Reason, Result};

#[derive(Deserialize, JsonSchema)]
struct Place {
    org: Slug,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(audit.may_refuse(&[Reason::NoOrganization])).await
}

async fn audit(
    app: &'static App,
    _: Operator,
    Path(place): Path<Place>,
    Query(page): Query<Page>,
) -> Result<Listed<Row>> {
    let org = app.keys.organization(&place.org).await?.ok_or(Denial::OrganizationNotFound)?;
    let after = page.cursor.map(|cursor| org.seal.open("audit", &cursor)).transpose()?;

    let (rows, last) = app.keys.audit(&org.slug, page.limit.get(), after.as_deref()).await?;
    let cursor = last.map(|position| org.seal.seal("audit", &position));

    Ok(Listed(rows, Pagination::new(page.limit, cursor)))
}
