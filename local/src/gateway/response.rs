//! A function's answer, as the HTTP response that API Gateway makes of it (payload format 2.0).

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use http::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, DATE, SET_COOKIE, TRANSFER_ENCODING};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Bytes;
use serde::Deserialize;
use serde_json::{Map, Value};

/// An answer that is not a response: the client gets 500.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum BadAnswer {
    #[error("the answer is no json: {0}")]
    NotJson(String),
    #[error("the answer has the wrong shape: {0}")]
    Shape(String),
    #[error("the answer's status code is {0}")]
    Status(String),
    #[error("the answer's header {0:?} cannot be sent")]
    Header(String),
    #[error("the answer's body is no base64")]
    Base64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    status_code: Option<Value>,
    headers: Option<Map<String, Value>>,
    cookies: Option<Vec<String>>,
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: Option<bool>,
}

/// Makes a response of a function's answer.
pub(super) fn response(answer: &Bytes) -> Result<Response<Full<Bytes>>, BadAnswer> {
    match serde_json::from_slice::<Answer>(answer) {
        Ok(Answer { status_code: Some(status), headers, cookies, body, is_base64_encoded }) => {
            let body = body.unwrap_or_default();
            let body = match is_base64_encoded {
                Some(true) => BASE64.decode(body).map_err(|_invalid| BadAnswer::Base64)?,
                Some(false) | None => body.into_bytes(),
            };
            let mut response = Response::new(Full::new(Bytes::from(body)));
            *response.status_mut() = status_code(&status)?;
            for (name, value) in headers.unwrap_or_default() {
                add_header(&mut response, name, &value)?;
            }
            for cookie in cookies.unwrap_or_default() {
                let Ok(value) = HeaderValue::from_str(&cookie) else {
                    return Err(BadAnswer::Header("set-cookie".to_owned()));
                };
                response.headers_mut().append(SET_COOKIE, value);
            }
            if !response.headers().contains_key(CONTENT_TYPE)
                && hyper::body::Body::size_hint(response.body()).lower() > 0
            {
                response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain;charset=UTF-8"));
            }
            Ok(response)
        }
        Ok(Answer { status_code: None, .. }) => Ok(inferred(answer.clone())),
        Err(shape) => match serde_json::from_slice::<Value>(answer) {
            Err(cause) => Err(BadAnswer::NotJson(cause.to_string())),
            Ok(Value::Object(object)) if object.contains_key("statusCode") => Err(BadAnswer::Shape(shape.to_string())),
            Ok(Value::String(text)) => Ok(inferred(Bytes::from(text))),
            Ok(_) => Ok(inferred(answer.clone())),
        },
    }
}

/// The response to an answer that names no status: it is the body, as JSON.
fn inferred(body: Bytes) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn status_code(value: &Value) -> Result<StatusCode, BadAnswer> {
    let number = value.as_u64().or_else(|| value.as_str()?.parse().ok()).and_then(|number| u16::try_from(number).ok());
    // Below 200 there are no final answers.
    let status =
        number.filter(|number| (200..=599).contains(number)).and_then(|number| StatusCode::from_u16(number).ok());
    status.ok_or_else(|| BadAnswer::Status(value.to_string()))
}

fn add_header(response: &mut Response<Full<Bytes>>, name: String, value: &Value) -> Result<(), BadAnswer> {
    let text = match value {
        Value::String(text) => HeaderValue::from_str(text).ok(),
        Value::Number(_) | Value::Bool(_) => HeaderValue::from_str(&value.to_string()).ok(),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    };
    let (Ok(header), Some(text)) = (HeaderName::from_bytes(name.as_bytes()), text) else {
        return Err(BadAnswer::Header(name));
    };
    // The connection is the gateway's business.
    if ![CONTENT_LENGTH, TRANSFER_ENCODING, CONNECTION, DATE].contains(&header) {
        response.headers_mut().insert(header, text);
    }
    Ok(())
}
