//! Signature Version 4: what `AWS_IAM` routes of the gateway and Lambda's `Invoke` demand, and how to make it.
//!
//! Checking is signing again: the same request, with the headers that the client says it signed and the time that it
//! names.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings};
use aws_sigv4::sign::v4;
use http::header::{AUTHORIZATION, HOST};
use http::request::Parts;
use sha2::{Digest, Sha256};

use crate::clock::real_now;
use crate::credential::{Credential, REGION};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// How far the time of a signature may be from ours.
const SKEW: Duration = Duration::from_mins(5);

/// What a request is signed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    /// The gateway.
    ExecuteApi,
    Lambda,
}

impl Service {
    fn name(self) -> &'static str {
        match self {
            Self::ExecuteApi => "execute-api",
            Self::Lambda => "lambda",
        }
    }
}

/// Signs a request to an `AWS_IAM` route; returns the headers to send in addition to `headers`.
pub fn sign(
    credential: &Credential,
    method: &str,
    url: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Result<Vec<(String, String)>, SignError> {
    sign_at(credential, method, url, headers, body, real_now())
}

/// Signs as [`sign`] does, at another time than now.
pub fn sign_at(
    credential: &Credential,
    method: &str,
    url: &str,
    headers: &[(&str, &str)],
    body: &[u8],
    time: SystemTime,
) -> Result<Vec<(String, String)>, SignError> {
    let asked = Asked { method, url, headers, body };
    let (signed, _) = signed_headers(credential, Service::ExecuteApi, &asked, time).map_err(SignError)?;
    Ok(signed)
}

/// A request that cannot be signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot sign the request: {0}")]
pub struct SignError(String);

/// What is signed of a request.
struct Asked<'a> {
    method: &'a str,
    url: &'a str,
    headers: &'a [(&'a str, &'a str)],
    body: &'a [u8],
}

/// The headers that a signature adds, and the signature.
fn signed_headers(
    credential: &Credential,
    service: Service,
    asked: &Asked<'_>,
    time: SystemTime,
) -> Result<(Vec<(String, String)>, String), String> {
    let Asked { method, url, headers, body } = *asked;
    let identity =
        Credentials::new(&credential.access_key_id, &credential.secret_access_key, None, None, "local").into();
    let mut settings = SigningSettings::default();
    // A client may sign any header, so all that it names are looked at.
    settings.excluded_headers = None;
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(REGION)
        .name(service.name())
        .time(time)
        .settings(settings)
        .build()
        .map_err(|cause| cause.to_string())?
        .into();
    let request = SignableRequest::new(method, url, headers.iter().copied(), SignableBody::Bytes(body))
        .map_err(|cause| cause.to_string())?;
    let (instructions, signature) =
        aws_sigv4::http_request::sign(request, &params).map_err(|cause| cause.to_string())?.into_parts();
    let added = instructions.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();

    Ok((added, signature))
}

/// Why a request is not let in. The client is told nothing but "Forbidden".
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("no signature")]
    Unsigned,
    #[error("the authorization header is malformed")]
    Malformed,
    #[error("another credential than the operator's")]
    Stranger,
    #[error("signed for another region, service or day")]
    Scope,
    #[error("host or a header x-amz-… is not signed")]
    Incomplete,
    #[error("a session token, and the operator's credential has none")]
    Token,
    #[error("a header that is signed is not there")]
    Absent,
    #[error("x-amz-date is missing or more than five minutes off")]
    Stale,
    #[error("x-amz-content-sha256 is not the body's")]
    Body,
    #[error("the signature does not match")]
    Mismatch,
}

