//! `GET /portal/{org}/keys/{id}`: one key: facts, limits, usage, and what can be done with it.

use desk::{Place, Shown};
use shared::http::visitor::List;
use shared::{App, At, Exit, Page, Path, Query, Result, Visitor};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    desk::serve(show).await
}

async fn show(
    app: &'static App,
    visitor: Visitor<List>,
    At(now): At,
    Path(place): Path<Place>,
    Query(asked): Query<Shown>,
) -> Result<Page> {
    desk::show(app, &visitor, &place.id, asked, now).await
}
