//! Replies that name their status: what a handler may return.

use lambda_http::Body;
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use lambda_http::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, LOCATION, SET_COOKIE};
use lambda_http::http::{HeaderMap, HeaderValue, StatusCode};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use crate::contract::envelope::Reply;
use crate::http::describe::Operation;
use crate::management::repeat::Done;
use crate::registry::error::{Error, Result};
use crate::registry::page::Pagination;
use crate::usage::{Format, Table};

/// What a handler returns.
#[diagnostic::on_unimplemented(note = "a handler returns Data, Created, Json, or a Result of them")]
pub trait IntoReply {
    /// The answer.
    ///
    /// # Errors
    /// It cannot be written.
    fn into_reply(self) -> Result<Reply>;

    /// Tells `operation` the statuses and the content that comes with them.
    fn describe(operation: &mut Operation<'_>);
}

/// 200, the bare value.
#[derive(Debug)]
pub struct Json<T>(pub T);

/// 200, `{"data": …}`.
#[derive(Debug)]
pub struct Data<T>(pub T);

/// 200, `{"data": …}`, or the same as a table.
#[derive(Debug)]
pub struct Tabular<T>(pub T, pub Format);

/// 201, `{"data": …}`.
#[derive(Debug)]
pub struct Created<T>(pub T);

/// 202, `{"data": …}`.
#[derive(Debug)]
pub struct Accepted<T>(pub T);

/// 201, `{"data": …}`; 200 if it was made before.
#[derive(Debug)]
pub struct CreatedOnce<N, B>(pub Done<N, B>);

/// 200, `{"data": […], "meta": {"pagination": …}}`.
#[derive(Debug)]
pub struct Listed<T>(pub Vec<T>, pub Pagination);

/// 200, `{"data": {"id": …, "deleted": true}}`.
#[derive(Debug)]
pub struct Deleted<I>(pub I);

/// 200, `{"data": {"deleted": true}}`; 202 and `false` where there is something left, which goes by and by.
#[derive(Debug)]
pub struct Deletion(pub bool);

/// 204, headers and no body.
#[derive(Debug)]
pub struct NoContent(pub HeaderMap);

/// 200, headers and an empty body: what a proxy takes for a yes.
#[derive(Debug)]
pub struct LetIn(pub HeaderMap);

/// 201 or 200, `{"data": …}`: a `PUT` that makes or changes.
#[derive(Debug)]
pub enum Put<T> {
    /// There was none before.
    Created(T),
    /// There was one.
    Changed(T),
}

#[derive(Serialize)]
struct Envelope<T> {
    data: T,
}

fn json(status: StatusCode, body: impl Serialize) -> Result<Reply> {
    let body = serde_json::to_string(&body).map_err(Error::failed)?;
    let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);

    Ok(Reply { status, headers, body })
}

/// `{"data": …}`, as a schema.
fn envelope(data: &Value) -> Value {
    json!({"type": "object", "properties": {"data": data}, "required": ["data"]})
}

impl<T: Serialize + JsonSchema> IntoReply for Json<T> {
    fn into_reply(self) -> Result<Reply> {
        json(StatusCode::OK, self.0)
    }

    fn describe(operation: &mut Operation<'_>) {
        operation.answer::<T>(200, "As asked.", Value::clone);
    }
}

impl<T: Serialize + JsonSchema> IntoReply for Data<T> {
    fn into_reply(self) -> Result<Reply> {
        json(StatusCode::OK, Envelope { data: self.0 })
    }

    fn describe(operation: &mut Operation<'_>) {
        operation.answer::<T>(200, "As asked.", envelope);
    }
}

impl<T: Table + Serialize + JsonSchema> IntoReply for Tabular<T> {
    fn into_reply(self) -> Result<Reply> {
        match self.1 {
            Format::Json => Data(self.0).into_reply(),
            Format::Csv => Ok(Page::csv(&self.0.file(), self.0.csv()).0),
        }
    }

    fn describe(operation: &mut Operation<'_>) {
        Data::<T>::describe(operation);
        operation.or_text(200, "text/csv");
    }
}

#[derive(Serialize)]
struct List<T> {
    data: Vec<T>,
    meta: Meta,
}

#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
struct Meta {
    pagination: Pagination,
}

impl<T: Serialize + JsonSchema> IntoReply for Listed<T> {
    fn into_reply(self) -> Result<Reply> {
        json(StatusCode::OK, List { data: self.0, meta: Meta { pagination: self.1 } })
    }

