//! `POST /portal/{org}/alerts`: change what people are told of, and by which rules.

use shared::http::visitor::Alerts;
use shared::{App, At, Exit, Form, Page, Result, Visitor};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    desk::serve(update).await
}

async fn update(app: &'static App, visitor: Visitor<Alerts>, At(now): At, form: Form) -> Result<Page> {
    desk::update_alerts(app, &visitor, &form, now).await
}
