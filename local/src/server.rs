//! Serves whoever connects to a port of this machine: for functions, and for what they ask.

use std::error::Error;
use std::future::Future;

use http::{Request, Response};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// Answers with `handle` until it is dropped, and all its connections with it. An error closes the connection without an
/// answer.
pub(crate) async fn serve<H, F, E>(listener: TcpListener, handle: H)
where
    H: Fn(Request<Incoming>) -> F + Clone + Send + 'static,
    F: Future<Output = Result<Response<Full<Bytes>>, E>> + Send + 'static,
    E: Into<Box<dyn Error + Send + Sync>> + Send + 'static,
{
    let mut connections = JoinSet::new();
    loop {
        // A failed accept is about one connection: the client sees it.
        let Ok((stream, _)) = listener.accept().await else {
            tokio::task::yield_now().await;
            continue;
        };
        while connections.try_join_next().is_some() {}
        drop(stream.set_nodelay(true));
        // Its end is the client's business, or a fault's.
        connections.spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(handle.clone())));
    }
}
