//! `POST /portal/{org}/keys/{id}/delete`: delete a key, for good. Nobody gets in with it once this has returned.

use desk::Place;
use shared::http::visitor::Delete;
use shared::{App, At, Exit, Form, Page, Path, Result, Visitor};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    desk::serve(delete).await
}

async fn delete(
    app: &'static App,
    visitor: Visitor<Delete>,
    At(now): At,
    Path(place): Path<Place>,
    form: Form,
) -> Result<Page> {
    desk::delete(app, &visitor, &place.id, &form, now).await
}
