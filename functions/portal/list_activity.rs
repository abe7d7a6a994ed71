//! `GET /portal/{org}/activity`: who changed what of the organization and its keys, newest first.

use desk::Older;
use shared::http::visitor::Activity;
use shared::{App, At, Exit, Page, Query, Result, Visitor};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    desk::serve(list).await
}

async fn list(app: &'static App, visitor: Visitor<Activity>, At(now): At, Query(older): Query<Older>) -> Result<Page> {
    desk::activity(app, &visitor, older, now).await
}
