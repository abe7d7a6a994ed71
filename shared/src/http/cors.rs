//! Preflights: what a browser is told that asks before it sends a request, as the Fetch standard has it.

use lambda_http::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD,
    CONTENT_TYPE, ORIGIN,
};
use lambda_http::http::{HeaderMap, HeaderValue, Method};

use crate::contract::Contract;
use crate::http::extract::Stray;
use crate::http::idempotency_key as idempotency;

/// How long a browser may go by a preflight's answer: 2 hours, the most that any but Firefox does.
const MAX_AGE_SECS: u32 = 7_200;

/// What the paths begin with that are not for pages: the operator's plane.
pub(crate) const OPERATORS: &str = "/operator/";

/// What the answer says to a browser that asks before it sends a request (a preflight), if `request` is that and its page may
/// call; which page may, every answer says. It is the same for all paths, so that a script sees a 404 and a 405, too; the
/// operator's plane takes nothing from pages.
pub fn preflight(contract: &Contract, request: &Stray) -> Option<HeaderMap> {
    let Stray { method, path, headers } = request;
    let cors = contract.cors.as_ref()?;
    let asks = method == Method::OPTIONS.as_str() && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    if !(asks && !path.starts_with(OPERATORS) && cors.allows(headers.get(ORIGIN)?)) {
        return None;
    }
    let names = [contract.credential.header.as_str(), CONTENT_TYPE.as_str(), idempotency::HEADER].join(", ");

    Some(HeaderMap::from_iter([
        (ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST, PUT, PATCH, DELETE")),
        (ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_str(&names).ok()?),
        (ACCESS_CONTROL_MAX_AGE, MAX_AGE_SECS.into()),
    ]))
}
