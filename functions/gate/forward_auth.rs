//! `ANY /forward-auth`, `ANY /forward-auth/{scopes}`, `ANY /forward-auth/{scopes}/{proxy+}`, `ANY /forward-auth/nginx/{scopes}`, `ANY /forward-auth/nginx/{scopes}/{proxy+}`: is
//! the request let in that a proxy asks about? It counts like a request. See `docs/integrate.md`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> shared::Exit {
    shared::http::forward::serve().await
}
