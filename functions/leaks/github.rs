//! `POST /leaks/github`: GitHub has found keys in public. What the policies of their organizations say is done when this returns. See
//! `docs/leaks.md`.

use github::{Label, Message};
use shared::management::leak::deal_with;
use shared::{App, Exit, Json, Result};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(take).await
}

async fn take(app: &'static App, message: Message) -> Result<Json<Vec<Label>>> {
    let is_ours = deal_with(app, &message.found(app), &message.teller).await?;

    Ok(Json(message.labels(is_ours)))
}