/// Checks that `credential` signed this request for `service`, and did so recently. What [AWS's page on signing] says that a
/// request must have is asked for: `host` and every header `x-amz-…` are signed, in their order.
///
/// [AWS's page on signing]: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
pub(crate) fn verify(
    head: &Parts,
    body: &[u8],
    credential: &Credential,
    service: Service,
    now: SystemTime,
) -> Result<(), Refusal> {
    let text = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok());
    let claim = Claim::read(head)?;

    if claim.access_key_id != credential.access_key_id {
        return Err(Refusal::Stranger);
    }
    if head.headers.contains_key("x-amz-security-token") {
        return Err(Refusal::Token);
    }
    let date = text("x-amz-date").ok_or(Refusal::Stale)?;
    let time = read_time(date).ok_or(Refusal::Stale)?;
    let away = now.duration_since(time).unwrap_or_else(|ahead| ahead.duration());
    if away > SKEW {
        return Err(Refusal::Stale);
    }
    let day = date.get(..8).ok_or(Refusal::Stale)?;
    if claim.scope != format!("{day}/{REGION}/{}/aws4_request", service.name()) {
        return Err(Refusal::Scope);
    }
    if text("x-amz-content-sha256").is_some_and(|hash| !hash.eq_ignore_ascii_case(&hex(&Sha256::digest(body)))) {
        return Err(Refusal::Body);
    }
    let sent = head.headers.keys().map(http::HeaderName::as_str).filter(|name| name.starts_with("x-amz-"));
    if !sent.chain(["host", "x-amz-date"]).all(|needed| claim.signed_headers.contains(&needed)) {
        return Err(Refusal::Incomplete);
    }

    let mut headers = Vec::new();
    for name in claim.signed_headers {
        // A header that is signed as empty would match; AWS refuses it all the same.
        if !head.headers.contains_key(name) {
            return Err(Refusal::Absent);
        }
        let values = head.headers.get_all(name).iter().map(|value| value.to_str().ok());
        headers.push((name, values.collect::<Option<Vec<_>>>().ok_or(Refusal::Mismatch)?.join(",")));
    }
    let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let path = head.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    let url = format!("http://{}{path}", text(HOST.as_str()).ok_or(Refusal::Incomplete)?);
    let asked = Asked { method: head.method.as_str(), url: &url, headers: &headers, body };
    let (_, signature) = signed_headers(credential, service, &asked, time).map_err(|_unsignable| Refusal::Mismatch)?;

    if same(signature.as_bytes(), claim.signature.as_bytes()) { Ok(()) } else { Err(Refusal::Mismatch) }
}

/// What an `Authorization` header says.
struct Claim<'a> {
    access_key_id: &'a str,
    /// `20261120/us-east-1/execute-api/aws4_request`.
    scope: &'a str,
    signed_headers: Vec<&'a str>,
    signature: &'a str,
}

impl<'a> Claim<'a> {
    /// Reads the one header that says it. Each part is there once; the names of headers are in small letters, in their order.
    fn read(head: &'a Parts) -> Result<Self, Refusal> {
        let mut headers = head.headers.get_all(AUTHORIZATION).iter();
        let (header, None) = (headers.next().ok_or(Refusal::Unsigned)?, headers.next()) else {
            return Err(Refusal::Malformed);
        };
        let header = header.to_str().map_err(|_not_text| Refusal::Malformed)?;
        let parts = header.strip_prefix(ALGORITHM).and_then(|rest| rest.strip_prefix(' ')).ok_or(Refusal::Unsigned)?;
        let part = |name: &str| {
            let values = parts.split(',').filter_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='));
            match values.collect::<Vec<_>>().as_slice() {
                [value] => Ok(*value),
                _ => Err(Refusal::Malformed),
            }
        };
        let (access_key_id, scope) = part("Credential")?.split_once('/').ok_or(Refusal::Malformed)?;
        let signed_headers: Vec<_> = part("SignedHeaders")?.split(';').collect();
        let is_small = signed_headers.iter().all(|name| !name.contains(|letter: char| letter.is_ascii_uppercase()));
        if !is_small || !signed_headers.is_sorted_by(|before, after| before < after) {
            return Err(Refusal::Malformed);
        }

        Ok(Self { access_key_id, scope, signed_headers, signature: part("Signature")? })
    }
}

