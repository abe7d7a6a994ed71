//! `GET /operator/v1/plans`: every plan, with the numbers that are in force, those of the contract, and whether they are
//! overridden.

use shared::management::plans;
use shared::registry::plan::View;
use shared::{App, Data, Exit, Operator, Result};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(list).await
}

async fn list(app: &'static App, operator: Operator) -> Result<Data<Vec<View>>> {
    Ok(Data(plans::all(app, operator.author.at).await?))
}
