//! Preflights: the answer to a browser that asks before it sends a request, as the Fetch standard has it.

use lambda_http::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, CONTENT_TYPE, ORIGIN,
};
use lambda_http::http::{HeaderMap, HeaderName, HeaderValue, Method};

use crate::contract::{Contract, Credential};
use crate::http::extract::Stray;
use crate::http::idempotency_key as idempotency;

/// How long a browser may reuse a preflight's answer: 2 hours, the longest that any browser but Firefox allows.
const MAX_AGE_SECS: u32 = 7_200;

/// Whether no page of another site may read what is at `path`: the operator's plane, and the portal.
pub(crate) fn is_closed(path: &str) -> bool {
    ["/operator", "/portal"]
        .iter()
        .any(|closed| path.strip_prefix(closed).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

/// The headers that answer a browser that asks before it sends a request (a preflight), if `request` is one and its
/// page may call. Every answer names the pages that may. The answer is the same for all paths, so that a script sees a
/// 404 and a 405, too. A script may send whatever headers it asks for (tracing adds some): a browser sends no cookie and no
/// key along with it that the script does not have. The operator's plane and the portal take nothing from other sites.
pub fn preflight(contract: &Contract, request: &Stray) -> Option<HeaderMap> {
    let Stray { method, path, headers } = request;
    let cors = contract.cors.as_ref()?;
    let asks = method == Method::OPTIONS.as_str() && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    if !(asks && !is_closed(path) && cors.allows(headers.get(ORIGIN)?)) {
        return None;
    }
    let Credential { header, also, .. } = &contract.credential;
    let credentials = [Some(header), also.as_ref()].into_iter().flatten().map(HeaderName::as_str);
    let ours: Vec<_> = credentials.chain([CONTENT_TYPE.as_str(), idempotency::HEADER]).collect();
    let ours = ours.join(", ");
    let asked = headers.get(ACCESS_CONTROL_REQUEST_HEADERS).filter(|names| are_names(names)).cloned();
    let names = asked.map_or_else(|| HeaderValue::from_str(&ours).ok(), Some)?;

    Some(HeaderMap::from_iter([
        (ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE")),
        (ACCESS_CONTROL_ALLOW_HEADERS, names),
        (ACCESS_CONTROL_MAX_AGE, MAX_AGE_SECS.into()),
    ]))
}

/// The most bytes of a list of header names that is given back.
const LONGEST: usize = 1_000;

/// Whether `list` is a list of names of headers.
fn are_names(list: &HeaderValue) -> bool {
    let is_name = |name: &str| HeaderName::from_bytes(name.trim().as_bytes()).is_ok();

    list.len() <= LONGEST && list.to_str().is_ok_and(|list| list.split(',').all(is_name))
}
