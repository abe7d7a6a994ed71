//! `POST /operator/v1/organizations/{org}/api-keys/import`: take over the keys of another system by their SHA-256, up to 100 at
//! once. Each is taken over whole or not at all, and has a result of its own.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::management::import::{Import, Imported, import};
use shared::registry::slug::Slug;
use shared::{App, Body, Data, Exit, Handler, Operator, Path, Reason, Result};

#[derive(Deserialize, JsonSchema)]
struct Place {
    org: Slug,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(take_over.may_refuse(&[Reason::NoOrganization])).await
}

async fn take_over(
    app: &'static App,
    operator: Operator,
    Path(place): Path<Place>,
    Body(keys): Body<Import>,
) -> Result<Data<Imported>> {
    Ok(Data(import(app, &place.org, keys, &operator.author).await?))
}
