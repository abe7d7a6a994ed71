//! `POST /operator/v1/organizations/{org}/api-keys/import`, `POST /api/v1/{org}/api-keys/import`: take over the keys of another
//! system by their SHA-256, up to 100 at once. Each is taken over whole or not at all, and has a result of its own.

use shared::import::{Import, Imported, import};
use shared::{App, Body, Data, Exit, Manager, Result, management};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(take_over).await
}

async fn take_over(
    app: &'static App,
    manager: Manager<management::Import>,
    Body(keys): Body<Import>,
) -> Result<Data<Imported>> {
    Ok(Data(import(app, manager.org(), keys, manager.author()).await?))
}
