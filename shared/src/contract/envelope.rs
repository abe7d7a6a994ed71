//! The envelope: how a denial reads under the contract. Nothing else renders an error.

use std::collections::BTreeMap;

use lambda_http::http::header::{ALLOW, CONTENT_TYPE, WWW_AUTHENTICATE};
use lambda_http::http::{HeaderMap, HeaderValue, StatusCode};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::contract::Contract;
use crate::contract::denial::{Denial, Kind};
use crate::contract::limit::Quota;

/// A whole answer: text, always.
#[derive(Debug)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The headers, one value each: an HTTP API drops a second value.
    pub headers: HeaderMap,
    /// The body.
    pub body: String,
}

/// The reply that tells a caller about `denial`.
pub fn render(contract: &Contract, denial: &Denial) -> Reply {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Denial::MethodNotAllowed { allow } = denial
        && let Ok(allow) = HeaderValue::from_str(&allow.join(", "))
    {
        headers.insert(ALLOW, allow);
    }
    let Some(wire) = contract.wire(denial) else {
        // A contract without a text for it does not load.
        return Reply { status: StatusCode::INTERNAL_SERVER_ERROR, headers, body: String::new() };
    };
    headers.extend(wire.headers(denial).map(|(name, value)| (name.clone(), value)));
    if wire.status == StatusCode::UNAUTHORIZED
        && !headers.contains_key(WWW_AUTHENTICATE)
        && let Ok(challenge) = HeaderValue::from_str(&challenge(contract, denial.kind()))
    {
        headers.insert(WWW_AUTHENTICATE, challenge);
    }

    Reply { status: wire.status, headers, body: wire.body(denial) }
}

/// How to come with a key, for an answer that asks for one (RFC 9110, 11.6.1). A bearer token that was presented, and is none,
/// is an error (RFC 6750, 3).
fn challenge(contract: &Contract, kind: Kind) -> String {
    let is_presented = !matches!(kind, Kind::MissingCredential | Kind::MalformedCredential);
    match &contract.credential.scheme {
        Some(scheme) if is_presented && scheme.eq_ignore_ascii_case("bearer") => {
            format!("{scheme} error=\"invalid_token\"")
        }
        Some(scheme) => scheme.clone(),
        None => "ApiKey realm=\"API\"".to_owned(),
    }
}

/// A denial as data: the answer that somebody else is to give, or would have got.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ContractAnswer")]
pub struct Rendered {
    #[schemars(range(min = 400, max = 599))]
    pub(crate) status: u16,
    pub(crate) headers: Headers,
    pub(crate) body: Box<RawValue>,
}

impl Rendered {
    /// `denial` of a request with a key that has `quota` left.
    ///
    /// # Errors
    /// The contract gives something that is not JSON.
    pub(crate) fn new(contract: &Contract, denial: &Denial, quota: Option<Quota>) -> serde_json::Result<Self> {
        let mut reply = render(contract, denial);
        add_quota(contract, quota, &mut reply.headers);

        Ok(Self {
            status: reply.status.as_u16(),
            headers: Headers::of(&reply.headers),
            body: RawValue::from_string(reply.body)?,
        })
    }
}

/// Headers of an answer by their names: there is one value of each.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(rename = "AnswerHeaders")]
pub struct Headers(BTreeMap<String, String>);

impl Headers {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let read = headers.iter().filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())));

        Self(read.collect())
    }
}

/// Adds the headers that say what the caller has left, where the contract has them.
pub fn add_quota(contract: &Contract, quota: Option<Quota>, headers: &mut HeaderMap) {
    if let (Some(names), Some(quota)) = (&contract.rate_limit_headers, quota) {
        headers.insert(names.limit.clone(), quota.limit.into());
        headers.insert(names.remaining.clone(), quota.remaining.into());
        headers.insert(names.reset.clone(), quota.reset.into());
        if let (Some(name), Ok(scope)) = (&names.scope, HeaderValue::from_str(&quota.scope.to_string())) {
            headers.insert(name.clone(), scope);
        }
    }
}
