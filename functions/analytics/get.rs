//! `GET /api/analytics`: how many experiences there are of each status, and how many consumers were registered on which day.

use reference::launch::{Analytics, Days, Report};
use shared::contract::scope::ReadAnalytics;
use shared::{App, At, Caller, Data, Exit, Query, Result};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(report).await
}

async fn report(
    app: &'static App,
    caller: Caller<ReadAnalytics>,
    At(now): At,
    Query(days): Query<Days>,
) -> Result<Data<Report>> {
    let period = days.period(now)?;

    Ok(Data(Analytics::new(app.reference()?).report(caller.org().as_str(), period, now).await?))
}
