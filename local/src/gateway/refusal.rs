//! The answers that are the gateway's own, as API Gateway words them.

use http::header::{CONNECTION, CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};
use http_body_util::Full;
use hyper::body::Bytes;

use crate::body::Unread;

/// Why a request does not get its function's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It names no host or no path, or its body broke off.
    Malformed,
    /// Its route is for the operator, who did not sign it.
    Forbidden,
    /// No route takes it.
    NoRoute,
    /// Its body is too large for the gateway or for Lambda.
    BodyTooLarge,
    /// Its request line and headers are too large.
    HeadTooLarge,
    /// The function failed, or its answer is not a response.
    Failed,
    /// The function did not answer in time.
    Late,
}

impl Refusal {
    fn status(self) -> StatusCode {
        match self {
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NoRoute => StatusCode::NOT_FOUND,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::HeadTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::Failed => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Late => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn body(self) -> &'static str {
        match self {
            Self::Malformed => r#"{"message":"Bad Request"}"#,
            Self::Forbidden => r#"{"message":"Forbidden"}"#,
            Self::NoRoute => r#"{"message":"Not Found"}"#,
            Self::BodyTooLarge => r#"{"message":"Request Entity Too Large"}"#,
            Self::HeadTooLarge => r#"{"message":"Request Header Fields Too Large"}"#,
            Self::Failed => r#"{"message":"Internal Server Error"}"#,
            Self::Late => r#"{"message":"Service Unavailable"}"#,
        }
    }

    /// The response that says so.
    pub(super) fn response(self) -> Response<Full<Bytes>> {
        let mut response = Response::new(Full::new(Bytes::from_static(self.body().as_bytes())));
        *response.status_mut() = self.status();
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if self == Self::HeadTooLarge {
            // Its body has not been read.
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}

impl From<Unread> for Refusal {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::TooLarge => Self::BodyTooLarge,
            Unread::Broken => Self::Malformed,
        }
    }
}
