//! `POST /operator/v1/organizations/{org}/api-keys/{id}/reset`: give back what a key has used of its limits. They begin anew,
//! in all windows that run.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::management::reset::reset;
use shared::registry::key::{Id, View};
use shared::registry::slug::Slug;
use shared::{App, Data, Exit, Handler, Operator, Path, Reason, Result};

#[derive(Deserialize, JsonSchema)]
struct Place {
    org: Slug,
    id: Id,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(give_back.may_refuse(&[Reason::NoOrganization, Reason::NotFound("API key")])).await
}

async fn give_back(app: &'static App, operator: Operator, Path(place): Path<Place>) -> Result<Data<View>> {
    let author = &operator.author;
    let key = reset(app, &place.org, &place.id, author).await?;
    let used = app.passes.last_used(&key).await?;

    Ok(Data(View::new(key, used, &app.contract.management, author.at)))
}
