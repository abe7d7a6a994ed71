//! The header `Idempotency-Key`, with which a client has something done once, however often it asks.

use lambda_http::http::HeaderMap;
use schemars::JsonSchema;
use serde::Serialize;

use crate::contract::denial::Violation;
use crate::http::call::Call;
use crate::http::describe::{Operation, Reason};
use crate::http::extract::FromCall;
use crate::registry::attempt::Attempt;
use crate::registry::error::Result;

pub(crate) const HEADER: &str = "Idempotency-Key";
const LENGTH_MAX: usize = 255;

/// The header, as the description of functions that take it.
#[derive(JsonSchema)]
struct Header {
    /// The client's name for its request. A repeat under the same name does nothing again, for 24 hours.
    #[serde(rename = "Idempotency-Key")]
    #[schemars(length(min = 1, max = LENGTH_MAX), regex(pattern = "^[!-~]+$"))]
    #[expect(dead_code, reason = "it is only described")]
    idempotency_key: Option<String>,
}

/// The client's name for its request, if it gives one: 1 to 255 visible ASCII characters, in the header
/// `Idempotency-Key`.
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

impl IdempotencyKey {
    /// The request to do `what` as `body` says, if it is to be carried out once.
    ///
    /// # Errors
    /// `body` cannot be written as JSON.
    pub fn attempt(&self, what: &str, body: &impl Serialize) -> Result<Option<Attempt>> {
        self.0.as_ref().map(|key| Attempt::new(key, what, body)).transpose()
    }
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
