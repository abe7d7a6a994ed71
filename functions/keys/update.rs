//! `PATCH /operator/v1/organizations/{org}/api-keys/{id}`, `PATCH /api/v1/{org}/api-keys/{id}`: change a key's name, scopes,
//! limits, expiry or status. What is left out stays; `null` takes the expiry or the limits away.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::http::manager::Update;
use shared::management::change::{Change, change};
use shared::registry::key::{Id, View};
use shared::{App, Body, Data, Exit, Handler, Manager, Path, Reason, Result};

#[derive(Deserialize, JsonSchema)]
struct Place {
    id: Id,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(update.may_refuse(&[Reason::NotFound("API key"), Reason::MissingScope, Reason::PlanLimit])).await
}

async fn update(
    app: &'static App,
    manager: Manager<Update>,
    Path(place): Path<Place>,
    Body(wanted): Body<Change>,
) -> Result<Data<View>> {
    let key = change(app, manager.org(), &place.id, &wanted, manager.author(), None).await?;
    let used = app.passes.last_used(&key).await?;

    Ok(Data(View::new(key, used, &app.contract.management, manager.author().at)))
}
