//! `GET /portal/{org}/keys/{id}/status`: the page before a key is switched off, or on again.

use desk::Place;
use shared::http::visitor::Deactivate;
use shared::{App, At, Exit, Page, Path, Result, Visitor};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    desk::serve(confirm).await
}

async fn confirm(
    app: &'static App,
    visitor: Visitor<Deactivate>,
    At(now): At,
    Path(place): Path<Place>,
) -> Result<Page> {
    desk::confirm_status(app, &visitor, &place.id, now).await
}
