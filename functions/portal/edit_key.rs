//! `GET /portal/{org}/keys/{id}/edit`: the form that changes a key.

use desk::Place;
use shared::http::visitor::Update;
use shared::{App, At, Exit, Page, Path, Result, Visitor};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    desk::serve(form).await
}

async fn form(app: &'static App, visitor: Visitor<Update>, At(now): At, Path(place): Path<Place>) -> Result<Page> {
    desk::edit_form(app, &visitor, &place.id, now).await
}
