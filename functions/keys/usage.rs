//! `GET /operator/v1/organizations/{org}/api-keys/{id}/usage`, `GET /api/v1/{org}/api-keys/{id}/usage`: what became of the
//! requests with a key, in all and by hours or days.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::http::manager::Usage;
use shared::registry::key::Id;
use shared::registry::usage::Holder;
use shared::usage::{Asked, Report};
use shared::{App, At, Data, Denial, Exit, Handler, Manager, Path, Query, Reason, Result};

#[derive(Deserialize, JsonSchema)]
struct Place {
    id: Id,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(usage.may_refuse(&[Reason::NotFound("API key")])).await
}

async fn usage(
    app: &'static App,
    manager: Manager<Usage>,
    At(now): At,
    Path(place): Path<Place>,
    Query(asked): Query<Asked>,
) -> Result<Data<Report>> {
    let range = asked.range(now)?;
    let (key, org) = app.keys.find(manager.org(), &place.id).await?;
    org.ok_or(Denial::OrganizationNotFound)?;
    let key = key.ok_or(Denial::ResourceNotFound { resource: "API key" })?;
    let used = app.passes.last_used(std::iter::once(&key.digest)).await?.remove(&key.digest);

    let holder = Holder { org: key.org, key: key.id };
    let days = app.usage.days(&holder, range.days()).await?;

    Ok(Data(Report::new(holder.key, range, days.into_iter(), used)))
}
