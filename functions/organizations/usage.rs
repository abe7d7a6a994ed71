//! `GET /operator/v1/organizations/{org}/usage`: what became of the requests with an organization's keys, by days; of those
//! with deleted keys, too.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::contract::limit::Window;
use shared::registry::slug::Slug;
use shared::registry::usage::Account;
use shared::usage::{AskedDays, OrganizationReport, Report};
use shared::{App, At, Denial, Exit, Handler, Operator, Path, Query, Reason, Result, Tabular};

#[derive(Deserialize, JsonSchema)]
struct Place {
    org: Slug,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(usage.may_refuse(&[Reason::NoOrganization])).await
}

async fn usage(
    app: &'static App,
    _: Operator,
    At(now): At,
    Path(place): Path<Place>,
    Query(asked): Query<AskedDays>,
) -> Result<Tabular<OrganizationReport>> {
    let range = asked.range(now)?;
    let org = app.keys.organization(&place.org).await?.ok_or(Denial::OrganizationNotFound)?;
    let mut days = app.usage.days(&Account::Organization(org.slug.clone()), range.days()).await?;
    // What a process wrote late of one that had the slug before is not this one's.
    let created = Window::Day.number(org.created_at);
    days.retain(|day| day.number >= created);

    Ok(Tabular(OrganizationReport::new(org.slug, Report::new(range, days)), asked.format))
}
