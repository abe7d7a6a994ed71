//! The signature of a call, Signature Version 4: of the one kind of call that there is here, with the key of the day made once.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use aws_sdk_dynamodb::config::Credentials;
use aws_sigv4::sign::v4::generate_signing_key;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_types::body::SdkBody;
use hmac::{Hmac, KeyInit, Mac};
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderName, USER_AGENT};
use http::{HeaderValue, Method, Request, Uri};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::{Error, Result};

const SERVICE: &str = "dynamodb";
const OPERATION: &str = "DynamoDB_20120810.UpdateItem";
const JSON: &str = "application/x-amz-json-1.0";
const AGENT: &str = concat!("latchkey/", env!("CARGO_PKG_VERSION"));

const DATE: HeaderName = HeaderName::from_static("x-amz-date");
const TARGET: HeaderName = HeaderName::from_static("x-amz-target");
const TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");

/// Whoever signs, and for which region.
pub(super) struct Signer {
    credentials: Credentials,
    region: String,
    /// The key of the last day, by that day.
    key: Mutex<Option<(String, Hmac<Sha256>)>>,
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("region", &self.region).finish_non_exhaustive()
    }
}

impl Signer {
    pub(super) fn new(credentials: Credentials, region: String) -> Self {
        Self { credentials, region, key: Mutex::default() }
    }

    pub(super) fn region(&self) -> &str {
        &self.region
    }

    /// A call with this body, signed now.
    pub(super) fn signed(&self, uri: &Uri, body: Vec<u8>) -> Result<Request<SdkBody>> {
        self.signed_at(uri, body, now()).map_err(|error| Error::Fault(format!("the call cannot be signed: {error}")))
    }

    fn signed_at(&self, uri: &Uri, body: Vec<u8>, now: SystemTime) -> std::result::Result<Request<SdkBody>, BoxError> {
        let time = compact(Timestamp::try_from(now)?);
        let day = time.split('T').next().unwrap_or_default();
        let host = host(uri)?;
        let (token, token_name) = match self.credentials.session_token() {
            Some(token) => (format!("x-amz-security-token:{token}\n"), "x-amz-security-token;"),
            None => (String::new(), ""),
        };
        let names = format!("content-type;host;x-amz-date;{token_name}x-amz-target");
        let canonical = format!(
            "POST\n{}\n\ncontent-type:{JSON}\nhost:{host}\nx-amz-date:{time}\n{token}x-amz-target:{OPERATION}\n\n{names}\n{}",
            uri.path(),
            hex(&Sha256::digest(&body)),
        );
        let scope = format!("{day}/{}/{SERVICE}/aws4_request", self.region);
        let text = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", hex(&Sha256::digest(canonical)));
        let signature = self.key(day, now)?.chain_update(text).finalize().into_bytes();
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={}",
            self.credentials.access_key_id(),
            hex(&signature),
        );

        let mut request = Request::new(SdkBody::from(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = uri.clone();
        let headers = request.headers_mut();
        for (name, value) in [(CONTENT_TYPE, JSON), (TARGET, OPERATION), (USER_AGENT, AGENT)] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        headers.insert(HOST, HeaderValue::try_from(host)?);
        headers.insert(DATE, HeaderValue::try_from(time)?);
        headers.insert(AUTHORIZATION, secret(&authorization)?);
        if let Some(token) = self.credentials.session_token() {
            headers.insert(TOKEN, secret(token)?);
        }

        Ok(request)
    }

    /// The key that calls of `day` are signed with.
    fn key(&self, day: &str, now: SystemTime) -> std::result::Result<Hmac<Sha256>, BoxError> {
        let mut known = self.key.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, key)) = known.as_ref().filter(|(of, _)| of == day) {
            return Ok(key.clone());
        }
        let key = generate_signing_key(self.credentials.secret_access_key(), now, &self.region, SERVICE);
        let key = Hmac::new_from_slice(key.as_ref())?;
        *known = Some((day.to_owned(), key.clone()));

        Ok(key)
    }
}

/// `20300615T092200Z`: a time as signatures have it.
fn compact(at: Timestamp) -> String {
    format!("{at:.0}").replace(['-', ':'], "")
}

/// Whom `uri` leads to, as a call says it: with its port, if that is not the usual one.
fn host(uri: &Uri) -> std::result::Result<String, BoxError> {
    let host = uri.host().ok_or("an endpoint without a host")?;
    let usual = if uri.scheme_str() == Some("https") { 443 } else { 80 };

    Ok(uri.port_u16().filter(|port| *port != usual).map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 0xF]);

    digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}

/// A value that is not shown.
fn secret(value: &str) -> std::result::Result<HeaderValue, BoxError> {
    let mut value = HeaderValue::try_from(value)?;
    value.set_sensitive(true);

    Ok(value)
}

#[expect(clippy::disallowed_methods, reason = "a signature is of now, as the SDK makes it; nobody is judged by it")]
fn now() -> SystemTime {
    SystemTime::now()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
    use aws_sigv4::sign::v4;

    use super::*;

    #[test]
    fn a_call_is_signed_as_the_sdks_own_crate_signs_it() {
        let eve = SystemTime::UNIX_EPOCH + Duration::from_secs(1_907_711_999);
        for token in [None, Some("a token/of=a+role".to_owned())] {
            let credentials = Credentials::new("AKID", "secret", token, None, "test");
            let signer = Signer::new(credentials.clone(), "eu-central-1".to_owned());
            // The key of the day before is not used on the next.
            for (uri, time) in [
                ("https://dynamodb.eu-central-1.amazonaws.com/", eve),
                ("http://127.0.0.1:8000/", eve + Duration::from_secs(1)),
                ("https://example.com:443/", eve),
            ] {
                let uri: Uri = uri.parse().unwrap();
                let request = signer.signed_at(&uri, b"{\"TableName\":\"T\"}".to_vec(), time).unwrap();

                let identity = credentials.clone().into();
                let params = v4::SigningParams::builder().identity(&identity).region("eu-central-1").name(SERVICE);
                let params = params.time(time).settings(SigningSettings::default()).build().unwrap().into();
                let host = request.headers()[HOST].to_str().unwrap();
                let headers = [("content-type", JSON), ("x-amz-target", OPERATION), ("host", host)].into_iter();
                let body = SignableBody::Bytes(b"{\"TableName\":\"T\"}");
                let signable = SignableRequest::new("POST", uri.to_string(), headers, body).unwrap();
                let (expected, _) = sign(signable, &params).unwrap().into_parts();
                let mut count = 0;
                for (name, value) in expected.headers() {
                    assert_eq!(request.headers()[name].to_str().unwrap(), value, "{name} of {uri}");
                    count += 1;
                }
                assert!(count >= 2, "{count}");
            }
        }
    }

    #[test]
    fn nothing_that_is_secret_is_shown() {
        let credentials = Credentials::new("AKID", "hush-secret", Some("hush-token".to_owned()), None, "test");
        let signer = Signer::new(credentials, "eu-central-1".to_owned());
        let request = signer.signed(&Uri::from_static("https://example.com/"), Vec::new()).unwrap();
        let shown = format!("{signer:?} {request:?}");
        assert!(!shown.contains("hush") && !shown.contains("Signature=") && !shown.contains("AKID"), "{shown}");
    }
}
