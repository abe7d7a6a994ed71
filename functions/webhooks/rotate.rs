//! `POST /operator/v1/organizations/{org}/webhooks/{id}/rotate`: give a webhook a new secret, which is shown once. The one before
//! signs, too, for another day.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::management::webhooks;
use shared::registry::slug::Slug;
use shared::registry::webhook::{Id, Signed};
use shared::{App, Data, Exit, Handler, Operator, Path, Reason, Result};
use vault::Vault;

#[derive(Deserialize, JsonSchema)]
struct Place {
    org: Slug,
    id: Id,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(rotate.may_refuse(&[Reason::NoOrganization, Reason::NotFound("Webhook")])).await
}

async fn rotate(app: &'static App, operator: Operator, Path(place): Path<Place>) -> Result<Data<Signed>> {
    let vault = Vault::shared().await?;
    let master = vault.master().await?;
    let webhook = webhooks::rotate(app, &place.org, &place.id, &operator.author, None).await?;
    let sent = app.keys.sent_to(&place.org, &place.id, operator.author.at).await?;

    Ok(Data(Signed::new(&webhook, &sent, master, &place.org, operator.author.at)))
}
