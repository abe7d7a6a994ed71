//! No route: every five minutes, gives keys new secrets that are to have some by themselves, and puts them into AWS Secrets Manager. See
//! `docs/operations.md`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> shared::Exit {
    vault::rotation::serve().await
}