fn read_time(text: &str) -> Option<SystemTime> {
    let time = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", text).ok()?;
    Some(time.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().into())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        hex.extend([byte >> 4, byte & 15].iter().filter_map(|digit| char::from_digit(u32::from(*digit), 16)));
        hex
    })
}

/// Compares in a time that does not depend on where the first difference is.
fn same(left: &[u8], right: &[u8]) -> bool {
    let different = left.iter().zip(right).fold(0, |different, (left, right)| different | (left ^ right));
    left.len() == right.len() && different == 0
}

#[cfg(test)]
mod tests {
    use super::{Refusal, SKEW, Service, sign_at};
    use crate::clock::real_now;
    use crate::credential::Credential;
    use http::request::Parts;
    use std::time::{Duration, SystemTime};

    fn verify(head: &Parts, body: &[u8], credential: &Credential, now: SystemTime) -> Result<(), Refusal> {
        super::verify(head, body, credential, Service::ExecuteApi, now)
    }

    const BODY: &[u8] = br#"{"name":"Acme"}"#;

    fn signed(credential: &Credential, path: &str, time: SystemTime) -> Parts {
        let headers = [("content-type", "application/json")];
        let url = format!("http://localhost:3000{path}");
        let added = sign_at(credential, "PUT", &url, &headers, BODY, time).unwrap();
        let mut request = http::Request::builder().method("PUT").uri(path).header("host", "localhost:3000");
        for (name, value) in headers {
            request = request.header(name, value);
        }
        for (name, value) in added {
            request = request.header(name, value);
        }
        request.body(()).unwrap().into_parts().0
    }

    #[test]
    fn what_was_signed_for_another_service_is_refused() {
        let (credential, now) = (Credential::random("LOCAL").unwrap(), real_now());
        let head = signed(&credential, "/", now);
        assert_eq!(super::verify(&head, BODY, &credential, Service::Lambda, now), Err(Refusal::Scope));
    }

    #[test]
    fn what_was_signed_is_let_in() {
        let (credential, now) = (Credential::random("LOCAL").unwrap(), real_now());
        for path in
            ["/a/b", "/", "/a?b=1&a=2", "/a%20b/%C3%A9?x=%2F&y", "/a?x=a+b&x=c", "/a/../b", "/a//b", "/~a-b_c.d"]
        {
            assert_eq!(verify(&signed(&credential, path, now), BODY, &credential, now), Ok(()), "{path}");
        }
    }

