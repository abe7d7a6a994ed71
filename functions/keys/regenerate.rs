//! `POST /operator/v1/organizations/{org}/api-keys/{id}/regenerate`, `POST /api/v1/{org}/api-keys/{id}/regenerate`: give a key
//! a new secret, which is in this reply and nowhere else. With `overlapSeconds` the old one goes on working for a while.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::http::manager::Regenerate;
use shared::management::issue::{Issued, IssuedBefore};
use shared::management::regenerate::{Regeneration, regenerate};
use shared::management::repeat::Done;
use shared::registry::key::Id;
use shared::{App, Body, Data, Exit, Handler, IdempotencyKey, Manager, Path, Reason, Result};

#[derive(Deserialize, JsonSchema)]
struct Place {
    id: Id,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(replace.may_refuse(&[Reason::NotFound("API key"), Reason::MissingScope])).await
}

async fn replace(
    app: &'static App,
    manager: Manager<Regenerate>,
    key: IdempotencyKey,
    Path(place): Path<Place>,
    body: Option<Body<Regeneration>>,
) -> Result<Data<Done<Issued, IssuedBefore>>> {
    let Body(rotation) = body.unwrap_or_default();
    let once = key.attempt(&format!("regenerate {}", place.id), &rotation)?;

    Ok(Data(regenerate(app, manager.org(), &place.id, rotation, manager.author(), once.as_ref(), None).await?))
}
