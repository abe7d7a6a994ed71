//! `GET /operator/v1/organizations/{org}/api-keys/export`: a page of an organization's keys, newest first, as an import takes them: with
//! their digests, and without any secret.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::management::export::{Exported, export};
use shared::registry::page::{Page, Pagination};
use shared::registry::slug::Slug;
use shared::{App, Exit, Handler, Listed, Operator, Path, Query, Reason, Result};

#[derive(Deserialize, JsonSchema)]
struct Place {
    org: Slug,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(hand_on.may_refuse(&[Reason::NoOrganization])).await
}

async fn hand_on(
    app: &'static App,
    _: Operator,
    Path(place): Path<Place>,
    Query(page): Query<Page>,
) -> Result<Listed<Exported>> {
    let limit = page.limit;
    let (keys, cursor) = export(app, &place.org, page).await?;

    Ok(Listed(keys, Pagination::new(limit, cursor)))
}
