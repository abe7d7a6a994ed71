//! `POST /operator/v1/organizations/{org}/api-keys`, `POST /api/v1/{org}/api-keys`: issue a key. Its secret is in this reply
//! and nowhere else. With an `Idempotency-Key` it is issued once, however often it is asked for.

use shared::http::manager::Create;
use shared::management::issue::{Issued, IssuedBefore, issue};
use shared::management::terms::Order;
use shared::{App, Body, CreatedOnce, Exit, Handler, IdempotencyKey, Manager, Reason, Result};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(create.may_refuse(&[Reason::MissingScope, Reason::PlanLimit, Reason::NotFound("API key")])).await
}

async fn create(
    app: &'static App,
    manager: Manager<Create>,
    key: IdempotencyKey,
    Body(order): Body<Order>,
) -> Result<CreatedOnce<Issued, IssuedBefore>> {
    let once = key.attempt("create", &order)?;

    Ok(CreatedOnce(issue(app, manager.org(), order, manager.author(), once.as_ref()).await?))
}
