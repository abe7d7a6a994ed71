//! `GET /portal/{org}/keys/new`: the form for a new key. A link can fill it in, and never sends it.

use desk::Wished;
use shared::http::visitor::Create;
use shared::{App, At, Exit, Page, Query, Result, Visitor};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    desk::serve(form).await
}

async fn form(app: &'static App, visitor: Visitor<Create>, At(now): At, Query(wished): Query<Wished>) -> Result<Page> {
    desk::new(app, &visitor, wished, now).await
}
