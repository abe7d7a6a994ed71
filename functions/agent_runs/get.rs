//! `GET /operator/v1/organizations/{org}/agent-runs/{id}`: one run by its trace, with its prompt.

use reference::agent_runs::{AgentRuns, RunInFull};
use schemars::JsonSchema;
use serde::Deserialize;
use shared::registry::slug::Slug;
use shared::{App, Data, Denial, Exit, Handler, Operator, Path, Reason, Result};

#[derive(Deserialize, JsonSchema)]
struct Place {
    org: Slug,
    id: reference::Id,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(get.may_refuse(&[Reason::NoOrganization, Reason::NotFound("Agent run")])).await
}

async fn get(app: &'static App, _: Operator, Path(place): Path<Place>) -> Result<Data<RunInFull>> {
    app.keys.organization(&place.org).await?.ok_or(Denial::OrganizationNotFound)?;
    let run = AgentRuns::new(app.reference()?).find(place.org.as_str(), place.id).await?;

    Ok(Data(run.ok_or(Denial::ResourceNotFound { resource: "Agent run" })?))
}
