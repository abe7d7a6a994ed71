//! `POST /portal/{org}/keys/{id}`: change the name, the permissions or the expiry of a key.

use desk::Place;
use shared::http::visitor::Update;
use shared::{App, At, Exit, Form, Page, Path, Result, Visitor};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    desk::serve(update).await
}

async fn update(
    app: &'static App,
    visitor: Visitor<Update>,
    At(now): At,
    Path(place): Path<Place>,
    form: Form,
) -> Result<Page> {
    desk::update(app, &visitor, &place.id, &form, now).await
}
