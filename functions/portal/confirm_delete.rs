//! `GET /portal/{org}/keys/{id}/delete`: the page before a key is deleted.

use desk::Place;
use shared::http::visitor::Delete;
use shared::{App, At, Exit, Page, Path, Result, Visitor};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    desk::serve(confirm).await
}

async fn confirm(app: &'static App, visitor: Visitor<Delete>, At(now): At, Path(place): Path<Place>) -> Result<Page> {
    desk::confirm_delete(app, &visitor, &place.id, now).await
}
