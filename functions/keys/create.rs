//! `POST /operator/v1/organizations/{org}/api-keys`, `POST /api/v1/{org}/api-keys`: issue a key. Its secret is in this reply
//! and nowhere else.

use shared::issue::{Issued, Order, issue};
use shared::management::Create;
use shared::{App, Body, Created, Exit, Handler, Manager, Reason, Result};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(create.may_refuse(&[Reason::MissingScope, Reason::PlanLimit])).await
}

async fn create(app: &'static App, manager: Manager<Create>, Body(order): Body<Order>) -> Result<Created<Issued>> {
    Ok(Created(issue(app, manager.org(), order, manager.author()).await?))
}
