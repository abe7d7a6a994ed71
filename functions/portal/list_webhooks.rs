//! `GET /portal/{org}/webhooks`: where events are sent, and a form for one more address.

use desk::Led;
use shared::http::visitor::Webhooks;
use shared::{App, At, Exit, Page, Query, Result, Visitor};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    desk::serve(list).await
}

async fn list(app: &'static App, visitor: Visitor<Webhooks>, At(now): At, Query(led): Query<Led>) -> Result<Page> {
    desk::list_webhooks(app, &visitor, &led, now).await
}
