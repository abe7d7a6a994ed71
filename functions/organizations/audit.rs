//! `GET /operator/v1/organizations/{org}/audit`: who changed what of an organization and its keys, newest first, also once it is
//! deleted.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::registry::audit::Row;
use shared::registry::page::{Page, Pagination, Seal};
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
    let org = app.keys.organization(&place.org).await?;
    let is_there = org.is_some();
    // The trail may outlive the organization.
    let seal = org.map_or_else(|| Seal::of_deleted(place.org.as_str()), |org| org.seal);
    let after = page.cursor.map(|cursor| seal.open("audit", &cursor)).transpose()?;

    let (rows, last) = app.keys.audit(&place.org, page.limit.get(), after.as_deref()).await?;
    if rows.is_empty() && !is_there {
        return Err(Denial::OrganizationNotFound.into());
    }
    let cursor = last.map(|position| seal.seal("audit", &position));

    Ok(Listed(rows, Pagination::new(page.limit, cursor)))
}
