//! `GET /operator/v1/organizations/{org}/portal-sessions`: who is in the portal of an organization, or has a link to it, newest
//! first. A page may have fewer than were asked for: those that are over are left out.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::registry::page::{Page, Pagination};
use shared::registry::session::{Id, View};
use shared::registry::slug::Slug;
use shared::{App, Denial, Error, Exit, Handler, Listed, Operator, Path, Query, Reason, Result};

#[derive(Deserialize, JsonSchema)]
struct Place {
    org: Slug,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(list.may_refuse(&[Reason::NoOrganization])).await
}

async fn list(
    app: &'static App,
    operator: Operator,
    Path(place): Path<Place>,
    Query(page): Query<Page>,
) -> Result<Listed<View>> {
    let org = app.keys.organization(&place.org).await?.ok_or(Denial::OrganizationNotFound)?;
    let after = page.cursor.map(|cursor| org.seal.open("portal-sessions", &cursor)).transpose()?;
    let after = after.map(Id::try_from).transpose().map_err(Error::failed)?;

    let (sessions, last) = app.keys.sessions(&org.slug, page.limit.get(), after.as_ref(), operator.author.at).await?;
    let cursor = last.map(|id| org.seal.seal("portal-sessions", id.as_str()));

    Ok(Listed(sessions.into_iter().map(View::new).collect(), Pagination::new(page.limit, cursor)))
}
