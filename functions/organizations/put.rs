//! `PUT /operator/v1/organizations/{org}`: make an organization, or change its terms. What is left out stays as it is;
//! `"limits": null` takes its own limits away. All its keys are on the new terms when the call returns.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::registry::organization::{Change, View};
use shared::registry::slug::Slug;
use shared::{App, Body, Exit, Handler, Operator, Path, Put, Reason, Result};

#[derive(Deserialize, JsonSchema)]
struct Place {
    org: Slug,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(put.may_refuse(&[Reason::Conflict])).await
}

async fn put(
    app: &'static App,
    operator: Operator,
    Path(place): Path<Place>,
    Body(change): Body<Change>,
) -> Result<Put<View>> {
    let apply = |before, seal| change.apply(&place.org, before, seal, &app.contract, operator.author.at);
    let (org, created) = app.keys.change_organization(&place.org, &operator.author, apply).await?;

    let view = View::new(org, operator.author.at);

    Ok(if created { Put::Created(view) } else { Put::Changed(view) })
}
