//! `PUT /operator/v1/organizations/{org}`: make an organization, or change its terms. What is left out stays as it is;
//! `"limits": null` takes its own limits away. All its keys are on the new terms when the call returns.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::management;
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
    let (org, created) = management::organization::put(app, &place.org, &change, &operator.author).await?;
    let view = View::new(org, operator.author.at);

    Ok(if created { Put::Created(view) } else { Put::Changed(view) })
}
