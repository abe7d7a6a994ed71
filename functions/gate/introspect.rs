//! `POST /introspect`: is this key active? For gateways that ask about tokens of OAuth (RFC 7662). It counts nothing. See
//! `docs/integrate.md`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> shared::Exit {
    shared::http::introspect::serve().await
}
