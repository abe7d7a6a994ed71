//! No route: the Lambda authorizer, for a team's own APIs in API Gateway: is this request's key let in? The team's API
//! asks it before every request. See `docs/integrate.md`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> shared::Exit {
    shared::http::authorize::serve().await
}
