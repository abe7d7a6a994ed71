//! One request and its reply, over HTTP/1.1, to a stack or to a service of AWS.

pub(crate) mod signing;

use std::fmt;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

use http::{HeaderMap, Method};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use jiff::fmt::rfc2822;

use crate::error::{Error, chain};

/// How long an answer may take: API Gateway gives up after half a minute.
const PATIENCE: Duration = Duration::from_secs(35);

/// The most bytes of an answer: Lambda's are six million at most.
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// Connections that are kept.
pub(crate) struct Http {
    plain: Client<HttpConnector, Full<Bytes>>,
    /// Made when something is first reached by https: reading the system's roots is most of a start's work.
    secure: OnceLock<Client<HttpsConnector<HttpConnector>, Full<Bytes>>>,
    skew: Mutex<Option<i64>>,
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http").finish_non_exhaustive()
    }
}

/// A request. Its headers and body can have secrets, so they are not shown.
#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("method", &self.method).field("url", &self.url).finish_non_exhaustive()
    }
}

/// A reply. Its body can have a secret, so it is not shown.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply").field("status", &self.status).finish_non_exhaustive()
    }
}

impl Reply {
    /// A header's text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// No answer came.
#[derive(Debug)]
pub(crate) struct Lost {
    why: String,
    /// Whether the request may have arrived.
    pub(crate) may_have_arrived: bool,
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

impl Lost {
    const fn before(why: String) -> Self {
        Self { why, may_have_arrived: false }
    }

    const fn underway(why: String) -> Self {
        Self { why, may_have_arrived: true }
    }
}

impl From<Lost> for Error {
    fn from(lost: Lost) -> Self {
        Self::Failed(lost.why)
    }
}

impl Http {
    pub(crate) fn new() -> Self {
        Self {
            plain: Client::builder(TokioExecutor::new()).build_http(),
            secure: OnceLock::new(),
            skew: Mutex::default(),
        }
    }

    /// Who speaks TLS.
    fn secure(&self) -> Result<&Client<HttpsConnector<HttpConnector>, Full<Bytes>>, String> {
        let mut connector = HttpConnector::new();
        connector.enforce_http(false);
        let tls = connect::tls().map_err(|cause| format!("no root certificates: {cause}"))?;
        let make = || Client::builder(TokioExecutor::new()).build(HttpsConnector::from((connector, tls)));

        Ok(self.secure.get_or_init(make))
    }

    /// By how many seconds this machine's clock was ahead of that of whoever has answered last, if they said what time it was.
    pub(crate) fn skew(&self) -> Option<i64> {
        *self.skew.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends it once.
    pub(crate) async fn send(&self, request: &Request) -> Result<Reply, Lost> {
        let place = request.url.split('?').next().unwrap_or_default();
        let exchanged = tokio::time::timeout(PATIENCE, self.exchange(request)).await;
        let lost = match exchanged {
            Ok(Ok(reply)) => {
                *self.skew.lock().unwrap_or_else(PoisonError::into_inner) = skew(&reply, now());
                return Ok(reply);
            }
            Ok(Err(lost)) => lost,
            Err(_) => Lost::underway(format!("no answer within {} seconds", PATIENCE.as_secs())),
        };

        Err(Lost { why: format!("{place}: {}", lost.why), ..lost })
    }

    async fn exchange(&self, request: &Request) -> Result<Reply, Lost> {
        let mut sent = http::Request::builder().method(&request.method).uri(&request.url);
        sent = sent.header("user-agent", concat!("latchkey/", env!("CARGO_PKG_VERSION")));
        for (name, value) in &request.headers {
            sent = sent.header(name, value);
        }
        let sent =
            sent.body(Full::new(Bytes::from(request.body.clone()))).map_err(|cause| Lost::before(cause.to_string()))?;
        let is_plain = request.url.starts_with("http://");
        let reply =
            if is_plain { self.plain.request(sent) } else { self.secure().map_err(Lost::before)?.request(sent) };
        let reply = reply.await.map_err(|cause| Lost { why: chain(&cause), may_have_arrived: !cause.is_connect() })?;
        let (head, body) = reply.into_parts();
        let body = Limited::new(body, MOST_BYTES).collect().await.map_err(|cause| Lost::underway(cause.to_string()))?;

        Ok(Reply { status: head.status.as_u16(), headers: head.headers, body: body.to_bytes() })
    }
}

/// By how many seconds `now` is after the time that `reply` says.
fn skew(reply: &Reply, now: SystemTime) -> Option<i64> {
    let theirs = rfc2822::parse(reply.header("date")?).ok()?;
    let ours = jiff::Timestamp::try_from(now).ok()?;

    Some(ours.as_second().saturating_sub(theirs.timestamp().as_second()))
}

/// The time by this machine.
#[expect(clippy::disallowed_methods, reason = "a signature is of the moment at which it is made")]
pub(crate) fn now() -> SystemTime {
    SystemTime::now()
}
