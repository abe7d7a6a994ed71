//! No route: each minute, sends events to the webhooks that are to have them. See `docs/webhooks.md`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> shared::Exit {
    delivery::serve_webhooks().await
}
