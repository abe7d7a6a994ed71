//! The headers that a contract names: those that carry the key, and those that say what is left.

use lambda_http::http::header::{
    CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, HOST, TE, TRANSFER_ENCODING, UPGRADE,
};
use lambda_http::http::{HeaderName, HeaderValue};

use super::file::{CredentialFile, RateLimitHeadersFile};
use super::{Flaw, flaw};

/// The header that carries the key.
#[derive(Clone, Debug)]
pub struct Credential {
    /// Its name.
    pub header: HeaderName,
    /// The word before the key in it: `Bearer`.
    pub scheme: Option<String>,
    /// Another header that may carry it, alone and without a word.
    pub also: Option<HeaderName>,
}

/// The names of the rate-limit headers.
#[derive(Clone, Debug)]
pub struct RateLimitHeaders {
    /// Requests per window.
    pub limit: HeaderName,
    /// Requests left in it.
    pub remaining: HeaderName,
    /// When it ends, in Unix seconds.
    pub reset: HeaderName,
    /// Whose limit it is, `key` or `organization`, where the contract has that.
    pub scope: Option<HeaderName>,
    /// Whether there are also the fields `RateLimit` and `RateLimit-Policy`, which list all limits.
    pub has_fields: bool,
}

/// Headers that a client, a proxy or the gateway sets for itself, so that no key arrives in them.
const TAKEN: [HeaderName; 8] = [HOST, COOKIE, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, TE, TRANSFER_ENCODING, UPGRADE];

/// The draft of the fields `RateLimit` and `RateLimit-Policy` that there is.
const DRAFT: u32 = 11;

impl Credential {
    pub(super) fn check(file: CredentialFile) -> Result<Self, Flaw> {
        let header = credential_header("credential.header", &file.header)?;
        let also = file.also.map(|also| credential_header("credential.also", &also)).transpose()?;
        if also.as_ref() == Some(&header) {
            return flaw("credential.also", "must be another header");
        }

        Ok(Self { header, scheme: file.scheme, also })
    }
}

impl RateLimitHeaders {
    pub(super) fn check(names: RateLimitHeadersFile) -> Result<Self, Flaw> {
        if names.draft.is_some_and(|draft| draft != DRAFT) {
            return flaw("rate_limit_headers.draft", format!("must be {DRAFT}"));
        }

        Ok(Self {
            limit: header("rate_limit_headers.limit", &names.limit)?,
            remaining: header("rate_limit_headers.remaining", &names.remaining)?,
            reset: header("rate_limit_headers.reset", &names.reset)?,
            scope: names.scope.map(|scope| header("rate_limit_headers.scope", &scope)).transpose()?,
            has_fields: names.draft.is_some(),
        })
    }
}

pub(super) fn header(place: &str, name: &str) -> Result<HeaderName, Flaw> {
    name.parse().or_else(|_| flaw(place, format!("{name:?} is not the name of a header")))
}

/// The media type of refusals, whose bodies are JSON.
pub(super) fn check_error_type(named: Option<&str>) -> Result<HeaderValue, Flaw> {
    let Some(named) = named else { return Ok(HeaderValue::from_static("application/json")) };
    let subtype = named.strip_prefix("application/").unwrap_or_default();
    let is_token =
        subtype.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"+-.".contains(&byte));
    let is_json = is_token && (subtype == "json" || subtype.ends_with("+json"));

    HeaderValue::from_str(named)
        .ok()
        .filter(|_| is_json)
        .ok_or_else(|| ("error.content_type".to_owned(), "must be application/json, or end in +json".to_owned()))
}

/// A header that may carry a key.
fn credential_header(place: &str, name: &str) -> Result<HeaderName, Flaw> {
    let header = header(place, name)?;
    let is_the_gateways =
        ["x-amz-", "x-amzn-", "x-forwarded-"].iter().any(|prefix| header.as_str().starts_with(prefix));
    if is_the_gateways || TAKEN.contains(&header) {
        return flaw(
            place,
            format!("{name:?} cannot carry a key: clients, proxies or the gateway set it for themselves"),
        );
    }

    Ok(header)
}
