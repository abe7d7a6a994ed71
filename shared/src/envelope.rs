//! The envelope: how a denial reads under the contract. Nothing else renders an error.

use lambda_http::http::header::{ALLOW, CONTENT_TYPE};
use lambda_http::http::{HeaderMap, HeaderValue, StatusCode};

use crate::contract::Contract;
use crate::denial::Denial;
use crate::pass::Quota;
use crate::reply::Reply;

/// The reply that tells a caller of `denial`.
pub fn render(contract: &Contract, denial: &Denial) -> Reply {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Denial::MethodNotAllowed { allow } = denial
        && let Ok(allow) = HeaderValue::from_str(&allow.join(", "))
    {
        headers.insert(ALLOW, allow);
    }
    let Some(wire) = contract.wire(denial) else {
        // A contract without it does not load.
        return Reply { status: StatusCode::INTERNAL_SERVER_ERROR, headers, body: String::new() };
    };
    headers.extend(wire.headers(denial).map(|(name, value)| (name.clone(), value)));

    Reply { status: wire.status, headers, body: wire.body(denial) }
}

/// Adds what the caller has left, where the contract has headers for it.
pub fn add_quota(contract: &Contract, quota: Option<Quota>, headers: &mut HeaderMap) {
    if let (Some(names), Some(quota)) = (&contract.rate_limit_headers, quota) {
        headers.insert(names.limit.clone(), quota.limit.into());
        headers.insert(names.remaining.clone(), quota.remaining.into());
        headers.insert(names.reset.clone(), quota.reset.into());
    }
}
