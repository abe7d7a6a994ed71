//! `GET /operator/v1/organizations`: a page of all organizations, or of those that fit, by their slugs.

use shared::registry::organization::{Filter, View};
use shared::registry::page::{Page, Pagination, foreign_cursor};
use shared::registry::slug::Slug;
use shared::{App, Exit, Listed, Operator, Query, Result};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(list).await
}

async fn list(
    app: &'static App,
    operator: Operator,
    Query(page): Query<Page>,
    Query(filter): Query<Filter>,
) -> Result<Listed<View>> {
    let after = page.cursor.map(Slug::try_from).transpose();
    let after = after.map_err(|_what| foreign_cursor())?;

    let (organizations, goes_on) = app.keys.search_organizations(&filter, page.limit.get(), after).await?;
    let cursor = goes_on.map(|slug| slug.to_string());

    let views = organizations.into_iter().map(|org| View::new(org, operator.author.at));

    Ok(Listed(views.collect(), Pagination::new(page.limit, cursor)))
}
