//! `POST /portal/{org}/identify`: find the key that a secret belongs to. The secret is not kept.

use shared::http::visitor::List;
use shared::{App, At, Exit, Form, Page, Result, Visitor};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    desk::serve(identify).await
}

async fn identify(app: &'static App, visitor: Visitor<List>, At(now): At, form: Form) -> Result<Page> {
    desk::identify(app, &visitor, &form, now).await
}
