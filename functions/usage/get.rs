//! `GET /operator/v1/usage`: what became of the requests with all keys of the stack, by days.

use shared::registry::usage::Account;
use shared::usage::{AskedDays, Report};
use shared::{App, At, Exit, Operator, Query, Result, Tabular};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(usage).await
}

async fn usage(app: &'static App, _: Operator, At(now): At, Query(asked): Query<AskedDays>) -> Result<Tabular<Report>> {
    let range = asked.range(now)?;
    let days = app.usage.days(&Account::Stack, range.days()).await?;

    Ok(Tabular(Report::new(range, days), asked.format))
}
