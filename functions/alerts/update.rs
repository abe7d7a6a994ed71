//! `PUT /operator/v1/organizations/{org}/alerts`, `PUT /api/v1/{org}/alerts`: change what an organization is told of. What is
//! left out stays as it is; `null` for a kind goes back to the contract's rule.

use shared::http::manager::UpdateAlerts;
use shared::management::alerts::change;
use shared::registry::alert::{Change, View};
use shared::{App, Body, Data, Exit, Manager, Result};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(update).await
}

async fn update(app: &'static App, manager: Manager<UpdateAlerts>, Body(wanted): Body<Change>) -> Result<Data<View>> {
    Ok(Data(change(app, manager.org(), &wanted, manager.author(), None).await?))
}
