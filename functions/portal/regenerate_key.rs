//! `POST /portal/{org}/keys/{id}/regenerate`: give a key a new secret, which is on this page and nowhere else, or end the old one.

use desk::Place;
use shared::http::visitor::Regenerate;
use shared::{App, At, Exit, Form, Page, Path, Result, Visitor};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    desk::serve(regenerate).await
}

async fn regenerate(
    app: &'static App,
    visitor: Visitor<Regenerate>,
    At(now): At,
    Path(place): Path<Place>,
    form: Form,
) -> Result<Page> {
    desk::regenerate(app, &visitor, &place.id, &form, now).await
}
