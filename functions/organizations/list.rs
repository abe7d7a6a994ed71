//! `GET /operator/v1/organizations`: a page of all organizations, by their slugs.

use shared::registry::organization::View;
use shared::registry::page::{Page, Pagination, foreign_cursor};
use shared::registry::slug::Slug;
use shared::{App, Exit, Listed, Operator, Query, Result};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(list).await
}

async fn list(app: &'static App, operator: Operator, Query(page): Query<Page>) -> Result<Listed<View>> {
    let after = page.cursor.map(Slug::try_from).transpose();
    let after = after.map_err(|_what| foreign_cursor())?;

    let (organizations, has_more) = app.keys.organizations(page.limit.get(), after.as_ref()).await?;
    let last = organizations.last().filter(|_| has_more);
    let cursor = last.map(|org| org.slug.to_string());

    let views = organizations.into_iter().map(|org| View::new(org, operator.author.at));

    Ok(Listed(views.collect(), Pagination::new(page.limit, cursor)))
}
