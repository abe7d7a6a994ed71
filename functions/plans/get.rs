//! `GET /operator/v1/plans/{plan}`: one plan.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::management::plans;
use shared::registry::plan::{Name, View};
use shared::{App, Data, Exit, Handler, Operator, Path, Reason, Result};

#[derive(Deserialize, JsonSchema)]
struct Place {
    plan: Name,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(get.may_refuse(&[Reason::NotFound("Plan")])).await
}

async fn get(app: &'static App, operator: Operator, Path(place): Path<Place>) -> Result<Data<View>> {
    Ok(Data(plans::one(app, &place.plan, operator.author.at).await?))
}
