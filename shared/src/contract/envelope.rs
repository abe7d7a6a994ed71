//! The envelope: how a denial reads under the contract. Nothing else renders an error.

use std::collections::BTreeMap;

use lambda_http::http::header::{ALLOW, CONTENT_TYPE, WWW_AUTHENTICATE};
use lambda_http::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::contract::Contract;
use crate::contract::denial::{Denial, Kind};
use crate::contract::placeholder::Told;
use crate::contract::quota::{Quota, Quotas};

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

/// The reply that tells a caller about a denial.
pub fn render(contract: &Contract, told: &Told<'_>) -> Reply {
    let Told { denial, .. } = told;
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, contract.error_type.clone());
    if let Denial::MethodNotAllowed { allow } = denial
        && let Ok(allow) = HeaderValue::from_str(&allow.join(", "))
    {
        headers.insert(ALLOW, allow);
    }
    let Some(wire) = contract.wire(denial) else {
        // A contract without a text for it does not load.
        return Reply { status: StatusCode::INTERNAL_SERVER_ERROR, headers, body: String::new() };
    };
    headers.extend(wire.headers(told).map(|(name, value)| (name.clone(), value)));
    if wire.status == StatusCode::UNAUTHORIZED
        && !headers.contains_key(WWW_AUTHENTICATE)
        && let Ok(challenge) = HeaderValue::from_str(&challenge(contract, denial.kind()))
    {
        headers.insert(WWW_AUTHENTICATE, challenge);
    }

    Reply { status: wire.status, headers, body: wire.body(told) }
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
    /// The denial of a request with a key that has these `quotas` left.
    ///
    /// # Errors
    /// The contract gives something that is not JSON.
    pub(crate) fn new(contract: &Contract, told: &Told<'_>, quotas: &Quotas) -> serde_json::Result<Self> {
        let mut reply = render(contract, told);
        add_quotas(contract, quotas, &mut reply.headers);

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

/// The names of the fields of draft-ietf-httpapi-ratelimit-headers-11: lists of structured fields (RFC 9651).
pub(crate) const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
pub(crate) const STATE: HeaderName = HeaderName::from_static("ratelimit");

/// Adds the headers that say what the caller has left, where the contract has them.
pub fn add_quotas(contract: &Contract, quotas: &Quotas, headers: &mut HeaderMap) {
    let (Some(names), Some(tightest)) = (&contract.rate_limit_headers, quotas.tightest()) else { return };
    headers.insert(names.limit.clone(), tightest.limit.into());
    headers.insert(names.remaining.clone(), tightest.remaining.into());
    headers.insert(names.reset.clone(), tightest.reset.into());
    if let (Some(name), Ok(scope)) = (&names.scope, HeaderValue::from_str(&tightest.scope.to_string())) {
        headers.insert(name.clone(), scope);
    }
    if names.has_fields {
        let list = |item: fn(Quota) -> String| quotas.iter().map(item).collect::<Vec<_>>().join(", ");
        let policies =
            list(|Quota { scope, per, limit, .. }| format!("\"{}\";q={limit};w={}", scope.policy(per), per.seconds()));
        let states = list(|Quota { scope, per, remaining, wait, .. }| {
            format!("\"{}\";r={remaining};t={wait}", scope.policy(per))
        });
        let fields = [(POLICY, policies), (STATE, states)];
        headers.extend(fields.into_iter().filter_map(|(name, list)| Some((name, HeaderValue::from_str(&list).ok()?))));
    }
}

#[cfg(test)]
mod tests {
    use crate::contract::limit::Window;
    use crate::contract::quota::Holder;

    use super::*;

    #[test]
    fn the_fields_of_the_draft_list_all_limits_and_the_trio_tells_of_the_tightest() {
        let quota = |scope, per, limit, remaining, wait| Quota {
            scope,
            limit,
            remaining,
            reset: 1_800_000_000 + i64::from(wait),
            wait,
            per,
        };
        let quotas = Quotas::from_iter([
            quota(Holder::Key, Window::Minute, 60, 42, 18),
            quota(Holder::Organization, Window::Day, 1_000, 7, 40_112),
        ]);
        let headers = |contract: &str| {
            let mut headers = HeaderMap::new();
            add_quotas(&Contract::load(contract).unwrap(), &quotas, &mut headers);
            headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect::<Vec<_>>()
        };
        assert_eq!(
            headers("standard"),
            [
                "x-ratelimit-limit: 1000",
                "x-ratelimit-remaining: 7",
                "x-ratelimit-reset: 1800040112",
                "x-ratelimit-scope: organization",
                "ratelimit-policy: \"minute\";q=60;w=60, \"organization-day\";q=1000;w=86400",
                "ratelimit: \"minute\";r=42;t=18, \"organization-day\";r=7;t=40112",
            ]
        );
        let trio = ["x-ratelimit-limit: 1000", "x-ratelimit-remaining: 7", "x-ratelimit-reset: 1800040112"];
        assert_eq!(headers("thefaq"), trio);
    }
}
