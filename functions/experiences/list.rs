//! `GET /api/experiences`: a page of the organization's experiences, newest first, each with the status that it has now.

use reference::connection::{Connection, Slice};
use reference::launch::{Experience, Experiences};
use shared::contract::scope::ReadExperiences;
use shared::{App, At, Caller, Exit, Json, Query, Result};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(list).await
}

async fn list(
    app: &'static App,
    caller: Caller<ReadExperiences>,
    At(now): At,
    Query(slice): Query<Slice>,
) -> Result<Json<Connection<Experience>>> {
    Ok(Json(Experiences::new(app.reference()?).list(caller.org().as_str(), slice, now).await?))
}
