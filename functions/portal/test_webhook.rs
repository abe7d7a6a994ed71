//! `POST /portal/{org}/webhooks/{id}/test`: send a webhook an event that says that it is a test.

use desk::Hook;
use shared::http::visitor::Webhooks;
use shared::{App, Exit, Form, Page, Path, Result, Visitor};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    desk::serve(test).await
}

async fn test(app: &'static App, visitor: Visitor<Webhooks>, Path(hook): Path<Hook>, _: Form) -> Result<Page> {
    desk::test_webhook(app, &visitor, &hook.id).await
}
