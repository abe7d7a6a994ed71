//! `GET /portal/{org}/keys/{id}/regenerate`: the page before a key gets a new secret.

use desk::Place;
use shared::http::visitor::Regenerate;
use shared::{App, At, Exit, Page, Path, Result, Visitor};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    desk::serve(confirm).await
}

async fn confirm(
    app: &'static App,
    visitor: Visitor<Regenerate>,
    At(now): At,
    Path(place): Path<Place>,
) -> Result<Page> {
    desk::confirm_regenerate(app, &visitor, &place.id, now).await
}
