//! `POST /portal/{org}/keys`: make a key. Its secret is on this page and nowhere else; the same form sent again makes nothing.

use shared::http::visitor::Create;
use shared::{App, At, Exit, Form, Page, Result, Visitor};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    desk::serve(create).await
}

async fn create(app: &'static App, visitor: Visitor<Create>, At(now): At, form: Form) -> Result<Page> {
    desk::create(app, &visitor, &form, now).await
}
