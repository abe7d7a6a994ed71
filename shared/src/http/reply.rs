//! Replies that name their status: what a handler may return. [`page`]: what a browser gets. [`proxy`]: what a proxy takes for a yes
//! or a no.

use lambda_http::Body;
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use lambda_http::http::header::{CACHE_CONTROL, CONTENT_TYPE, SET_COOKIE};
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

pub mod page;
pub mod proxy;

use page::Page;

/// What a handler returns.
#[diagnostic::on_unimplemented(
    note = "a handler returns a shared::Result of what has IntoReply: Data, Created, Put, Deleted, Json, Page, …"
)]
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
            Format::Csv => Ok(Page::csv(&self.0.file(), self.0.csv()).into_inner()),
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
