//! Lambda's own `Invoke`, for functions that no route reaches: `POST /2015-03-31/functions/{name}/invocations`, signed by the
//! operator, with a function's logical id as its name. See AWS's reference: [Invoke].
//!
//! [Invoke]: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html

use std::collections::HashMap;
use std::convert::Infallible;
use std::io;
use std::sync::Arc;

use http::header::{CONTENT_TYPE, HeaderValue};
use http::{HeaderName, Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use serde_json::json;

use crate::body::{self, Unread};
use crate::clock::real_now;
use crate::credential::Credential;
use crate::function_error::FunctionError;
use crate::pool::Pool;
use crate::runtime::MAX_PAYLOAD;
use crate::server::Server;
use crate::sigv4::{Service, verify};

/// Why there is no invocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    /// The method and path are not those of an invocation, or name no function.
    Unknown,
    /// The operator did not sign it.
    Unsigned,
    /// The event is larger than Lambda takes.
    TooLarge,
    /// The event is no JSON, or its body broke off.
    Unreadable,
    /// The caller does not want to wait for an answer, or only asks whether he may.
    Unsupported,
}

/// Starts the endpoint for the functions in `pools`, which `operator` may invoke.
pub(crate) async fn start(pools: HashMap<&'static str, Arc<Pool>>, operator: Credential) -> io::Result<Server> {
    let desk = Arc::new((pools, operator));
    let handle = move |request| {
        let desk = Arc::clone(&desk);
        async move {
            let (pools, operator) = &*desk;
            let answer = answer(request, pools, operator).await;
            Ok::<_, Infallible>(answer.unwrap_or_else(Refusal::response).map(Full::new))
        }
    };

    Server::start(handle).await
}

/// Invokes the function that the path names, and waits for what it answers.
async fn answer(
    request: Request<Incoming>,
    pools: &HashMap<&'static str, Arc<Pool>>,
    operator: &Credential,
) -> Result<Response<Bytes>, Refusal> {
    let (head, body) = request.into_parts();
    let body = body::read(body, MAX_PAYLOAD).await?;
    verify(&head, &body, operator, Service::Lambda, real_now()).or(Err(Refusal::Unsigned))?;
    let name = head.uri.path().strip_prefix("/2015-03-31/functions/");
    let name = name.and_then(|rest| rest.strip_suffix("/invocations")).filter(|_| head.method == Method::POST);
    let name = name.ok_or(Refusal::Unknown)?;
    let pool = Arc::clone(pools.get(name).ok_or(Refusal::Unknown)?);
    if head.headers.get("x-amz-invocation-type").is_some_and(|kind| kind != "RequestResponse") {
        return Err(Refusal::Unsupported);
    }
    let event = if body.is_empty() { Bytes::from_static(b"{}") } else { body };
    serde_json::from_slice::<serde::de::IgnoredAny>(&event).or(Err(Refusal::Unreadable))?;

    // A task of its own: a function finishes what it began, whether or not the client waits for it.
    let invocation = tokio::spawn(async move { pool.invoke(event).await });
    Ok(match invocation.await.unwrap_or(Err(FunctionError::Ended)) {
        Ok(answer) => json_of(StatusCode::OK, answer),
        Err(error) => failed(&error),
    })
}

/// A function that failed is an answer, too: Lambda says so in a header.
fn failed(error: &FunctionError) -> Response<Bytes> {
    let body = match error {
        FunctionError::Failed { kind, message, .. } => json!({ "errorType": kind, "errorMessage": message }),
        FunctionError::Unknown(_)
        | FunctionError::NotStarted { .. }
        | FunctionError::Init { .. }
        | FunctionError::Crashed { .. }
        | FunctionError::TimedOut { .. }
        | FunctionError::NotJson { .. }
        | FunctionError::Ended => json!({ "errorType": "Runtime.ExitError", "errorMessage": error.to_string() }),
    };
    let mut response = json_of(StatusCode::OK, Bytes::from(body.to_string()));
    let name = HeaderName::from_static("x-amz-function-error");
    response.headers_mut().insert(name, HeaderValue::from_static("Unhandled"));
    response
}

impl Refusal {
    fn response(self) -> Response<Bytes> {
        let (status, kind, message) = match self {
            Self::Unknown => (StatusCode::NOT_FOUND, "ResourceNotFoundException", "there is no such function"),
            Self::Unsigned => (StatusCode::FORBIDDEN, "AccessDeniedException", "the operator has not signed this"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "RequestTooLargeException", "the event is too large"),
            Self::Unreadable => (StatusCode::BAD_REQUEST, "InvalidRequestContentException", "the event is no JSON"),
            Self::Unsupported => {
                (StatusCode::BAD_REQUEST, "InvalidParameterValueException", "only RequestResponse is to be had here")
            }
        };
        let body = json!({ "Type": "User", "Message": message });
        let mut response = json_of(status, Bytes::from(body.to_string()));
        let name = HeaderName::from_static("x-amzn-errortype");
        response.headers_mut().insert(name, HeaderValue::from_static(kind));
        response
    }
}

impl From<Unread> for Refusal {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::TooLarge => Self::TooLarge,
            Unread::Broken => Self::Unreadable,
        }
    }
}

fn json_of(status: StatusCode, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