    fn describe(operation: &mut Operation<'_>) {
        let meta = operation.answered::<Meta>();
        operation.answer::<T>(200, "A page.", |schema| {
            json!({
                "type": "object",
                "properties": {"data": {"type": "array", "items": schema}, "meta": meta},
                "required": ["data", "meta"],
            })
        });
    }
}

impl IntoReply for NoContent {
    fn into_reply(self) -> Result<Reply> {
        Ok(Reply { status: StatusCode::NO_CONTENT, headers: self.0, body: String::new() })
    }

    // Only preflights are answered like this, and they are not an operation.
    fn describe(_: &mut Operation<'_>) {}
}

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

#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
struct Gone<I> {
    id: I,
    /// `true`.
    deleted: bool,
}

impl<I: Serialize + JsonSchema> IntoReply for Deleted<I> {
    fn into_reply(self) -> Result<Reply> {
        Data(Gone { id: self.0, deleted: true }).into_reply()
    }

    fn describe(operation: &mut Operation<'_>) {
        Data::<Gone<I>>::describe(operation);
    }
}

#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
struct Progress {
    /// Whether nothing is left.
    deleted: bool,
}

impl IntoReply for Deletion {
    fn into_reply(self) -> Result<Reply> {
        let Self(deleted) = self;

        if deleted { Data(Progress { deleted }).into_reply() } else { Accepted(Progress { deleted }).into_reply() }
    }

    fn describe(operation: &mut Operation<'_>) {
        Data::<Progress>::describe(operation);
        Accepted::<Progress>::describe(operation);
    }
}

impl<T: Serialize + JsonSchema> IntoReply for Accepted<T> {
    fn into_reply(self) -> Result<Reply> {
        json(StatusCode::ACCEPTED, Envelope { data: self.0 })
    }

    fn describe(operation: &mut Operation<'_>) {
        operation.answer::<T>(202, "It was taken.", envelope);
    }
}

impl<T: Serialize + JsonSchema> IntoReply for Created<T> {
    fn into_reply(self) -> Result<Reply> {
        json(StatusCode::CREATED, Envelope { data: self.0 })
    }

    fn describe(operation: &mut Operation<'_>) {
        operation.answer::<T>(201, "It is made.", envelope);
    }
}

impl<N, B> IntoReply for CreatedOnce<N, B>
where
    N: Serialize + JsonSchema,
    B: Serialize + JsonSchema,
{
    fn into_reply(self) -> Result<Reply> {
        match self.0 {
            Done::Now(data) => Created(data).into_reply(),
            Done::Before(data) => Data(data).into_reply(),
        }
    }

    fn describe(operation: &mut Operation<'_>) {
        operation.answer::<N>(201, "It is made.", envelope);
        operation.answer::<B>(200, "It was made before.", envelope);
    }
}

impl<T: Serialize + JsonSchema> IntoReply for Put<T> {
    fn into_reply(self) -> Result<Reply> {
        match self {
            Self::Created(data) => Created(data).into_reply(),
            Self::Changed(data) => Data(data).into_reply(),
        }
    }

    fn describe(operation: &mut Operation<'_>) {
        Created::<T>::describe(operation);
        operation.answer::<T>(200, "It is changed.", envelope);
    }
}

/// A reply that anybody may keep as this `Cache-Control` says. All others are `no-store`.
#[derive(Debug)]
pub struct Kept<R>(pub R, pub &'static str);

impl<R: IntoReply> IntoReply for Kept<R> {
    fn into_reply(self) -> Result<Reply> {
        let mut reply = self.0.into_reply()?;
        reply.headers.insert(CACHE_CONTROL, HeaderValue::from_static(self.1));

        Ok(reply)
    }

    fn describe(operation: &mut Operation<'_>) {
        R::describe(operation);
    }
}

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

impl From<Reply> for ApiGatewayV2httpResponse {
    fn from(mut reply: Reply) -> Self {
        let mut response = Self::default();
        // An HTTP API keeps one value of a header, and takes cookies by themselves.
        let cookies = reply.headers.get_all(SET_COOKIE).iter();
        response.cookies = cookies.filter_map(|cookie| cookie.to_str().ok().map(str::to_owned)).collect();
        reply.headers.remove(SET_COOKIE);
        response.status_code = reply.status.as_u16().into();
        response.headers = reply.headers;
        response.body = Some(Body::Text(reply.body));

        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
