//! `POST /portal/enter`: spend the code of a link, once: the browser gets the cookie of a session.

use shared::{App, At, Browser, Exit, Form, Page, Result};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    desk::serve(enter).await
}

async fn enter(app: &'static App, browser: Browser, At(now): At, form: Form) -> Result<Page> {
    desk::enter(app, browser, &form, now).await
}
