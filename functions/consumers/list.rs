//! `GET /api/consumers`: a page of the organization's consumers, newest first.

use reference::connection::{Connection, Slice};
use reference::launch::{Consumer, Consumers};
use shared::contract::scope::ReadConsumers;
use shared::{App, Caller, Exit, Json, Query, Result};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(list).await
}

async fn list(
    app: &'static App,
    caller: Caller<ReadConsumers>,
    Query(slice): Query<Slice>,
) -> Result<Json<Connection<Consumer>>> {
    Ok(Json(Consumers::new(app.reference()?).list(caller.org().as_str(), slice).await?))
}
