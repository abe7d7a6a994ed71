//! How a connection is opened: TCP, and TLS where the address says https, within one time for both.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use aws_smithy_runtime_api::box_error::BoxError;
use http::Uri;
use http::uri::Scheme;
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower_service::Service;

use super::timeout::{Timeout, within};
use crate::tls::{Tls, wanted};

type Stream = MaybeHttpsStream<TokioIo<TcpStream>>;

/// What opens connections.
#[derive(Clone)]
pub(super) struct Connect {
    tcp: HttpConnector,
    /// Whom to trust.
    tls: &'static Tls,
    /// How long it may take.
    patience: Option<Duration>,
}

impl Connect {
    pub(super) fn new(tls: &'static Tls, patience: Option<Duration>) -> Self {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);

        Self { tcp, tls, patience }
    }
}

impl Service<Uri> for Connect {
    type Response = Stream;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Stream, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.tcp.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let patience = self.patience;
        if to.scheme() == Some(&Scheme::HTTP) {
            let connection = self.tcp.call(to);
            return Box::pin(within(patience, Timeout::Connect, async {
                Ok::<_, BoxError>(MaybeHttpsStream::Http(connection.await?))
            }));
        }
        // Before the time begins: whoever is first reads the roots.
        match wanted(self.tls) {
            Ok(tls) => {
                let connection = HttpsConnector::from((self.tcp.clone(), tls)).call(to);
                Box::pin(within(patience, Timeout::Connect, connection))
            }
            Err(error) => Box::pin(async { Err(error.into()) }),
        }
    }
}
