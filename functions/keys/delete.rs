//! `DELETE /operator/v1/organizations/{org}/api-keys/{id}`: revoke a key, for good. Nobody gets in with it once this has
//! returned.

use serde::{Deserialize, Serialize};
use shared::key::Id;
use shared::organization::Slug;
use shared::store::Removed;
use shared::{App, At, Data, Denial, Exit, Operator, Path, Result};

#[derive(Deserialize)]
struct Place {
    org: Slug,
    id: Id,
}

#[derive(Serialize)]
struct Deleted {
    id: Id,
    deleted: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(delete).await
}

async fn delete(app: &'static App, _: Operator, At(now): At, Path(place): Path<Place>) -> Result<Data<Deleted>> {
    match app.keys.remove(&place.org, &place.id, now).await? {
        Removed::Yes => Ok(Data(Deleted { id: place.id, deleted: true })),
        Removed::NoKey => Err(Denial::ResourceNotFound { resource: "API key" }.into()),
        Removed::NoOrganization => Err(Denial::OrganizationNotFound.into()),
    }
}
