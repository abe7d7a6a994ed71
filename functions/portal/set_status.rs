//! `POST /portal/{org}/keys/{id}/status`: switch a key off, or on again.

use desk::Place;
use shared::http::visitor::Deactivate;
use shared::{App, Exit, Form, Page, Path, Result, Visitor};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    desk::serve(set).await
}

async fn set(app: &'static App, visitor: Visitor<Deactivate>, Path(place): Path<Place>, form: Form) -> Result<Page> {
    desk::set_status(app, &visitor, &place.id, &form).await
}
