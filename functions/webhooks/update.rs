//! `PATCH /operator/v1/organizations/{org}/webhooks/{id}`: change where a webhook is, which kinds of events it gets, or whether
//! it gets any. What is left out stays; `"kinds": null` is all of them.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::management::webhooks;
use shared::registry::slug::Slug;
use shared::registry::webhook::{Change, Id, View};
use shared::{App, Body, Data, Exit, Handler, Operator, Path, Reason, Result};
use vault::test_hosts;

#[derive(Deserialize, JsonSchema)]
struct Place {
    org: Slug,
    id: Id,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(update.may_refuse(&[Reason::NoOrganization, Reason::NotFound("Webhook")])).await
}

async fn update(
    app: &'static App,
    operator: Operator,
    Path(place): Path<Place>,
    Body(change): Body<Change>,
) -> Result<Data<View>> {
    let author = &operator.author;
    let webhook = webhooks::change(app, &place.org, &place.id, &change, author, &test_hosts()?, None).await?;
    let sent = app.keys.sent_to(&place.org, &place.id, author.at).await?;

    Ok(Data(webhook.view(&sent, author.at)))
}
