//! `DELETE /operator/v1/plans/{plan}`: take back what stands in the place of a plan's numbers, so that they are the contract's.
//! Keys in use have them by the time that the reply says.

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
    shared::serve(delete.may_refuse(&[Reason::NotFound("Plan")])).await
}

async fn delete(app: &'static App, operator: Operator, Path(place): Path<Place>) -> Result<Data<View>> {
    Ok(Data(plans::take_back(app, &place.plan, &operator.author).await?))
}
