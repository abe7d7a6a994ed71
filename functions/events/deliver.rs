//! No route: each minute, hands events on that are due, to the stack's event bus and, where a person must see them, to an
//! SNS topic. See `docs/events.md`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> shared::Exit {
    delivery::serve().await
}