    #[test]
    fn what_was_changed_after_signing_is_refused() {
        let (credential, now) = (Credential::random("LOCAL").unwrap(), real_now());
        let head = signed(&credential, "/a?b=1", now);
        assert_eq!(verify(&head, br#"{"name":"Evil"}"#, &credential, now), Err(Refusal::Mismatch));

        let change = |change: fn(&mut Parts)| {
            let mut head = head.clone();
            change(&mut head);
            verify(&head, BODY, &credential, now)
        };
        assert_eq!(change(|head| head.method = http::Method::POST), Err(Refusal::Mismatch));
        assert_eq!(change(|head| head.uri = "/b?b=1".parse().unwrap()), Err(Refusal::Mismatch));
        assert_eq!(change(|head| head.uri = "/a?b=2".parse().unwrap()), Err(Refusal::Mismatch));
        let text = |text: &'static str| http::HeaderValue::from_static(text);
        let set = |name: &'static str, value: &'static str| {
            let mut head = head.clone();
            head.headers.insert(name, text(value));
            verify(&head, BODY, &credential, now)
        };
        assert_eq!(set("content-type", "text/plain"), Err(Refusal::Mismatch));
        assert_eq!(set("host", "elsewhere"), Err(Refusal::Mismatch));
        assert_eq!(set("x-amz-content-sha256", "UNSIGNED-PAYLOAD"), Err(Refusal::Body));
        assert_eq!(set("authorization", "Bearer x"), Err(Refusal::Unsigned));
        assert_eq!(set("authorization", "AWS4-HMAC-SHA256 Credential=x"), Err(Refusal::Malformed));
        assert_eq!(change(|head| drop(head.headers.remove("authorization"))), Err(Refusal::Unsigned));
        assert_eq!(change(|head| drop(head.headers.remove("x-amz-date"))), Err(Refusal::Stale));
    }

    #[test]
    fn a_header_that_is_signed_must_be_there() {
        let (credential, now) = (Credential::random("LOCAL").unwrap(), real_now());
        let headers = [("x-other", "")];
        let added = sign_at(&credential, "PUT", "http://localhost:3000/", &headers, BODY, now).unwrap();
        let mut request = http::Request::builder().method("PUT").uri("/").header("host", "localhost:3000");
        for (name, value) in added {
            request = request.header(name, value);
        }
        let mut head = request.body(()).unwrap().into_parts().0;
        assert_eq!(verify(&head, BODY, &credential, now), Err(Refusal::Absent));
        head.headers.insert("x-other", http::HeaderValue::from_static(""));
        assert_eq!(verify(&head, BODY, &credential, now), Ok(()));
    }

    #[test]
    fn a_signature_that_leaves_out_what_must_be_signed_is_refused() {
        let (credential, now) = (Credential::random("LOCAL").unwrap(), real_now());
        let head = signed(&credential, "/", now);
        let authorization = head.headers.get("authorization").unwrap().to_str().unwrap().to_owned();
        let with = |name: &'static str, value: &str| {
            let mut head = head.clone();
            head.headers.append(name, value.parse().unwrap());
            verify(&head, BODY, &credential, now)
        };
        assert_eq!(with("x-amz-meta", "1"), Err(Refusal::Incomplete));
        assert_eq!(with("x-amzn-trace-id", "Root=1"), Ok(()));
        assert_eq!(with("x-amz-security-token", "IQoJ"), Err(Refusal::Token));
        assert_eq!(with("authorization", &authorization), Err(Refusal::Malformed));

        let saying = |from: &str, to: &str| {
            let mut head = head.clone();
            assert!(authorization.contains(from), "{authorization}");
            head.headers.insert("authorization", authorization.replace(from, to).parse().unwrap());
            verify(&head, BODY, &credential, now)
        };
        assert_eq!(saying("content-type;host;", "host;content-type;"), Err(Refusal::Malformed));
        assert_eq!(saying("content-type;host;", "content-type;host;host;"), Err(Refusal::Malformed));
        assert_eq!(saying("content-type;host;", "Content-Type;host;"), Err(Refusal::Malformed));
        assert_eq!(saying("host;", ""), Err(Refusal::Incomplete));
        assert_eq!(saying("Signature=", "Signature=0, Signature="), Err(Refusal::Malformed));
        assert_eq!(saying("AWS4-HMAC-SHA256 ", "AWS4-HMAC-SHA256"), Err(Refusal::Unsigned));
    }

    #[test]
    fn another_credential_or_secret_is_refused() {
        let (credential, now) = (Credential::random("LOCAL").unwrap(), real_now());
        let other = Credential::random("LOCAL").unwrap();
        assert_eq!(verify(&signed(&other, "/", now), BODY, &credential, now), Err(Refusal::Stranger));
        let guessed = Credential { access_key_id: credential.access_key_id.clone(), ..other };
        assert_eq!(verify(&signed(&guessed, "/", now), BODY, &credential, now), Err(Refusal::Mismatch));
    }

    #[test]
    fn an_old_or_future_signature_is_refused() {
        let (credential, now) = (Credential::random("LOCAL").unwrap(), real_now());
        let beyond = SKEW + Duration::from_secs(2);
        assert_eq!(verify(&signed(&credential, "/", now - beyond), BODY, &credential, now), Err(Refusal::Stale));
        assert_eq!(verify(&signed(&credential, "/", now + beyond), BODY, &credential, now), Err(Refusal::Stale));
        let within = Duration::from_secs(298);
        assert_eq!(verify(&signed(&credential, "/", now - within), BODY, &credential, now), Ok(()));
    }
}
