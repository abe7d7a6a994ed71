//! `GET /operator/v1/organizations/{org}/alerts`, `GET /api/v1/{org}/alerts`: what an organization is told of, by kind, and
//! the keys that it is told nothing of.

use shared::http::manager::Alerts;
use shared::management::alerts::settings;
use shared::registry::alert::View;
use shared::{App, At, Data, Exit, Manager, Result};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(get).await
}

async fn get(app: &'static App, manager: Manager<Alerts>, At(now): At) -> Result<Data<View>> {
    let (read, _) = settings(app, manager.org()).await?;

    Ok(Data(read.value.view(&app.contract.alerts, now)))
}
