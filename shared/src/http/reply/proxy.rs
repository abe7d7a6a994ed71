//! What a proxy that asks before each request takes for a yes or a no.

use lambda_http::http::header::CONTENT_TYPE;
use lambda_http::http::{HeaderMap, HeaderValue, StatusCode};

use super::IntoReply;
use crate::contract::envelope::Reply;
use crate::http::describe::Operation;
use crate::registry::error::Result;

/// 200, headers and an empty body: what a proxy takes for a yes.
#[derive(Debug)]
pub struct LetIn(pub HeaderMap);

impl IntoReply for LetIn {
    fn into_reply(self) -> Result<Reply> {
        Ok(Reply { status: StatusCode::OK, headers: self.0, body: String::new() })
    }

    // A proxy's question is not an operation.
    fn describe(operation: &mut Operation<'_>) {
        operation.close();
    }
}

/// The most bytes of a body in a header: nginx reads all headers of an answer into 4 KB.
const LINE_MAX_BYTES: usize = 2_048;

/// Makes a refusal one that nginx can use. Its `auth_request` knows 401 and 403 alone, and throws the body away: so what the refusal
/// says is put into headers.
pub(crate) fn for_nginx(reply: &mut Reply) {
    if reply.status.is_success() {
        return;
    }
    let nothing = HeaderValue::from_static("");
    let kind = reply.headers.get(CONTENT_TYPE).cloned();
    reply.headers.insert("latchkey-status", reply.status.as_u16().into());
    reply.headers.insert("latchkey-content-type", kind.unwrap_or(nothing.clone()));
    reply.headers.insert("latchkey-body", line(&reply.body).unwrap_or(nothing));
    if reply.status != StatusCode::UNAUTHORIZED {
        reply.status = StatusCode::FORBIDDEN;
    }
}

/// The JSON `body` as one line of ASCII; `None` if that is too long for a header, and none is better than a part.
fn line(body: &str) -> Option<HeaderValue> {
    let mut line = String::new();
    for letter in body.chars() {
        match letter {
            ' '..='~' => line.push(letter),
            // JSON has it so inside of texts, and nothing else stands outside.
            _ => line.extend(letter.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}"))),
        }
    }

    HeaderValue::from_str(&line).ok().filter(|line| line.len() <= LINE_MAX_BYTES)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::line;

    #[test]
    fn a_body_in_a_header_is_one_line_that_reads_the_same() {
        for text in ["", "a", "ä\u{7f}🔑 \"\\ \n", &"ü".repeat(150)] {
            let body = json!({ text: text });
            let line = line(&body.to_string()).unwrap();
            let line = line.to_str().unwrap();
            assert_eq!(serde_json::from_str::<Value>(line).unwrap(), body);
        }
        assert_eq!(line(&json!("ü".repeat(400)).to_string()), None);
    }
}
