//! The gateway's port: takes connections, serves them, and lets them finish at the end.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::Gateway;

/// How many bytes of a request hyper takes in before its body: enough to answer one that is far too large properly, instead
/// of closing the connection on its sender.
const MAX_BUFFER: usize = 2 * 1_024 * 1_024;

/// How long requests under way may take at the end.
const DRAIN: Duration = Duration::from_secs(2);

impl Gateway {
    /// Serves until `stop` turns true, and then lets requests under way finish, for a while.
    pub(crate) async fn serve(self: Arc<Self>, listener: TcpListener, mut stop: watch::Receiver<bool>) {
        let mut connections = JoinSet::new();
        loop {
            let stream = tokio::select! {
                accepted = listener.accept() => accepted,
                _ = stop.wait_for(|stop| *stop) => break,
                Some(_) = connections.join_next() => continue,
            };
            match stream {
                Ok((stream, _)) => drop(connections.spawn(connection(Arc::clone(&self), stream, stop.clone()))),
                // Out of file descriptors, most likely: others are closed meanwhile.
                Err(_) => tokio::task::yield_now().await,
            }
        }

        drop(listener);
        let finished = async { while connections.join_next().await.is_some() {} };
        // Dropping the rest ends it.
        drop(timeout(DRAIN, finished).await);
    }
}

async fn connection(gateway: Arc<Gateway>, stream: TcpStream, mut stop: watch::Receiver<bool>) {
    let Ok(peer) = stream.peer_addr() else { return };
    drop(stream.set_nodelay(true));
    let service = service_fn(move |request| {
        let gateway = Arc::clone(&gateway);
        async move { Ok::<_, Infallible>(gateway.answer(request, peer).await) }
    });
    let connection =
        http1::Builder::new().half_close(true).max_buf_size(MAX_BUFFER).serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);

    // How a connection ends is its client's business.
    tokio::select! {
        ended = connection.as_mut() => return drop(ended),
        _ = stop.wait_for(|stop| *stop) => connection.as_mut().graceful_shutdown(),
    }
    drop(connection.await);
}
