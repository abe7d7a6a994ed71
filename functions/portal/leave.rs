//! `POST /portal/leave`: end the session, and lead back to where the person came from.

use shared::{App, At, Browser, Exit, Form, Page, Result};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    desk::serve(leave).await
}

async fn leave(app: &'static App, browser: Browser, At(now): At, form: Form) -> Result<Page> {
    desk::leave(app, browser, &form, now).await
}
