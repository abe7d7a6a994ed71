//! The connections to a service of AWS: HTTP/1.1 and nothing else, kept and shared by all clients that are made from one.
//!
//! The SDK's own client would link HTTP/2 into every function, and read all of the system's root certificates for each
//! client, only to see that it can.

mod connect;
mod failure;
mod timeout;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::client::connection::{CaptureSmithyConnection, ConnectionMetadata};
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::{CaptureConnection, capture_connection};
use hyper_util::rt::{TokioExecutor, TokioTimer};

use crate::tls::{AWS, SYSTEM, Tls};
use connect::Connect;
use failure::failure;
use timeout::{Timeout, within};

/// Connections to AWS for a client of the SDK, none of which is open yet.
pub fn connections() -> SharedHttpClient {
    SharedHttpClient::new(Connections::to_aws())
}

/// The same for who runs this on a machine of their own, by the roots that the system trusts: a company's, for one.
pub fn connections_by_system_roots() -> SharedHttpClient {
    SharedHttpClient::new(Connections::trusting(&SYSTEM))
}

/// How long a connection may take, and how long the beginning of an answer, where that is bounded.
pub type Patience = (Option<Duration>, Option<Duration>);

const CONNECT_MAX: Duration = Duration::from_millis(500);

/// How long a connection may take of an attempt that takes at most `attempt`. The answer's time is what it leaves.
pub fn by_attempt(attempt: Duration) -> Patience {
    (Some(attempt.min(CONNECT_MAX)), None)
}

/// Connections of a process: a pool for each patience. Clients with the same share one.
#[derive(Clone)]
pub struct Connections {
    tls: &'static Tls,
    pools: Arc<Mutex<HashMap<Patience, Arc<Pool>>>>,
}

impl Connections {
    /// Connections to AWS, none of which is open yet.
    pub fn to_aws() -> Self {
        Self::trusting(&AWS)
    }

    fn trusting(tls: &'static Tls) -> Self {
        Self { tls, pools: Arc::default() }
    }

    /// The pool of all that have this patience.
    pub fn pool(&self, patience: Patience) -> Arc<Pool> {
        let mut pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        let pool = pools.entry(patience).or_insert_with(|| Arc::new(Pool::new(self.tls, patience)));

        Arc::clone(pool)
    }
}

// Derived, it would bring all that rustls can say of its settings into every function, which nobody reads.
impl fmt::Debug for Connections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connections").finish_non_exhaustive()
    }
}

impl HttpClient for Connections {
    fn http_connector(&self, settings: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(Shared(self.pool((settings.connect_timeout(), settings.read_timeout()))))
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        Some(ConnectorMetadata::new("hyper", Some("1.x".into())))
    }
}

/// Connections that are kept for a minute and a half.
#[derive(Debug)]
pub struct Pool {
    client: Client<Connect, SdkBody>,
    /// How long the beginning of an answer may take, from the call on.
    patience: Option<Duration>,
}

impl Pool {
    fn new(tls: &'static Tls, (connect, answer): Patience) -> Self {
        let mut client = Client::builder(TokioExecutor::new());
        // Without it, connections would be kept until they are used again.
        client.pool_timer(TokioTimer::new());

        Self { client: client.build(Connect::new(tls, connect)), patience: answer }
    }

    /// Sends `request`, once: the beginning of its answer.
    ///
    /// # Errors
    /// There is no connection, or no answer in time.
    pub fn send(
        &self,
        request: http::Request<SdkBody>,
    ) -> impl Future<Output = Result<http::Response<Incoming>, ConnectorError>> + Send + 'static {
        let answer = within(self.patience, Timeout::Answer, self.client.request(request));

        async { answer.await.map_err(failure) }
    }
}

/// A pool as the SDK's clients have it.
#[derive(Debug)]
struct Shared(Arc<Pool>);

impl HttpConnector for Shared {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let mut request = match request.try_into_http1x() {
            Ok(request) => request,
            Err(error) => return HttpConnectorFuture::ready(Err(ConnectorError::user(error.into()))),
        };
        let used = capture_connection(&mut request);
        if let Some(sdk) = request.extensions().get::<CaptureSmithyConnection>() {
            sdk.set_connection_retriever(move || metadata(&used));
        }
        let answer = self.0.send(request);

        HttpConnectorFuture::new(async {
            let answer = answer.await?.map(SdkBody::from_body_1_x);
            HttpResponse::try_from(answer).map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

/// What the SDK may do with a connection that it has used, if there is one: see to it that it is not used again.
fn metadata(used: &CaptureConnection) -> Option<ConnectionMetadata> {
    let is_open = used.connection_metadata().is_some();
    let used = used.clone();
    let poison = move || {
        if let Some(connection) = used.connection_metadata().as_ref() {
            connection.poison();
        }
    };

    is_open.then(|| ConnectionMetadata::builder().proxied(false).poison_fn(poison).build())
}
