//! `GET /operator/v1/organizations/{org}/webhooks`: the webhooks of an organization, and what became of the last attempt at
//! each. No secret is in it.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::management::webhooks::all;
use shared::registry::slug::Slug;
use shared::registry::webhook::View;
use shared::{App, At, Data, Exit, Handler, Operator, Path, Reason, Result};

#[derive(Deserialize, JsonSchema)]
struct Place {
    org: Slug,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(list.may_refuse(&[Reason::NoOrganization])).await
}

async fn list(app: &'static App, _: Operator, At(now): At, Path(place): Path<Place>) -> Result<Data<Vec<View>>> {
    let (webhooks, org) = all(app, &place.org).await?;
    let mut sent = app.keys.sent(&org.slug, now).await?;
    let views = webhooks.value.into_iter().map(|webhook| {
        let sent = sent.remove(&webhook.id).unwrap_or_default();
        webhook.view(&sent, now)
    });

    Ok(Data(views.collect()))
}
