//! `GET /operator/v1/organizations/{org}/api-keys/{id}`, `GET /api/v1/{org}/api-keys/{id}`: one key. Its secret is not in it.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::http::manager::Get;
use shared::registry::key::{Id, View};
use shared::{App, At, Data, Denial, Exit, Handler, Manager, Path, Reason, Result};

#[derive(Deserialize, JsonSchema)]
struct Place {
    id: Id,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(get.may_refuse(&[Reason::NotFound("API key")])).await
}

async fn get(app: &'static App, manager: Manager<Get>, At(now): At, Path(place): Path<Place>) -> Result<Data<View>> {
    let (key, org) = app.keys.find(manager.org(), &place.id).await?;
    org.ok_or(Denial::OrganizationNotFound)?;
    let key = key.ok_or(Denial::ResourceNotFound { resource: "API key" })?;
    let used = app.passes.last_used(&key).await?;

    Ok(Data(View::new(key, used, &app.contract.management, now)))
}
