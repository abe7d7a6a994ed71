//! `GET /portal/{org}/webhooks/{id}`: one webhook, what became of the last attempt at it, and what can be done with it.

use desk::{Hook, Led};
use shared::http::visitor::Webhooks;
use shared::{App, At, Exit, Page, Path, Query, Result, Visitor};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    desk::serve(show).await
}

async fn show(
    app: &'static App,
    visitor: Visitor<Webhooks>,
    At(now): At,
    Path(hook): Path<Hook>,
    Query(led): Query<Led>,
) -> Result<Page> {
    desk::show_webhook(app, &visitor, &hook.id, &led, now).await
}
