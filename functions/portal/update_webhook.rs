//! `POST /portal/{org}/webhooks/{id}`: change where a webhook leads and what is sent there, or switch it on or off.

use desk::Hook;
use shared::http::visitor::Webhooks;
use shared::{App, At, Exit, Form, Page, Path, Result, Visitor};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    desk::serve(update).await
}

async fn update(
    app: &'static App,
    visitor: Visitor<Webhooks>,
    At(now): At,
    Path(hook): Path<Hook>,
    form: Form,
) -> Result<Page> {
    desk::update_webhook(app, &visitor, &hook.id, &form, now).await
}
