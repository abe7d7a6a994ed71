//! One request to one webhook. Its address is somebody else's choice, so the name is resolved here, and only addresses that
//! anybody on the internet can reach are connected to; nothing is followed, and nothing is read but the status.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http::header::{CONTENT_TYPE, RETRY_AFTER, USER_AGENT};
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::rt::TokioExecutor;
use jiff::{SignedDuration, Timestamp};
use shared::registry::webhook::{Address, TestHosts, is_public};
use tokio::sync::OnceCell;
use tower_service::Service;

use super::bounded::Bounded;

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);

/// The longest that a webhook can ask to be left alone.
const PAUSE_SECS: i64 = 86_400;

/// Why something was not taken.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    /// In a few words.
    pub(super) outcome: String,
    /// Whether the webhook is gone for good.
    pub(super) is_gone: bool,
    /// In how many seconds it wants to be asked again.
    retry_after: Option<i64>,
}

impl Failure {
    fn because(outcome: impl Into<String>) -> Self {
        Self { outcome: outcome.into(), is_gone: false, retry_after: None }
    }

    fn of(status: StatusCode, headers: &HeaderMap) -> Self {
        let waits = matches!(
            status,
            StatusCode::TOO_MANY_REQUESTS
                | StatusCode::BAD_GATEWAY
                | StatusCode::SERVICE_UNAVAILABLE
                | StatusCode::GATEWAY_TIMEOUT
        );
        let asked: Option<i64> = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());

        Self {
            outcome: format!("HTTP {}", status.as_u16()),
            is_gone: status == StatusCode::GONE,
            retry_after: asked.filter(|seconds| waits && *seconds > 0).map(|seconds| seconds.min(PAUSE_SECS)),
        }
    }

    /// When it wants to be asked again, if it has said so at `now`.
    pub(super) fn not_before(&self, now: Timestamp) -> Option<Timestamp> {
        now.checked_add(SignedDuration::from_secs(self.retry_after?)).ok()
    }
}

type Way<R> = Client<Bounded<HttpsConnector<HttpConnector<R>>>, Full<Bytes>>;

/// The way out.
#[derive(Debug)]
pub(super) struct Post {
    test_hosts: TestHosts,
    /// Opened when something is first sent.
    outward: OnceCell<Way<Outward>>,
    anywhere: OnceCell<Way<Anywhere>>,
}

impl Post {
    pub(super) fn new(test_hosts: TestHosts) -> Self {
        Self { test_hosts, outward: OnceCell::new(), anywhere: OnceCell::new() }
    }

    /// Sends `body` to `url` as the message `id`, with these `signatures` of `at`. An answer that takes longer than `patience`
    /// is none.
    ///
    /// # Errors
    /// It was not taken: the answer is not 2xx, or there is none, or the address is none that may be called.
    pub(super) async fn send(
        &self,
        url: &Address,
        id: &str,
        at: Timestamp,
        signatures: &str,
        body: String,
        patience: Duration,
    ) -> Result<(), Failure> {
        let wrong = || Failure::because("the URL is not allowed");
        let (uri, host, port) = url.parts().ok_or_else(wrong)?;
        // What was allowed when it was given may not be any more.
        url.check(&self.test_hosts).or(Err(wrong()))?;
        let request = Request::post(uri)
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, "Latchkey-Webhooks/1")
            .header("webhook-id", id)
            .header("webhook-timestamp", at.as_second())
            .header("webhook-signature", signatures)
            .body(Full::new(Bytes::from(body)))
            .or(Err(wrong()))?;
        let answer = self.ask(request, self.test_hosts.have(&host, port));
        let Ok(answer) = tokio::time::timeout(patience, answer).await else {
            return Err(Failure::because(format!("no answer in {} seconds", patience.as_secs())));
        };
        // The body is not read, however long it is: dropping it closes the connection.
        let answer = answer?;
        if answer.status().is_success() { Ok(()) } else { Err(Failure::of(answer.status(), answer.headers())) }
    }

    /// The answer to `request`, from wherever its host is, or from the internet alone.
    async fn ask(&self, request: Request<Full<Bytes>>, anywhere: bool) -> Result<Response<Incoming>, Failure> {
        let failed = |error: hyper_util::client::legacy::Error| Failure::because(unanswered(&error));
        if anywhere {
            self.anywhere.get_or_try_init(async || open(Anywhere)).await?.request(request).await.map_err(failed)
        } else {
            self.outward.get_or_try_init(async || open(Outward)).await?.request(request).await.map_err(failed)
        }
    }
}

