//! `DELETE /operator/v1/organizations/{org}/api-keys/{id}`, `DELETE /api/v1/{org}/api-keys/{id}`: revoke a key, for good.
//! Nobody gets in with it once this has returned.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::http::manager::Delete;
use shared::management;
use shared::registry::key::Id;
use shared::{App, Deleted, Exit, Handler, Manager, Path, Reason, Result};

#[derive(Deserialize, JsonSchema)]
struct Place {
    id: Id,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(delete.may_refuse(&[Reason::NotFound("API key")])).await
}

async fn delete(app: &'static App, manager: Manager<Delete>, Path(place): Path<Place>) -> Result<Deleted<Id>> {
    management::delete::delete(app, manager.org(), &place.id, manager.author()).await?;

    Ok(Deleted(place.id))
}
