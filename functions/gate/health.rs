//! `GET /api/v1/health`: the function runs. Anyone may ask, so nothing is looked up for it.

use schemars::JsonSchema;
use serde::Serialize;
use shared::{App, At, Exit, Json, Result};

#[derive(Serialize, JsonSchema)]
struct Health {
    ok: bool,
    /// The time, by the clock that windows and expiry go by.
    #[schemars(extend("format" = "date-time"))]
    time: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(health).await
}

async fn health(_: &'static App, At(now): At) -> Result<Json<Health>> {
    Ok(Json(Health { ok: true, time: format!("{now:.0}") }))
}
