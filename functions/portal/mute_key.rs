//! `POST /portal/{org}/keys/{id}/mute`: tell people nothing of a key for a while, or tell them again.

use desk::Place;
use shared::http::visitor::Alerts;
use shared::{App, At, Exit, Form, Page, Path, Result, Visitor};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    desk::serve(mute).await
}

async fn mute(
    app: &'static App,
    visitor: Visitor<Alerts>,
    At(now): At,
    Path(place): Path<Place>,
    form: Form,
) -> Result<Page> {
    desk::mute(app, &visitor, &place.id, &form, now).await
}
