//! The stack's `DynamoDB`: an embedded one or another endpoint, behind a proxy that does what IAM does, remembers calls,
//! fails on order and lets transactions conflict.
//!
//! A function is known by the access key id that it signs with; signatures are not checked. A caller without such a key
//! (the operator's client, an outside tool) is passed through unjudged.

mod answer;
mod backend;
mod call;
mod client;
mod conflicts;
mod embedded;
mod error;
mod fault;
mod identity;
mod latch;
mod proxy;
mod request;
mod tables;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

pub use call::Call;
pub use error::Error;
pub(crate) use fault::Faults;
pub use fault::{Count, Fault, FaultRule, Throttling};
pub use identity::Identity;
pub use latch::Latch;
pub use tables::create_tables;

use crate::server::Server;
use backend::Backend;
use conflicts::Conflicts;
use embedded::Embedded;
use identity::Identities;
use proxy::Proxy;

/// The access key id of callers that are not functions. Letters only: `DynamoDB` Local takes no others.
const OPERATOR: &str = "LATCHKEYOPERATOR";

/// Where the tables are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Embedded, gone when it stops.
    Memory,
    /// Embedded, kept in this file.
    File(PathBuf),
    /// At this URL: `http://127.0.0.1:8000`. It must not check signatures, as no emulator does: the proxy does not sign.
    Endpoint(String),
}

/// A running `DynamoDB` and the proxy in front of it. When dropped, it ends a little later; [`Dynamodb::stop`] waits.
#[derive(Debug)]
pub struct Dynamodb {
    client: aws_sdk_dynamodb::Client,
    proxy: Arc<Proxy>,
    server: Server,
    embedded: Option<Embedded>,
}

impl Dynamodb {
    /// Starts the proxy, and the embedded database where `source` asks for one.
    pub async fn start(source: Source, identities: Vec<Identity>) -> Result<Self, Error> {
        let (behind, embedded) = match source {
            Source::Endpoint(url) => (url, None),
            Source::Memory => Self::embed(None).await?,
            Source::File(path) => Self::embed(Some(path)).await?,
        };
        let backend = Backend::new(&behind)?;
        backend
            .check()
            .await
            .map_err(|failure| Error::Unreachable { endpoint: behind.clone(), reason: failure.to_string() })?;

        let proxy = Arc::new(Proxy {
            backend,
            identities: Identities::new(identities),
            faults: Faults::default(),
            conflicts: Conflicts::new(client::operator(&behind)),
            recording: AtomicBool::new(false),
            calls: Mutex::new(Vec::new()),
        });
        let server = proxy::start(Arc::clone(&proxy)).await.map_err(Error::Bind)?;
        Ok(Self { client: client::operator(server.endpoint()), proxy, server, embedded })
    }

    async fn embed(file: Option<PathBuf>) -> Result<(String, Option<Embedded>), Error> {
        let embedded = Embedded::start(file).await?;
        Ok((embedded.endpoint.clone(), Some(embedded)))
    }

    /// The proxy's URL: what functions get as `AWS_ENDPOINT_URL_DYNAMODB`.
    pub fn endpoint(&self) -> &str {
        self.server.endpoint()
    }

    /// A client with the operator's credentials, to which nothing is denied.
    pub fn client(&self) -> aws_sdk_dynamodb::Client {
        self.client.clone()
    }

    /// A client that signs with this access key id: a function's, to do what it would do.
    pub fn client_as(&self, access_key_id: &str) -> aws_sdk_dynamodb::Client {
        client::with_access_key(self.endpoint(), access_key_id)
    }

    /// Turns recording on or off; off to begin with. While it is on, every call asks `DynamoDB` for its units.
    pub fn record(&self, on: bool) {
        self.proxy.recording.store(on, Ordering::Relaxed);
    }

    /// Takes the calls recorded so far, in the order of their answers.
    pub fn calls(&self) -> Vec<Call> {
        std::mem::take(&mut *self.proxy.calls.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Adds a fault, which strikes calls of functions: `Fault::Drop.times(1).on("UpdateItem")`.
    pub fn inject(&self, rule: FaultRule) {
        self.proxy.faults.add(rule);
    }

    /// Takes all faults away.
    pub fn clear_faults(&self) {
        self.proxy.faults.clear();
    }

    /// Makes each transaction of a function take this long and hold its items meanwhile: a function's transaction or
    /// write that is about one of them is refused, as AWS does it. Zero, the value to begin with, turns that off.
    pub fn transactions_take(&self, time: Duration) {
        self.proxy.conflicts.take(time);
    }

    /// Ends the proxy and the embedded database, whose file is free afterwards.
    pub async fn stop(self) {
        let Self { proxy, server, embedded, .. } = self;
        server.stop().await;
        // Its connections to the database end with it.
        drop(proxy);
        if let Some(embedded) = embedded {
            embedded.stop().await;
        }
    }
}
