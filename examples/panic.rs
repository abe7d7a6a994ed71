//! An endpoint that panics: `tests/operations.rs` shows what becomes of it.

use shared::{App, Exit, Json, Result};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(fail).await
}

#[expect(clippy::panic, reason = "it is what this is for")]
async fn fail(_: &'static App) -> Result<Json<()>> {
    panic!("on purpose")
}
