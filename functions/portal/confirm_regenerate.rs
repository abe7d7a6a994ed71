//! `GET /portal/{org}/keys/{id}/regenerate`: the page before a key gets a new secret; with `?end=1`, before its old one is ended.

use desk::{Asked, Place};
use shared::http::visitor::Regenerate;
use shared::{App, At, Exit, Page, Path, Query, Result, Visitor};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    desk::serve(confirm).await
}

async fn confirm(
    app: &'static App,
    visitor: Visitor<Regenerate>,
    At(now): At,
    Path(place): Path<Place>,
    Query(asked): Query<Asked>,
) -> Result<Page> {
    desk::confirm_regenerate(app, &visitor, &place.id, &asked, now).await
}
