//! `GET /operator/v1/organizations/{org}/agent-runs`: a page of an organization's runs, newest first, without their prompts.

use reference::agent_runs::{AgentRuns, Run};
use schemars::JsonSchema;
use serde::Deserialize;
use shared::registry::page::{Page, Pagination};
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
    _: Operator,
    Path(place): Path<Place>,
    Query(page): Query<Page>,
) -> Result<Listed<Run>> {
    let org = app.keys.organization(&place.org).await?.ok_or(Denial::OrganizationNotFound)?;
    let after = page.cursor.map(|cursor| org.seal.open("agent-runs", &cursor)).transpose()?;
    let after = after.map(reference::Id::try_from).transpose().map_err(Error::failed)?;

    let (runs, has_more) = AgentRuns::new(app.reference()?).list(org.slug.as_str(), page.limit.get(), after).await?;
    let last = runs.last().filter(|_| has_more);
    let cursor = last.map(|run| org.seal.seal("agent-runs", &run.trace_id.to_string()));

    Ok(Listed(runs, Pagination::new(page.limit, cursor)))
}
