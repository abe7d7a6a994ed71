//! `GET /operator/v1/organizations/{org}/webhooks/{id}`: one webhook, and what became of the last attempt at it.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::management::webhooks::one;
use shared::registry::slug::Slug;
use shared::registry::webhook::{Id, View};
use shared::{App, At, Data, Exit, Handler, Operator, Path, Reason, Result};

#[derive(Deserialize, JsonSchema)]
struct Place {
    org: Slug,
    id: Id,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(get.may_refuse(&[Reason::NoOrganization, Reason::NotFound("Webhook")])).await
}

async fn get(app: &'static App, _: Operator, At(now): At, Path(place): Path<Place>) -> Result<Data<View>> {
    let webhook = one(app, &place.org, &place.id).await?;
    let sent = app.keys.sent_to(&place.org, &place.id, now).await?;

    Ok(Data(webhook.view(&sent, now)))
}
