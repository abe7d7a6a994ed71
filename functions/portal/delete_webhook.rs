//! `POST /portal/{org}/webhooks/{id}/delete`: send nothing more to a webhook.

use desk::Hook;
use shared::http::visitor::Webhooks;
use shared::{App, Exit, Form, Page, Path, Result, Visitor};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    desk::serve(delete).await
}

async fn delete(app: &'static App, visitor: Visitor<Webhooks>, Path(hook): Path<Hook>, _: Form) -> Result<Page> {
    desk::delete_webhook(app, &visitor, &hook.id).await
}
