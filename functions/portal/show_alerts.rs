//! `GET /portal/{org}/alerts`: what alerts are open, what people are told of, and what they were told, newest first.

use desk::Told;
use shared::http::visitor::Alerts;
use shared::{App, At, Exit, Page, Query, Result, Visitor};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    desk::serve(show).await
}

async fn show(app: &'static App, visitor: Visitor<Alerts>, At(now): At, Query(asked): Query<Told>) -> Result<Page> {
    desk::show_alerts(app, &visitor, asked, now).await
}
