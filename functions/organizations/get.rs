//! `GET /operator/v1/organizations/{org}`: one organization.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::registry::organization::View;
use shared::registry::slug::Slug;
use shared::{App, Data, Denial, Exit, Handler, Operator, Path, Reason, Result};

#[derive(Deserialize, JsonSchema)]
struct Place {
    org: Slug,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(get.may_refuse(&[Reason::NoOrganization])).await
}

async fn get(app: &'static App, operator: Operator, Path(place): Path<Place>) -> Result<Data<View>> {
    let org = app.keys.organization(&place.org).await?.ok_or(Denial::OrganizationNotFound)?;

    Ok(Data(View::new(org, operator.author.at)))
}