fn open<R>(resolver: R) -> Result<Way<R>, Failure>
where
    R: Service<Name, Response = std::vec::IntoIter<SocketAddr>, Error = io::Error, Future = Found>,
    R: Clone + Send + Sync + 'static,
{
    let mut connector = HttpConnector::new_with_resolver(resolver);
    connector.enforce_http(false);
    connector.set_connect_timeout(Some(CONNECT));
    let tls = connect::tls().map_err(|error| Failure::because(format!("no root certificates: {error}")))?;
    let connector = Bounded(HttpsConnector::from((connector, tls)));

    // Whoever is slow or odd gets no connection that somebody else has opened.
    Ok(Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build(connector))
}

/// Why there was no answer, without anything that the other side has said.
fn unanswered(error: &hyper_util::client::legacy::Error) -> &'static str {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::PermissionDenied) {
            return "the name leads to an address that is not allowed";
        }
        cause = error.source();
    }

    if error.is_connect() { "no connection" } else { "no answer" }
}

/// Finds the addresses of a name that anybody on the internet can reach.
#[derive(Clone, Debug)]
struct Outward;

/// Finds all addresses of a name.
#[derive(Clone, Debug)]
struct Anywhere;

type Found = Pin<Box<dyn Future<Output = io::Result<std::vec::IntoIter<SocketAddr>>> + Send>>;

macro_rules! resolver {
    ($kind:ident, $allowed:expr) => {
        impl Service<Name> for $kind {
            type Response = std::vec::IntoIter<SocketAddr>;
            type Error = io::Error;
            type Future = Found;

            fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
                Poll::Ready(Ok(()))
            }

            fn call(&mut self, name: Name) -> Found {
                Box::pin(async move { found(name.as_str(), $allowed).await })
            }
        }
    };
}

resolver!(Outward, |address: &SocketAddr| is_public(address.ip()));
resolver!(Anywhere, |_: &SocketAddr| true);

async fn found(name: &str, allowed: fn(&SocketAddr) -> bool) -> io::Result<std::vec::IntoIter<SocketAddr>> {
    let all = tokio::net::lookup_host((name, 0)).await?;
    let found: Vec<_> = all.filter(allowed).collect();

    if found.is_empty() { Err(io::ErrorKind::PermissionDenied.into()) } else { Ok(found.into_iter()) }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt as _;

    use super::*;

    #[test]
    fn a_webhook_can_ask_to_be_left_alone_for_a_while() {
        let now: Timestamp = "2030-06-15T00:00:30Z".parse().unwrap();
        for (status, header, seconds) in [
            (429, Some("120"), Some(120)),
            (503, Some(" 60 "), Some(60)),
            (500, Some("60"), None),
            (429, None, None),
            (429, Some("Wed, 21 Oct 2030 07:28:00 GMT"), None),
            (429, Some("-1"), None),
            (429, Some("999999999"), Some(86_400)),
            (502, Some("5"), Some(5)),
            (504, Some("5"), Some(5)),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(header) = header {
                headers.insert(RETRY_AFTER, header.parse().unwrap());
            }
            let failure = Failure::of(StatusCode::from_u16(status).unwrap(), &headers);
            let due = failure.not_before(now).map(|at| at.as_second() - now.as_second());
            assert_eq!((due, failure.is_gone), (seconds, false), "{status} {header:?}");
        }
        assert!(Failure::of(StatusCode::GONE, &HeaderMap::new()).is_gone);
    }

    #[tokio::test]
    async fn an_answer_that_only_goes_on_is_none_long_before_its_time_is_over() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = listener.local_addr().unwrap().to_string();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                while stream.write_all(&b"HTTP/1.1 100 Continue\r\n\r\n".repeat(1_000)).await.is_ok() {}
            }
        });
        let post = Post::new(TestHosts::new(&host));
        let url = Address::try_from(format!("http://{host}/")).unwrap();
        let sent = post.send(&url, "event_1", Timestamp::UNIX_EPOCH, "v1,x", String::new(), Duration::MAX);
        assert_eq!(sent.await.unwrap_err().outcome, "no answer");
    }

    #[tokio::test]
    async fn what_a_name_leads_to_is_checked_by_the_connection_itself() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://localhost:{}/", listener.local_addr().unwrap().port());
        let request = || Request::post(&*url).body(Full::default()).unwrap();
        let post = Post::new(TestHosts::default());
        let refused = post.ask(request(), false).await.unwrap_err();
        assert_eq!(refused.outcome, "the name leads to an address that is not allowed");
        tokio::select! {
            accepted = listener.accept() => assert!(accepted.is_ok()),
            answer = post.ask(request(), true) => panic!("somebody else has answered: {answer:?}"),
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_not_called() {
        for name in ["localhost", "127.1", "0x7f.1", "2130706433", "0.0.0.0"] {
            let mut outward = Outward;
            let found = outward.call(name.parse().unwrap()).await;
            assert!(found.is_err(), "{name}: {found:?}");
        }
        assert!(Anywhere.call("localhost".parse().unwrap()).await.is_ok());
    }
}
