//! `POST /portal/{org}/webhooks`: send events to one more address. The secret that signs them is on this page and nowhere else;
//! the same form sent again makes nothing.

use shared::http::visitor::Webhooks;
use shared::{App, At, Exit, Form, Page, Result, Visitor};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    desk::serve(create).await
}

async fn create(app: &'static App, visitor: Visitor<Webhooks>, At(now): At, form: Form) -> Result<Page> {
    desk::create_webhook(app, &visitor, &form, now).await
}
