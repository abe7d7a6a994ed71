//! `GET /v1/notes`: a page of the organization's notes, newest first.

use reference::notes::{Note, Notes};
use shared::contract::scope::Read;
use shared::registry::page::{Page, Pagination, foreign_cursor};
use shared::{App, Caller, Exit, Listed, Query, Result};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(list).await
}

async fn list(app: &'static App, caller: Caller<Read>, Query(page): Query<Page>) -> Result<Listed<Note>> {
    // The list is the caller's own, whoever the cursor came from: it needs no seal.
    let after = page.cursor.map(reference::Id::try_from).transpose().or(Err(foreign_cursor()))?;

    let (notes, has_more) = Notes::new(app.reference()?).list(caller.org().as_str(), page.limit.get(), after).await?;
    let last = notes.last().filter(|_| has_more);
    let cursor = last.map(|note| note.id.to_string());

    Ok(Listed(notes, Pagination::new(page.limit, cursor)))
}
