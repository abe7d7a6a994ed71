//! The HTTP API in front of the functions: takes a request, asks for a signature where the route wants one, hands the event
//! to the function and the function's answer to the client.

mod event;
mod refusal;
mod response;
mod server;
mod text;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use http::header::{CONNECTION, CONTENT_LENGTH, HOST, HeaderValue, TE, TRAILER, TRANSFER_ENCODING, UPGRADE};
use http::request::Parts;
use http::{HeaderName, Request, Response};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use template::{Auth, Match, Routes};
use tokio::time::timeout;

use crate::body;
use crate::clock::{Clock, real_now};
use crate::credential::Credential;
use crate::invocation::trace_root;
use crate::logs::Logs;
use crate::pool::Pool;
use crate::runtime::MAX_PAYLOAD;
use crate::sigv4::{self, Service};
use event::Arrival;
use refusal::Refusal;
use response::response;
use text::decode_path;

/// The most bytes of a request line and headers.
const MAX_HEAD: usize = 10_240;
/// The most bytes of a body.
const MAX_BODY: usize = 10 * 1_024 * 1_024;
/// How long the gateway waits for a function.
const INTEGRATION_TIMEOUT: Duration = Duration::from_secs(30);

/// The gateway of one stack.
#[derive(Debug)]
pub(crate) struct Gateway {
    pub(crate) routes: Routes<'static>,
    pub(crate) pools: HashMap<&'static str, Arc<Pool>>,
    pub(crate) operator: Credential,
    pub(crate) clock: Clock,
    pub(crate) logs: Logs,
    pub(crate) port: u16,
}

impl Gateway {
    /// Answers one request.
    async fn answer(&self, request: Request<Incoming>, peer: SocketAddr) -> Response<Full<Bytes>> {
        let request_id = request_id();
        let mut response = self.respond(request, peer, &request_id).await.unwrap_or_else(Refusal::response);
        if let Ok(id) = HeaderValue::from_str(&request_id) {
            response.headers_mut().insert(HeaderName::from_static("apigw-requestid"), id);
        }
        response
    }

    async fn respond(
        &self,
        request: Request<Incoming>,
        peer: SocketAddr,
        id: &str,
    ) -> Result<Response<Full<Bytes>>, Refusal> {
        let (mut head, body) = request.into_parts();
        check_head(&head)?;
        let body = body::read(body, MAX_BODY).await?;
        let path = decode_path(head.uri.path()).into_owned();
        let found = self.routes.find(head.method.as_str(), &path);
        let found = found.ok_or(Refusal::NoRoute)?;
        self.authorize(&found, &head, &body)?;

        let source_ip = peer.ip().to_string();
        self.forwarded(&mut head, &source_ip, body.len());
        let event = Arrival {
            head: &head,
            path: &path,
            body: &body,
            route_key: &found.route.key(),
            path_parameters: &found.path_parameters,
            signed_by: matches!(found.route.auth, Auth::Iam).then_some(&self.operator.access_key_id),
            source_ip: &source_ip,
            request_id: id,
            now_millis: self.clock.now_millis(),
        };
        let event = event.event().ok().ok_or(Refusal::Failed)?;
        if event.len() > MAX_PAYLOAD {
            return Err(Refusal::BodyTooLarge);
        }
        self.invoke(&found, Bytes::from(event)).await
    }

    /// Refuses a request to an `AWS_IAM` route that the operator did not sign.
    fn authorize(&self, found: &Match<'_>, head: &Parts, body: &[u8]) -> Result<(), Refusal> {
        match found.route.auth {
            Auth::Open => Ok(()),
            Auth::Iam => {
                sigv4::verify(head, body, &self.operator, Service::ExecuteApi, real_now()).map_err(|refusal| {
                    self.logs.note(&format!("{} {}: forbidden: {refusal}", head.method, head.uri.path()));
                    Refusal::Forbidden
                })
            }
        }
    }

    /// Takes away and adds the headers that API Gateway takes away and adds.
    fn forwarded(&self, head: &mut Parts, source_ip: &str, length: usize) {
        let keep_alive = HeaderName::from_static("keep-alive");
        for name in [CONNECTION, TRANSFER_ENCODING, TE, TRAILER, UPGRADE, http::header::EXPECT, keep_alive] {
            head.headers.remove(name);
        }
        let before = head.headers.get("x-forwarded-for").map(|value| String::from_utf8_lossy(value.as_bytes()));
        let forwarded_for = before.map_or_else(|| source_ip.to_owned(), |before| format!("{before}, {source_ip}"));
        let trace = head.headers.get("x-amzn-trace-id").cloned();
        let added = [
            ("x-forwarded-for", HeaderValue::from_str(&forwarded_for).ok()),
            ("x-forwarded-port", Some(HeaderValue::from(self.port))),
            ("x-forwarded-proto", Some(HeaderValue::from_static("http"))),
            ("x-amzn-trace-id", trace.or_else(|| HeaderValue::from_str(&format!("Root={}", trace_root())).ok())),
        ];
        for (name, value) in added {
            if let Some(value) = value {
                head.headers.insert(HeaderName::from_static(name), value);
            }
        }
        head.headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    }

    /// Hands `event` to the function and makes a response of what it answers.
    async fn invoke(&self, found: &Match<'_>, event: Bytes) -> Result<Response<Full<Bytes>>, Refusal> {
        let pool = Arc::clone(self.pools.get(found.function.name.as_str()).ok_or(Refusal::Failed)?);
        // A task of its own: a function finishes what it began, whether or not the client waits for it.
        let invocation = tokio::spawn(async move { pool.invoke(event).await });
        let Ok(outcome) = timeout(INTEGRATION_TIMEOUT, invocation).await else {
            return Err(Refusal::Late);
        };
        // The pool has noted why it failed.
        let Ok(Ok(answer)) = outcome else { return Err(Refusal::Failed) };

        response(&answer).map_err(|bad| {
            self.logs.note(&format!("{}: {bad}", found.function.name));
            Refusal::Failed
        })
    }
}

/// Refuses a request that is too large before its body, or that names no host or no path.
fn check_head(head: &Parts) -> Result<(), Refusal> {
    let line =
        head.method.as_str().len().saturating_add(head.uri.path_and_query().map_or(0, |path| path.as_str().len()));
    let headers =
        head.headers.iter().map(|(name, value)| name.as_str().len().saturating_add(value.len()).saturating_add(4));
    if headers.fold(line.saturating_add(12), usize::saturating_add) > MAX_HEAD {
        return Err(Refusal::HeadTooLarge);
    }
    let hosts: Vec<_> = head.headers.get_all(HOST).iter().collect();
    let is_host = |value: &HeaderValue| http::uri::Authority::try_from(value.as_bytes()).is_ok();
    let one_host = matches!(hosts.as_slice(), [host] if is_host(host));
    if one_host && head.uri.path().starts_with('/') {
        return Ok(());
    }
    Err(Refusal::Malformed)
}

/// An id of the kind that API Gateway gives requests: `JKJaXmPLvHcESHA=`.
fn request_id() -> String {
    BASE64.encode(uuid::Uuid::new_v4().as_bytes().get(..11).unwrap_or_default())
}
