//! `POST /operator/v1/organizations/{org}/webhooks/{id}/test`: send a webhook an event that says that it is a test, with the
//! next delivery.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shared::management::webhooks;
use shared::registry::event;
use shared::registry::slug::Slug;
use shared::registry::webhook::Id;
use shared::{App, Data, Exit, Handler, Operator, Path, Reason, Result};

#[derive(Deserialize, JsonSchema)]
struct Place {
    org: Slug,
    id: Id,
}

/// The event that is sent.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "WebhookTest")]
struct Sent {
    event_id: event::Id,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(test.may_refuse(&[Reason::NoOrganization, Reason::NotFound("Webhook"), Reason::Conflict])).await
}

async fn test(app: &'static App, operator: Operator, Path(place): Path<Place>) -> Result<Data<Sent>> {
    let event_id = webhooks::test(app, &place.org, &place.id, &operator.author).await?;

    Ok(Data(Sent { event_id }))
}
