//! `POST /operator/v1/organizations/{org}/reset`: give back what all keys of an organization have used of the limits that they share.
//! These begin anew, in all windows that run.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::management::reset::reset_shared;
use shared::registry::organization::View;
use shared::registry::slug::Slug;
use shared::{App, Data, Exit, Handler, Operator, Path, Reason, Result};

#[derive(Deserialize, JsonSchema)]
struct Place {
    org: Slug,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(give_back.may_refuse(&[Reason::NoOrganization])).await
}

async fn give_back(app: &'static App, operator: Operator, Path(place): Path<Place>) -> Result<Data<View>> {
    let author = &operator.author;
    let org = reset_shared(app, &place.org, author).await?;

    Ok(Data(View::new(org, author.at)))
}
