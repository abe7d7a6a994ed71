//! Serves whoever connects to a port of this machine: for functions, and for what they ask.

use std::error::Error;
use std::future::Future;
use std::io;

use http::{Request, Response};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};

/// A server on a free port of this machine. It ends when this is dropped, and all its connections with it.
#[derive(Debug)]
pub(crate) struct Server {
    endpoint: String,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    /// Starts one that answers with `handle`, as [`serve`] does.
    pub(crate) async fn start<H, F, E>(handle: H) -> io::Result<Self>
    where
        H: Fn(Request<Incoming>) -> F + Clone + Send + 'static,
        F: Future<Output = Result<Response<Full<Bytes>>, E>> + Send + 'static,
        E: Into<Box<dyn Error + Send + Sync>> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let endpoint = format!("http://{}", listener.local_addr()?);

        Ok(Self { endpoint, task: tokio::spawn(serve(listener, handle)) })
    }

    /// Where it answers: `http://127.0.0.1:40961`.
    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Ends it, and waits until it has.
    pub(crate) async fn stop(mut self) {
        self.task.abort();
        // Cancelled, which is what was asked for.
        drop((&mut self.task).await);
    }
}

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
