//! Doing something once, however often it is asked for: the header `Idempotency-Key`.
//!
//! What was done is kept in the transaction that does it, with the reply less its secret. It is kept by organization: the
//! same header means the same request, on whichever plane it comes.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use dynamodb::Tries;
use lambda_http::http::HeaderMap;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use crate::app::App;
use crate::audit::Author;
use crate::call::Call;
use crate::denial::{Denial, Violation};
use crate::describe::{Operation, Reason};
use crate::error::{Error, Result};
use crate::extract::FromCall;
use crate::organization::Slug;

/// How long a repeat is known for one: 24 hours.
pub const KNOWN_SECS: i64 = 86_400;

pub(crate) const HEADER: &str = "Idempotency-Key";
const LENGTH_MAX: usize = 255;

/// The header, for the description of those who take it.
#[derive(JsonSchema)]
struct Header {
    /// The client's name for its request: a repeat under the same one does nothing again, for 24 hours.
    #[serde(rename = "Idempotency-Key")]
    #[schemars(length(min = 1, max = LENGTH_MAX), regex(pattern = "^[!-~]+$"))]
    #[expect(dead_code, reason = "it is only described")]
    idempotency_key: Option<String>,
}

/// What a client calls its request by, if it does: 1 to 255 visible ASCII characters, in the header `Idempotency-Key`.
#[derive(Debug)]
pub struct IdempotencyKey(Option<String>);

impl FromCall for IdempotencyKey {
    async fn from_call(call: &mut Call) -> Result<Self> {
        Ok(Self(read(&call.headers)?))
    }

    fn describe(operation: &mut Operation<'_>) {
        operation.take_parameters::<Header>("header");
        operation.announce(Reason::Conflict);
    }
}

fn read(headers: &HeaderMap) -> std::result::Result<Option<String>, Violation> {
    let Some(value) = headers.get(HEADER) else { return Ok(None) };
    let bytes = value.as_bytes().trim_ascii();
    let fits = (1..=LENGTH_MAX).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_graphic);
    let text = std::str::from_utf8(bytes).ok().filter(|_| fits);

    let text =
        text.ok_or_else(|| Violation::new(HEADER, format!("must be 1 to {LENGTH_MAX} visible ASCII characters")));
    text.map(|text| Some(text.to_owned()))
}

/// A request that is to be carried out once. Nothing of what the client sent is in it, only hashes.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Stands for the header.
    pub(crate) name: String,
    /// Stands for everything else that was asked for.
    pub(crate) request: String,
}

impl IdempotencyKey {
    /// The request to do `what` as `body` says, if it is to be carried out once.
    ///
    /// # Errors
    /// `body` cannot be written as JSON.
    pub fn attempt(&self, what: &str, body: &impl Serialize) -> Result<Option<Attempt>> {
        let Some(key) = &self.0 else { return Ok(None) };
        let body = serde_json::to_string(body).map_err(Error::failed)?;

        Ok(Some(Attempt { name: hash(&[key]), request: hash(&[what, &body]) }))
    }
}

fn hash(parts: &[&str]) -> String {
    let mut sha = Sha256::new();
    for part in parts {
        // The length before each keeps two that read the same together apart.
        sha.update(part.len().to_be_bytes());
        sha.update(part.as_bytes());
    }

    BASE64.encode(sha.finalize())
}

/// What came of something that is done once.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(inline)]
pub enum Done<N, B> {
    /// It was done now.
    Now(N),
    /// It was done before: the reply that was given then, less its secret.
    Before(B),
}

/// The reply that is kept with what `attempt` did, if it was carried out before. Nothing is written for a repeat, so that its
/// `author` is looked up.
///
/// # Errors
/// The header was used for something else, or the author may not any more.
pub(crate) async fn done_before(
    app: &App,
    org: &Slug,
    attempt: Option<&Attempt>,
    author: &Author,
    tries: &mut Tries,
) -> Result<Option<Box<RawValue>>> {
    let Some(attempt) = attempt else { return Ok(None) };
    let Some(kept) = tries.run(|| app.keys.kept(org, attempt, author.at)).await? else { return Ok(None) };
    if let Some(bearer) = &author.bearer {
        let (key, org) = app.keys.find(&bearer.org, &bearer.key).await?;
        let org = org.ok_or(Denial::UnknownKey)?;
        author.may_go_on(&app.contract, &org, Some((&bearer.key, key.as_ref())))?;
    }
    if kept.request != attempt.request {
        let reason = "The Idempotency-Key was used for another request".to_owned();
        return Err(Denial::Conflict { reason }.into());
    }

    RawValue::from_string(kept.reply).map(Some).map_err(Error::failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_1_to_255_visible_characters() {
        for (value, expected) in [
            (None, Ok(None)),
            (Some("a"), Ok(Some("a"))),
            (Some(" 8e03978e-40d5-43e8-bc93-6894a57f9324 "), Ok(Some("8e03978e-40d5-43e8-bc93-6894a57f9324"))),
            (Some("a b"), Err(())),
            (Some(""), Err(())),
            (Some("é"), Err(())),
            (Some(&*"a".repeat(255)), Ok(Some(&*"a".repeat(255)))),
            (Some(&*"a".repeat(256)), Err(())),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(value) = value {
                headers.insert(HEADER, lambda_http::http::HeaderValue::from_bytes(value.as_bytes()).unwrap());
            }
            assert_eq!(read(&headers).or(Err(())), expected.map(|text| text.map(str::to_owned)), "{value:?}");
        }
    }

    #[test]
    fn another_body_another_thing_to_do_or_another_header_is_another_request() {
        let attempt = |key: &str, what, body: &[&str]| {
            let attempt = IdempotencyKey(Some(key.to_owned())).attempt(what, &body).unwrap().unwrap();
            (attempt.name, attempt.request)
        };
        let one = attempt("k", "create", &["a"]);
        assert_eq!(one, attempt("k", "create", &["a"]));
        assert_eq!(one.0, attempt("k", "create", &["b"]).0);
        assert_ne!(one.1, attempt("k", "create", &["b"]).1);
        assert_ne!(one.1, attempt("k", "regenerate", &["a"]).1);
        assert_ne!(one.0, attempt("l", "create", &["a"]).0);
    }
}
