//! `POST /operator/v1/organizations/{org}/webhooks`: send an organization's events to an address. The secret that signs them is
//! shown once.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::management::webhooks;
use shared::registry::slug::Slug;
use shared::registry::webhook::{Order, Sent, Signed};
use shared::{App, Body, Created, Exit, Handler, Operator, Path, Reason, Result};
use vault::Vault;

#[derive(Deserialize, JsonSchema)]
struct Place {
    org: Slug,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(create.may_refuse(&[Reason::NoOrganization, Reason::Conflict])).await
}

async fn create(
    app: &'static App,
    operator: Operator,
    Path(place): Path<Place>,
    Body(order): Body<Order>,
) -> Result<Created<Signed>> {
    let vault = Vault::shared().await?;
    // Before anything is made: whoever cannot be told the secret is not given one.
    let master = vault.master().await?;
    let webhook = webhooks::create(app, &place.org, &order, &operator.author, &vault.test_hosts, None).await?;

    Ok(Created(Signed::new(&webhook, &Sent::default(), master, &place.org, operator.author.at)))
}
