//! `GET /portal/enter`: the page that a link leads to. It says whose keys are there, and spends nothing.

use desk::Linked;
use shared::{App, At, Browser, Exit, Page, Query, Result};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    desk::serve(show).await
}

async fn show(app: &'static App, browser: Browser, At(now): At, Query(linked): Query<Linked>) -> Result<Page> {
    desk::show_entrance(app, &browser, linked, now).await
}
