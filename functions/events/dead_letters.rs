//! `GET /operator/v1/dead-letters`: a page of the events of all organizations that somebody has not taken in three days, newest
//! first, for 30 days.

use shared::registry::dead_letter::DeadLetter;
use shared::registry::page::{Page, Pagination};
use shared::store::After;
use shared::{App, Exit, Listed, Operator, Query, Result};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(list).await
}

async fn list(app: &'static App, _: Operator, Query(page): Query<Page>) -> Result<Listed<DeadLetter>> {
    let after = page.cursor.as_deref().map(After::opened).transpose()?;

    let (letters, last) = app.outbox.dead_letters(page.limit.get(), after).await?;

    Ok(Listed(letters, Pagination::new(page.limit, last.map(|last| last.cursor()))))
}
