//! `GET /operator/v1/organizations/{org}/api-keys/{id}/usage`, `GET /api/v1/{org}/api-keys/{id}/usage`: what became of the
//! requests with a key, in all and by hours or days.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::http::manager::Usage;
use shared::registry::key::Id;
use shared::registry::usage::{Account, Holder};
use shared::usage::{Asked, KeyReport, Report};
use shared::{App, At, Denial, Exit, Handler, Manager, Path, Query, Reason, Result, Tabular};

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
) -> Result<Tabular<KeyReport>> {
    let range = asked.range(now)?;
    let (key, org) = app.keys.find(manager.org(), &place.id).await?;
    let org = org.ok_or(Denial::OrganizationNotFound)?;
    let holder = Holder { org: org.slug, key: place.id };
    let used = if let Some(key) = key {
        app.passes.last_used(&key).await?
    } else {
        // What a deleted key was used for stays, for as long as usage is kept.
        let last = app.usage.last_day(&holder).await?;
        last.ok_or(Denial::ResourceNotFound { resource: "API key" })?.last.latest()
    };
    let days = app.usage.days(&Account::Key(holder.clone()), range.days()).await?;

    Ok(Tabular(KeyReport::new(holder.key, used, Report::new(range, days)), asked.format))
}
