//! The answers of the stand-ins: EventBridge's are JSON, those of SNS are XML.

use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};
use hyper::body::Bytes;
use serde_json::{Value, json};

/// An error of a service that speaks JSON, or of SNS.
pub(super) fn error(is_json: bool, status: u16, kind: &str, message: &str) -> Response<Bytes> {
    if is_json {
        return json(status, &json!({ "__type": kind, "message": message }));
    }
    let who = if status < 500 { "Sender" } else { "Receiver" };

    xml(
        status,
        "ErrorResponse",
        &format!("<Error><Type>{who}</Type><Code>{kind}</Code><Message>{message}</Message></Error>"),
    )
}

/// SNS has taken a message.
pub(super) fn published() -> Response<Bytes> {
    let id = uuid::Uuid::new_v4();

    xml(200, "PublishResponse", &format!("<PublishResult><MessageId>{id}</MessageId></PublishResult>"))
}

pub(super) fn json(status: u16, body: &Value) -> Response<Bytes> {
    answer(status, "application/x-amz-json-1.1", body.to_string())
}

fn xml(status: u16, root: &str, body: &str) -> Response<Bytes> {
    let id = uuid::Uuid::new_v4();
    let metadata = format!("<ResponseMetadata><RequestId>{id}</RequestId></ResponseMetadata>");
    let text = format!(r#"<{root} xmlns="http://sns.amazonaws.com/doc/2010-03-31/">{body}{metadata}</{root}>"#);

    answer(status, "text/xml", text)
}

fn answer(status: u16, kind: &'static str, body: String) -> Response<Bytes> {
    let mut answer = Response::new(Bytes::from(body));
    *answer.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    answer
}
