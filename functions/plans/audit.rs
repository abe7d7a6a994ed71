//! `GET /operator/v1/plans/{plan}/audit`: who has overridden a plan's numbers or taken that back, newest first.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::management::plans;
use shared::registry::page::{Page, Pagination};
use shared::registry::plan::{Name, Row};
use shared::store::After;
use shared::{App, Exit, Handler, Listed, Operator, Path, Query, Reason, Result};

#[derive(Deserialize, JsonSchema)]
struct Place {
    plan: Name,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(audit.may_refuse(&[Reason::NotFound("Plan")])).await
}

async fn audit(
    app: &'static App,
    _: Operator,
    Path(place): Path<Place>,
    Query(page): Query<Page>,
) -> Result<Listed<Row>> {
    let after = page.cursor.as_deref().map(After::opened).transpose()?;

    let (rows, last) = plans::audit(app, &place.plan, page.limit.get(), after).await?;

    Ok(Listed(rows, Pagination::new(page.limit, last.map(|last| last.cursor()))))
}
