//! A webhook's receiver: it takes most of what comes, and at last everything.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use http_body_util::{BodyExt as _, Empty};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpListener;

/// The ids of the events that it has taken.
#[derive(Clone, Debug, Default)]
pub(crate) struct Receiver {
    taken: Arc<Mutex<(BTreeSet<String>, u64)>>,
    takes_all: Arc<AtomicBool>,
}

impl Receiver {
    /// Starts it, and says where it is.
    pub(crate) async fn start(&self) -> std::io::Result<String> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let host = listener.local_addr()?.to_string();
        let own = self.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let own = own.clone();
                let service = service_fn(move |request| own.clone().take(request));
                let served = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
                tokio::spawn(served);
            }
        });

        Ok(host)
    }

    async fn take(self, request: Request<Incoming>) -> Result<Response<Empty<Bytes>>, Infallible> {
        let body = request.into_body().collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
        let message: Value = serde_json::from_slice(&body).unwrap_or_default();
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let mut response = Response::new(Empty::new());
        taken.1 = taken.1.saturating_add(1);
        // One in seven is not taken.
        if taken.1.checked_rem(7) == Some(0) && !self.takes_all.load(Ordering::Relaxed) {
            *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        } else {
            taken.0.extend(message["data"]["id"].as_str().map(str::to_owned));
        }

        Ok(response)
    }

    /// Takes everything from now on.
    pub(crate) fn takes_all(&self) {
        self.takes_all.store(true, Ordering::Relaxed);
    }

    pub(crate) fn ids(&self) -> BTreeSet<String> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).0.clone()
    }
}
