//! No route: each minute, looks at keys of which something was noted, and once an hour at all of them, and opens and closes
//! alerts. See `docs/alerts.md`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> shared::Exit {
    shared::alerts::serve().await
}
