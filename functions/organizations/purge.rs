//! No route: each minute, goes on with organizations that are being deleted, until nothing is left of them.

use shared::http::schedule::{Run, serve};
use shared::management::closing::{Purged, go_on_with_all};
use shared::registry::slug::Slug;
use shared::{App, Exit, Result};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    serve(async |app| Ok::<_, std::convert::Infallible>(app), purge).await
}

async fn purge(app: &&'static App, run: Run) -> Result<Purged> {
    let others = |org: Slug, tries| reference::forget(app.reference_if_any(), org, tries);

    go_on_with_all(app, || run.clock.now(), &run.tries, others).await
}
