//! What a browser gets: a page, a file, or the way to another page.

use lambda_http::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, LOCATION, SET_COOKIE};
use lambda_http::http::{HeaderMap, HeaderValue, StatusCode};

use super::IntoReply;
use crate::contract::envelope::Reply;
use crate::http::describe::Operation;
use crate::registry::error::Result;

/// What a browser gets: a page, a file, or the way to another page.
#[derive(Debug)]
pub struct Page(Reply);

impl Page {
    fn new(status: StatusCode, kind: &'static str, body: String) -> Self {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(kind))]);

        Self(Reply { status, headers, body })
    }

    /// 200, `html`.
    pub fn html(html: String) -> Self {
        Self::new(StatusCode::OK, HTML, html)
    }

    /// `html` with another status, which must be one.
    pub fn with_status(status: u16, html: String) -> Self {
        Self::new(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), HTML, html)
    }

    /// 200, the table `csv`, as a file called `name`.
    pub fn csv(name: &str, csv: String) -> Self {
        let mut page = Self::new(StatusCode::OK, "text/csv; charset=utf-8", csv);
        if let Ok(disposition) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
            page.0.headers.insert(CONTENT_DISPOSITION, disposition);
        }

        page
    }

    /// 303: the browser goes to `place`, seen from where it is.
    pub fn see_other(place: &str) -> Self {
        let mut page = Self::new(StatusCode::SEE_OTHER, HTML, String::new());
        if let Ok(place) = HeaderValue::from_str(place) {
            page.0.headers.insert(LOCATION, place);
        }

        page
    }

    /// The same, which sets a cookie.
    #[must_use]
    pub fn setting(mut self, cookie: &str) -> Self {
        if let Ok(cookie) = HeaderValue::from_str(cookie) {
            self.0.headers.append(SET_COOKIE, cookie);
        }

        self
    }

    /// The reply itself.
    pub fn into_inner(self) -> Reply {
        self.0
    }
}

const HTML: &str = "text/html; charset=utf-8";

impl IntoReply for Page {
    fn into_reply(self) -> Result<Reply> {
        Ok(self.0)
    }

    // Pages are for browsers: they are not operations of an API.
    fn describe(operation: &mut Operation<'_>) {
        operation.close();
    }
}
