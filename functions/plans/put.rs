//! `PUT /operator/v1/plans/{plan}`: put numbers in the place of a plan's, for the whole stack. What is left out is the
//! contract's, whatever was said before. Keys in use have the new ones by the time that the reply says.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::contract::Override;
use shared::management::plans;
use shared::registry::plan::{Name, View};
use shared::{App, Body, Data, Exit, Handler, Operator, Path, Reason, Result};

#[derive(Deserialize, JsonSchema)]
struct Place {
    plan: Name,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(put.may_refuse(&[Reason::NotFound("Plan")])).await
}

async fn put(
    app: &'static App,
    operator: Operator,
    Path(place): Path<Place>,
    Body(said): Body<Override>,
) -> Result<Data<View>> {
    Ok(Data(plans::put(app, &place.plan, said, &operator.author).await?))
}
