//! A call: one event of an HTTP API, taken in whatever state it comes.
//!
//! In `lambda_http`, the way from an event to a request panics on some (a raw space in the query string, broken base64,
//! an odd `Host`). It also normalises the path, so that `..` moves it. Its types are used here, but not that way:
//! nothing is put into a URL, the gateway chooses the route, and an event that cannot be read is a 400.

use std::collections::HashMap;
use std::fmt;
use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::Timestamp;
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use lambda_http::http::header::CONTENT_TYPE;
use lambda_http::http::{HeaderMap, Method};

use crate::contract::denial::{Kind, Violation};
use crate::contract::quota::Quotas;
use crate::contract::secret::Digest;
use crate::environment::clock::{self, Times};
use crate::gate::app::App;
use crate::registry::ask::Ask;
use crate::registry::organization::Organization;
use crate::registry::session::Session;
use crate::registry::usage::Use;

/// The largest body that is read: 1 MB.
pub const BODY_MAX_BYTES: usize = 1_000_000;

/// One request to one function. It carries a credential, and perhaps another in its body, so only its route is shown.
pub struct Call {
    /// The process's app.
    pub app: &'static App,
    /// When the gateway took the request in: the one clock that expiry, windows and `Retry-After` go by.
    pub now: Timestamp,
    /// The same, where less than a minute matters.
    pub near: Timestamp,
    /// The route that the gateway chose: `GET /api/v1/courses/{id}`. Unlike the path it contains nothing from the
    /// caller.
    pub route: String,
    /// The gateway's id of the request.
    pub request_id: String,
    /// The method.
    pub method: Method,
    /// The path, as the gateway hands it over: decoded.
    pub path: String,
    /// The parameters of the path, decoded.
    pub path_parameters: HashMap<String, String>,
    /// The query string, as it was sent.
    pub query: String,
    /// From where it comes.
    pub address: Option<IpAddr>,
    /// The headers, one value each.
    pub headers: HeaderMap,
    /// The cookies, `name=value` each.
    pub cookies: Vec<String>,
    /// Who signed the request, on routes that IAM guards.
    pub signed_by: Option<String>,
    /// What the key has left, once the gate has said so: every answer from then on says it.
    pub quotas: Quotas,
    /// How the request is counted as usage, once the gate has said whose key it came with.
    pub used: Option<Use>,
    /// Why the gate has refused the request, if it has.
    pub refused: Option<Kind>,
    /// Whether it asks about somebody else's request: only whoever asks knows what becomes of that.
    pub is_question: bool,
    /// The session of the portal that the request came in, once it was looked up.
    pub guest: Option<Box<Guest>>,
    body: Option<String>,
    body_is_base64: bool,
}

/// A session of the portal.
#[derive(Clone, Debug)]
pub struct Guest {
    /// The session.
    pub session: Session,
    /// The digest of its cookie.
    pub cookie: Digest,
    /// When it ends.
    pub ends: Timestamp,
    /// The session's own organization, where the path names another one.
    pub home: Option<Organization>,
    /// The organization, if it is the session's own that the path names.
    pub organization: Option<Organization>,
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("route", &self.route).field("now", &self.now).finish_non_exhaustive()
    }
}

/// What kind of fault `error` is, and where: what serde says beside that may have a header in it.
pub(super) fn place(error: &serde_json::Error) -> String {
    format!("{:?}, line {}, column {}", error.classify(), error.line(), error.column())
}

impl Call {
    /// The call in `event`. `platform` is when the platform handed it over, if it has said so.
    ///
    /// # Errors
    /// It is not an event of an HTTP API with payload format 2.0, or has an invalid header.
    pub fn read(app: &'static App, event: &str, platform: Option<Timestamp>) -> Result<Self, Violation> {
        let event: ApiGatewayV2httpRequest = serde_json::from_str(event).map_err(|error| {
            tracing::warn!("an event is none of an HTTP API with payload format 2.0: {}", place(&error));
            Violation::new("request", "cannot be read")
        })?;
        let context = event.request_context;
        let Times { now, near } = clock::judging(Timestamp::from_millisecond(context.time_epoch).ok(), platform);

        Ok(Self {
            app,
            now,
            near,
            route: context.route_key.unwrap_or_default(),
            request_id: context.request_id.unwrap_or_default(),
            address: context.http.source_ip.and_then(|address| address.parse().ok()),
            method: context.http.method,
            path: event.raw_path.unwrap_or_default(),
            path_parameters: event.path_parameters,
            query: event.raw_query_string.unwrap_or_default(),
            headers: event.headers,
            cookies: event.cookies.unwrap_or_default(),
            signed_by: context.authorizer.and_then(|authorizer| authorizer.iam).and_then(|iam| iam.user_arn),
            quotas: Quotas::default(),
            used: None,
            refused: None,
            is_question: false,
            guest: None,
            body: event.body,
            body_is_base64: event.is_base64_encoded,
        })
    }

    /// What it asks of the pass of the key that it came with.
    pub fn asking(&self) -> Ask {
        Ask { times: self.times(), cost: self.app.contract.cost(&self.route), address: self.address }
    }

    /// The times that it is judged by.
    pub const fn times(&self) -> Times {
        Times { now: self.now, near: self.near }
    }

    /// Whether it came on the operator's plane.
    pub fn is_operators(&self) -> bool {
        self.route.contains(" /operator/")
    }

    /// The media type of the body, in lower case and without parameters, where the request names one.
    pub fn media_type(&self) -> Option<Vec<u8>> {
        let kind = self.headers.get(CONTENT_TYPE)?.as_bytes().split(|byte| *byte == b';').next()?;

        Some(kind.trim_ascii().to_ascii_lowercase())
    }

    /// Whether there is a body that is not empty.
    pub fn has_body(&self) -> bool {
        self.body.as_ref().is_some_and(|body| !body.is_empty())
    }

    /// The body, decoded; empty where there is none.
    ///
    /// # Errors
    /// It is too large, or not the base64 that the event says it is.
    pub fn body(&mut self) -> Result<Vec<u8>, Violation> {
        let text = self.body.take().unwrap_or_default();
        let bytes = if self.body_is_base64 {
            BASE64.decode(text).or(Err(Violation::new("body", "cannot be decoded")))?
        } else {
            text.into_bytes()
        };
        if bytes.len() > BODY_MAX_BYTES {
            return Err(Violation::new("body", format!("must have at most {BODY_MAX_BYTES} bytes")));
        }

        Ok(bytes)
    }
}
