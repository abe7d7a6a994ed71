//! `GET /portal/{org}/keys`: the list of keys: search, filters, pages.

use desk::Search;
use shared::http::visitor::List;
use shared::{App, At, Exit, Page, Query, Result, Visitor};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    desk::serve(list).await
}

async fn list(app: &'static App, visitor: Visitor<List>, At(now): At, Query(search): Query<Search>) -> Result<Page> {
    desk::list(app, &visitor, search, now).await
}
