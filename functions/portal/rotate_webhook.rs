//! `POST /portal/{org}/webhooks/{id}/rotate`: give a webhook a new secret, which is on this page and nowhere else.

use desk::Hook;
use shared::http::visitor::Webhooks;
use shared::{App, At, Exit, Form, Page, Path, Result, Visitor};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    desk::serve(rotate).await
}

async fn rotate(
    app: &'static App,
    visitor: Visitor<Webhooks>,
    At(now): At,
    Path(hook): Path<Hook>,
    form: Form,
) -> Result<Page> {
    desk::rotate_webhook(app, &visitor, &hook.id, &form, now).await
}
