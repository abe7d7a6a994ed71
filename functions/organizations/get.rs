//! `GET /operator/v1/organizations/{org}`: one organization.

use serde::Deserialize;
use shared::organization::{Slug, View};
use shared::{App, Data, Denial, Exit, Operator, Path, Result};

#[derive(Deserialize)]
struct Place {
    org: Slug,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(get).await
}

async fn get(app: &'static App, _: Operator, Path(place): Path<Place>) -> Result<Data<View>> {
    let org = app.keys.organization(&place.org).await?.ok_or(Denial::OrganizationNotFound)?;

    Ok(Data(org.into()))
}
