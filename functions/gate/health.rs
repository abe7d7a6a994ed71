//! `GET /api/v1/health`, `HEAD /api/v1/health`: the function runs. Anyone may ask, so nothing is looked up for it.

use schemars::JsonSchema;
use serde::Serialize;
use shared::{App, At, Exit, Json, Kept, Result};

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

async fn health(_: &'static App, At(now): At) -> Result<Kept<Json<Health>>> {
    Ok(Kept(Json(Health { ok: true, time: format!("{now:.0}") }), "no-cache"))
}
