//! `DELETE /operator/v1/organizations/{org}/portal-sessions/{id}`: end a session of the portal, or take its link back. Nothing is
//! done in it once this has returned.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::management::invite::end;
use shared::registry::session::Id;
use shared::registry::slug::Slug;
use shared::{App, Deleted, Exit, Handler, Operator, Path, Reason, Result};

#[derive(Deserialize, JsonSchema)]
struct Place {
    org: Slug,
    id: Id,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(end_one.may_refuse(&[Reason::NotFound("Portal session")])).await
}

async fn end_one(app: &'static App, operator: Operator, Path(place): Path<Place>) -> Result<Deleted<Id>> {
    end(app, &place.org, &place.id, &operator.author).await?;

    Ok(Deleted(place.id))
}
