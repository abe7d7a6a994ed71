//! `DELETE /operator/v1/organizations/{org}/webhooks/{id}`: remove a webhook. What is on its way there is not sent any more.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::management::webhooks;
use shared::registry::slug::Slug;
use shared::registry::webhook::Id;
use shared::{App, Deleted, Exit, Handler, Operator, Path, Reason, Result};

#[derive(Deserialize, JsonSchema)]
struct Place {
    org: Slug,
    id: Id,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(delete.may_refuse(&[Reason::NoOrganization, Reason::NotFound("Webhook")])).await
}

async fn delete(app: &'static App, operator: Operator, Path(place): Path<Place>) -> Result<Deleted<Id>> {
    webhooks::delete(app, &place.org, &place.id, &operator.author).await?;

    Ok(Deleted(place.id))
}
