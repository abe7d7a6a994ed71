//! What a handler may ask for, by the types of its arguments. The arguments are made in their order, and the first
//! refusal ends the call: authority first, then the content of the request.

use std::collections::{BTreeMap, BTreeSet};

use lambda_http::http::HeaderMap;
use schemars::{JsonSchema, SchemaGenerator};
use serde::de::{DeserializeOwned, Error as _};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::contract::denial::Violation;
use crate::contract::fault::Fault;
use crate::contract::given::Given;
use crate::contract::reading::{FAULTS_MAX, json, read};
use crate::environment::clock::Times;
use crate::http::call::Call;
use crate::http::describe::Operation;
use crate::registry::error::Result;

/// Something that a handler can have as an argument.
#[diagnostic::on_unimplemented(
    note = "a handler's arguments after the app are who asks (Caller, Manager, Operator, OperatorsQuery, Signed, Finder, Visitor or Browser), At or Within, Path, Query, IdempotencyKey, and Body or Form, in this order"
)]
pub trait FromCall: Sized + Send {
    /// Whether making it asks the store, or leads to calls that do: such a function connects before its first call.
    const USES_STORE: bool = false;

    /// Takes it from `call`.
    fn from_call(call: &mut Call) -> impl Future<Output = Result<Self>> + Send;

    /// Tells `operation` what it asks of a request, and how a request that lacks it is refused.
    fn describe(operation: &mut Operation<'_>);

    /// The names of the query's parameters that it reads.
    fn parameters() -> BTreeSet<String> {
        BTreeSet::new()
    }
}

/// Refuses a request on the operator's plane with a parameter in its query that is not among those that `known` names: one that
/// is misspelled would be passed over in silence. Callers may send others; proxies and browsers add some.
///
/// # Errors
/// There is one.
pub(crate) fn check_query(call: &Call, known: &[fn() -> BTreeSet<String>]) -> Result<()> {
    if call.query.is_empty() || !call.is_operators() {
        return Ok(());
    }
    let known: BTreeSet<_> = known.iter().flat_map(|known| known()).collect();
    // A request can also be signed in its query.
    let is_known = |name: &str| known.contains(name) || name.starts_with("X-Amz-");
    let given: BTreeSet<_> = form_urlencoded::parse(call.query.as_bytes()).map(|(name, _)| name.into_owned()).collect();
    let unknown = given.iter().filter(|name| !is_known(name));
    let violations: Vec<_> = unknown.map(|name| Fault::unknown_field(name, &[]).of("query")).take(FAULTS_MAX).collect();

    if violations.is_empty() { Ok(()) } else { Err(violations.into()) }
}

/// When the gateway took the request in.
#[derive(Clone, Copy, Debug)]
pub struct At(pub jiff::Timestamp);

impl FromCall for At {
    async fn from_call(call: &mut Call) -> Result<Self> {
        Ok(Self(call.now))
    }

    fn describe(_: &mut Operation<'_>) {}
}

/// The times that the request is judged by, where less than a minute matters as well.
#[derive(Clone, Copy, Debug)]
pub struct Within(pub Times);

impl FromCall for Within {
    async fn from_call(call: &mut Call) -> Result<Self> {
        Ok(Self(call.times()))
    }

    fn describe(_: &mut Operation<'_>) {}
}

/// A request that no route takes.
#[derive(Debug)]
pub struct Stray {
    /// The method.
    pub method: String,
    /// The path.
    pub path: String,
    /// The headers.
    pub headers: HeaderMap,
}

impl FromCall for Stray {
    async fn from_call(call: &mut Call) -> Result<Self> {
        Ok(Self { method: call.method.to_string(), path: call.path.clone(), headers: call.headers.clone() })
    }

    // A request that no route takes is not an operation.
    fn describe(operation: &mut Operation<'_>) {
        operation.close();
    }
}

/// The parameters of the path.
#[derive(Debug)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + JsonSchema + Send> FromCall for Path<T> {
    async fn from_call(call: &mut Call) -> Result<Self> {
        // The gateway may have them in any order.
        let mut parameters = BTreeMap::new();
        parameters.extend(&call.path_parameters);
        let members = parameters.into_iter().map(|(name, value)| (name.clone(), Given::Text(value))).collect();

        Ok(Self(read(members, "path")?))
    }

    fn describe(operation: &mut Operation<'_>) {
        operation.take_parameters::<T>("path");
    }
}

/// The query string.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned + JsonSchema + Send> FromCall for Query<T> {
    async fn from_call(call: &mut Call) -> Result<Self> {
        let pairs: Vec<_> = form_urlencoded::parse(call.query.as_bytes()).collect();
        let members: Vec<_> = pairs.iter().map(|(name, value)| (name.to_string(), Given::Text(value))).collect();

        Ok(Self(read(members, "query")?))
    }

    fn describe(operation: &mut Operation<'_>) {
        operation.take_parameters::<T>("query");
    }

    fn parameters() -> BTreeSet<String> {
        let schema = T::json_schema(&mut SchemaGenerator::default()).to_value();
        let properties = schema.get("properties").and_then(Value::as_object);

        properties.into_iter().flat_map(|properties| properties.keys().cloned()).collect()
    }
}

/// Parameters of the query that the operator alone has; what callers send of that name is passed over, and there is the default.
#[derive(Debug)]
pub struct OperatorsQuery<T>(pub T);

impl<T: DeserializeOwned + JsonSchema + Default + Send> FromCall for OperatorsQuery<T> {
    async fn from_call(call: &mut Call) -> Result<Self> {
        if !call.is_operators() {
            return Ok(Self(T::default()));
        }

        Query::from_call(call).await.map(|Query(asked)| Self(asked))
    }

    fn describe(operation: &mut Operation<'_>) {
        if operation.is_operators() {
            Query::<T>::describe(operation);
        }
    }

    fn parameters() -> BTreeSet<String> {
        Query::<T>::parameters()
    }
}

/// The body, which must be JSON. An `Option` of it is `None` where there is no body at all.
#[derive(Debug, Default)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned + JsonSchema + Send> FromCall for Body<T> {
    async fn from_call(call: &mut Call) -> Result<Self> {
        let is_json = |kind: Vec<u8>| kind == b"application/json" || kind.ends_with(b"+json");
        if call.media_type().is_some_and(|kind| !is_json(kind)) {
            return Err(Violation::new("Content-Type", "must be application/json").into());
        }
        let body = call.body()?;
        // The JSON is parsed first, so that a fault in the JSON is told apart from a fault in its content.
        let body: &RawValue = serde_json::from_slice(&body).or(Err(Violation::new("body", "must be JSON")))?;

        Ok(Self(json(body)?))
    }

    fn describe(operation: &mut Operation<'_>) {
        operation.take_body::<T>(true);
    }
}

impl<T: DeserializeOwned + JsonSchema + Send> FromCall for Option<Body<T>> {
    async fn from_call(call: &mut Call) -> Result<Self> {
        if call.has_body() { Body::from_call(call).await.map(Some) } else { Ok(None) }
    }

    fn describe(operation: &mut Operation<'_>) {
        operation.take_body::<T>(false);
    }
}
