//! The proxy in front of `DynamoDB`: it judges, records and disturbs calls, and forwards the others as they are.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::{HeaderMap, HeaderValue, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use serde_json::Value;

use super::backend::{Backend, Failure};
use super::call::{Call, with_capacity};
use super::conflicts::Conflicts;
use super::fault::{Fault, Faults};
use super::identity::{Identities, Identity, access_key_id};
use super::{OPERATOR, answer, request};
use crate::server::Server;

/// The connection is to be closed without an answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unanswered {
    #[error("a fault took the answer")]
    Fault,
    #[error("the caller went away: {0}")]
    Caller(#[from] hyper::Error),
    #[error("the database did not answer: {0}")]
    Backend(#[from] Failure),
}

/// What a proxy knows and remembers.
#[derive(Debug)]
pub(super) struct Proxy {
    pub(super) backend: Backend,
    pub(super) identities: Identities,
    pub(super) faults: Faults,
    pub(super) conflicts: Conflicts,
    pub(super) recording: AtomicBool,
    pub(super) calls: Mutex<Vec<Call>>,
}

/// Starts serving `proxy`.
pub(super) async fn start(proxy: Arc<Proxy>) -> io::Result<Server> {
    let handle = move |request| {
        let proxy = Arc::clone(&proxy);
        async move { proxy.handle(request).await }
    };

    Server::start(handle).await
}

impl Proxy {
    async fn handle(&self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Unanswered> {
        let (mut parts, body) = request.into_parts();
        let bytes = body.collect().await?.to_bytes();
        let authorization = header(&parts.headers, "authorization");
        let identity = self.identities.of(authorization);
        let recording = self.recording.load(Ordering::Relaxed);
        let target = header(&parts.headers, "x-amz-target").to_owned();
        let action = request::action(&target);

        // Anyone else's call is parsed only while calls are recorded.
        let body = if identity.is_some() || recording { serde_json::from_slice(&bytes).ok() } else { None };
        let call = |body: &Value| Call::new(identity.map(|identity| identity.function.as_str()), action, body);
        let call = body.as_ref().filter(|_| recording).map(call);

        if let Some(refusal) = identity.and_then(|identity| refuse(identity, action, body.as_ref())) {
            self.remember(call.map(|call| call.failed(answer::DENIED)));
            return Ok(refusal.map(Full::new));
        }
        let tables = || {
            let members = body.as_ref().map(|body| request::members(action, body));
            members.into_iter().flatten().filter_map(|member| member.table).collect()
        };
        let fault = identity.and_then(|_| self.faults.strike(action, tables, &bytes));
        let instead = fault.as_ref().and_then(|struck| instead(struck, action, body.as_ref()));
        if let Some((failed, answer)) = instead {
            self.remember(call.map(|call| call.failed(&failed)));
            return answer.map(|answer| answer.map(Full::new));
        }

        let asking = body.as_ref().filter(|_| recording).and_then(|body| with_capacity(action, body));
        let bytes = asking.map_or(bytes, Bytes::from);
        prepare(&mut parts.headers, bytes.len());
        let forwarded = Request::from_parts(parts, Full::new(bytes));
        let judged = body.as_ref().filter(|_| identity.is_some());
        let mut response = match self.ask(action, judged, forwarded).await {
            Ok(response) => response,
            Err(failure) => {
                self.remember(call.map(|call| call.failed("dropped")));
                return Err(failure.into());
            }
        };
        let fault = fault.map(|(fault, _)| fault);
        if fault == Some(Fault::DropAfter) {
            self.remember(call.map(|call| call.failed("dropped")));
            return Err(Unanswered::Fault);
        }
        self.remember(call.map(|call| call.answered(response.status(), response.body())));
        match fault {
            Some(Fault::Delay(time)) => wait(time).await,
            Some(Fault::Hold(latch)) => latch.wait().await,
            Some(Fault::CutShort) => {
                let half = response.body().len().div_euclid(2);
                response.body_mut().truncate(half);
                response.headers_mut().remove(http::header::CONTENT_LENGTH);
                // This checksum would tell that something is missing; a proxy's answer would not have it.
                response.headers_mut().remove("x-amz-crc32");
            }
            Some(Fault::Drop | Fault::DropAfter | Fault::Error { .. } | Fault::Throttle { .. }) | None => {}
        }
        forget_connection(response.headers_mut());
        Ok(response.map(Full::new))
    }

    /// The database's answer, or the refusal of a function's call that is in a transaction's way.
    async fn ask(
        &self,
        action: &str,
        judged: Option<&Value>,
        call: Request<Full<Bytes>>,
    ) -> Result<Response<Bytes>, Failure> {
        let Some(body) = judged else { return self.backend.send(call).await };
        let ongoing = match self.conflicts.enter(action, body).await {
            Ok(ongoing) => ongoing,
            Err(conflict) => return Ok(conflict.answer()),
        };
        if let Some(ongoing) = &ongoing {
            wait(ongoing.time).await;
        }
        let answer = self.backend.send(call).await;
        drop(ongoing);
        answer
    }

    fn remember(&self, call: Option<Call>) {
        if let Some(call) = call {
            self.calls.lock().unwrap_or_else(PoisonError::into_inner).push(call);
        }
    }
}

/// The error to remember and the answer for a call that a fault keeps from being made; none for other faults. `about`
/// is the table that the fault is about, if there is one.
fn instead(
    (fault, about): &(Fault, Option<String>),
    action: &str,
    body: Option<&Value>,
) -> Option<(String, Result<Response<Bytes>, Unanswered>)> {
    match fault {
        Fault::Drop => Some(("dropped".to_owned(), Err(Unanswered::Fault))),
        Fault::Error { status, kind, message } => Some((kind.clone(), Ok(answer::error(*status, kind, message)))),
        Fault::Throttle { kind, reason } => {
            let members = body.map(|body| request::members(action, body)).unwrap_or_default();
            let answer = answer::throttled(action, *kind, reason, &members, about.as_deref());
            Some((kind.exception().to_owned(), Ok(answer)))
        }
        Fault::Delay(_) | Fault::Hold(_) | Fault::DropAfter | Fault::CutShort => None,
    }
}

/// The answer to a function that may not do this. A body that is not JSON is left to `DynamoDB` to refuse.
fn refuse(identity: &Identity, action: &str, body: Option<&Value>) -> Option<Response<Bytes>> {
    let members = request::members(action, body?);
    let member = identity.forbidden(&members)?;
    Some(answer::denied(&identity.function, member))
}

/// Makes the headers fit for another connection and a body that may have grown. All callers become one: `DynamoDB` Local
/// would give every access key a database of its own. No emulator checks the signature, which this breaks.
fn prepare(headers: &mut HeaderMap, length: usize) {
    forget_connection(headers);
    headers.insert(http::header::CONTENT_LENGTH, HeaderValue::from(length));
    let authorization = header(headers, "authorization");
    let rewritten = access_key_id(authorization)
        .and_then(|id| HeaderValue::from_str(&authorization.replacen(id, OPERATOR, 1)).ok());
    if let Some(rewritten) = rewritten {
        headers.insert(http::header::AUTHORIZATION, rewritten);
    }
}

/// Takes away what is about the connection that a message came by.
fn forget_connection(headers: &mut HeaderMap) {
    for about_the_connection in ["connection", "keep-alive", "transfer-encoding", "expect"] {
        headers.remove(about_the_connection);
    }
}

fn header<'h>(headers: &'h HeaderMap, name: &str) -> &'h str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

#[expect(clippy::disallowed_methods, reason = "lateness is what was asked for")]
async fn wait(time: Duration) {
    tokio::time::sleep(time).await;
}
