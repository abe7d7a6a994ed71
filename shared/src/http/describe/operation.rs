//! One operation while it is being described: each argument of the handler adds what it asks for, and the reply adds
//! its answers.

use std::collections::BTreeMap;

use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::Fragment;
use super::plain::plain;
use super::reason::{Reason, example};
use super::refusals::{self, Gateway, Refused};
use super::schema::{self, Direction};
use crate::contract::Contract;
use crate::contract::denial::{Denial, Kind};
use crate::registry::slug::Slug;

/// The security scheme of callers.
pub(super) const KEY: &str = "key";
/// The security scheme of the operator.
pub(super) const OPERATOR: &str = "operator";

/// The name of the security scheme for keys in another header.
pub(super) const ALSO: &str = "alsoKey";

/// What a function does at one route.
pub struct Operation<'c> {
    contract: &'c Contract,
    path: String,
    is_open: bool,
    security: Vec<Value>,
    is_counted: bool,
    parameters: Vec<Value>,
    body: Option<Value>,
    replies: Map<String, Value>,
    refusals: Vec<Denial>,
    gateway: Vec<Gateway>,
    requests: SchemaGenerator,
    answers: SchemaGenerator,
}

impl std::fmt::Debug for Operation<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Operation").field("path", &self.path).finish_non_exhaustive()
    }
}

impl<'c> Operation<'c> {
    /// An operation without any content yet, at the route of that key: `GET /api/v1/courses`. `None` for `$default`.
    pub(crate) fn new(contract: &'c Contract, route: &str) -> Option<Self> {
        let (_, path) = route.split_once(' ')?;

        Some(Self {
            contract,
            path: path.to_owned(),
            is_open: true,
            security: Vec::new(),
            is_counted: false,
            parameters: Vec::new(),
            body: None,
            replies: Map::new(),
            // These can happen to any operation: an event may be unreadable, and we may fail.
            refusals: [Kind::InvalidRequest, Kind::Internal].map(example).into(),
            gateway: Gateway::ALWAYS.to_vec(),
            requests: schema::generator(Direction::Request),
            answers: schema::generator(Direction::Reply),
        })
    }

    /// The contract that it is described under.
    pub const fn contract(&self) -> &'c Contract {
        self.contract
    }

    /// Whether its route is one of the operator's.
    pub fn is_operators(&self) -> bool {
        self.path.starts_with("/operator/")
    }

    /// Notes that the contract does not open it.
    pub const fn close(&mut self) {
        self.is_open = false;
    }

    /// Notes that it asks for the operator's signature.
    pub(crate) fn ask_signature(&mut self) {
        self.security.push(json!({ (OPERATOR): [] }));
        self.gateway.push(Gateway::Forbidden);
    }

    /// Notes that it asks for a key that may do what needs `scope`.
    pub(crate) fn ask_key(&mut self, scope: Option<&str>) {
        let Self { contract, .. } = *self;
        self.security.push(json!({ (KEY): scope.as_slice() }));
        if contract.credential.also.is_some() {
            self.security.push(json!({ (ALSO): scope.as_slice() }));
        }
        self.is_counted = true;
        let never = |kind: &crate::contract::KeyType| {
            kind.confined && scope.is_some_and(|scope| !contract.allows(&kind.scopes.possible(), scope))
        };
        let stages = crate::environment::settings::Stage::ALL.len();
        for (kind, can_happen) in [
            (Kind::MissingCredential, true),
            (Kind::MalformedCredential, contract.credential.scheme.is_some()),
            (Kind::UnknownKey, true),
            (Kind::InactiveKey, true),
            (Kind::ExpiredKey, true),
            (Kind::WrongEnvironment, contract.types.iter().any(|kind| kind.stages.len() < stages)),
            (Kind::WrongKeyType, contract.types.iter().any(never)),
            (Kind::OrganizationLocked, true),
            (Kind::NoApiOnPlan, contract.plans.values().any(|plan| !plan.api)),
            (Kind::RateLimited, true),
            (Kind::OrganizationRateLimited, contract.tells_apart(Kind::OrganizationRateLimited)),
            (Kind::AddressNotAllowed, true),
            (Kind::Unavailable, true),
        ] {
            if can_happen {
                self.refuse(example(kind));
            }
        }
        if let Some(scope) = scope {
            self.refuse(Denial::MissingScope { scope: scope.to_owned() });
        }
        if self.path.contains("{org}") {
            self.take_organization();
        }
    }

    /// Notes that it is about the organization that the path names.
    pub(crate) fn take_organization(&mut self) {
        let mut schema = self.requests.subschema_for::<Slug>().to_value();
        schema::fill(self.contract, &mut schema);
        self.add_parameter("org", "path", true, schema);
        self.refuse(Denial::OrganizationNotFound);
    }

    /// Notes that it reads a `T` from the path, the query string or the headers.
    pub(crate) fn take_parameters<T: JsonSchema>(&mut self, place: &str) {
        let mut schema = T::json_schema(&mut self.requests).to_value();
        schema::fill(self.contract, &mut schema);
        let required = schema.get("required").cloned().unwrap_or_default();
        let is_required = |name: &str| required.as_array().is_some_and(|names| names.iter().any(|known| known == name));
        let Some(Value::Object(properties)) = schema.get_mut("properties").map(Value::take) else { return };
        for (name, schema) in properties {
            self.add_parameter(&name, place, is_required(&name), schema::without_null(schema));
        }
    }

    fn add_parameter(&mut self, name: &str, place: &str, required: bool, mut schema: Value) {
        if self.parameters.iter().any(|known| known["name"] == name && known["in"] == place) {
            return;
        }
        // What is said in the schema's description belongs to the parameter's.
        plain(&mut schema);
        let mut parameter = Map::from_iter([("name".to_owned(), name.into()), ("in".to_owned(), place.into())]);
        if let Some(description) = schema.as_object_mut().and_then(|schema| schema.shift_remove("description")) {
            parameter.insert("description".to_owned(), description);
        }
        parameter.insert("required".to_owned(), required.into());
        parameter.insert("schema".to_owned(), schema);
        self.parameters.push(parameter.into());
    }

    /// Notes that it reads a `T` from the body, which must be there if it is `required`.
    pub(crate) fn take_body<T: JsonSchema>(&mut self, required: bool) {
        let schema = self.requests.subschema_for::<T>();
        self.body = Some(json!({"required": required, "content": {"application/json": {"schema": schema}}}));
    }

    /// Notes that it answers with `status`, and with the schema that `shape` makes of that of a `T`.
    pub(crate) fn answer<T: JsonSchema>(
        &mut self,
        status: u16,
        description: &str,
        shape: impl FnOnce(&Value) -> Value,
    ) {
        let schema = shape(&self.answers.subschema_for::<T>().to_value());
        let mut reply = Map::from_iter([("description".to_owned(), description.into())]);
        if self.is_counted {
            refusals::add_quota(self.contract, true, &mut reply);
        }
        reply.insert("content".to_owned(), json!({"application/json": {"schema": schema}}));
        self.replies.insert(status.to_string(), reply.into());
    }

    /// Notes that the answer with `status` can be a text of the type `media`, too.
    pub(crate) fn or_text(&mut self, status: u16, media: &str) {
        let content = self.replies.get_mut(&status.to_string()).and_then(|reply| reply.get_mut("content"));
        if let Some(content) = content.and_then(Value::as_object_mut) {
            content.insert(media.to_owned(), json!({"schema": {"type": "string"}}));
        }
    }

    /// The schema of a `T` inside an answer.
    pub(crate) fn answered<T: JsonSchema>(&mut self) -> Value {
        self.answers.subschema_for::<T>().to_value()
    }

    /// Notes that it may refuse a request like this.
    pub(crate) fn refuse(&mut self, denial: Denial) {
        if !self.refusals.contains(&denial) {
            self.refusals.push(denial);
        }
    }

    /// Notes that its handler may refuse a request for this reason.
    pub(crate) fn announce(&mut self, reason: Reason) {
        match reason {
            // The operator may do everything; and where the route needs a scope, there is an example already.
            Reason::MissingScope if self.is_operators() || self.asks_scope() => (),
            Reason::NotOpen if self.asks_scope() => (),
            Reason::NoRoute
            | Reason::NotOpen
            | Reason::NoOrganization
            | Reason::NotFound(_)
            | Reason::Conflict
            | Reason::PlanLimit
            | Reason::MissingScope
            | Reason::Invalid
            | Reason::Rejected(_) => self.refuse(reason.denial()),
        }
    }

    /// Whether it refuses a key that lacks a scope already, with an example that names the scope.
    fn asks_scope(&self) -> bool {
        self.refusals.iter().any(|known| known.kind() == Kind::MissingScope)
    }

    /// The whole description.
    pub(crate) fn finish(mut self) -> Option<Fragment> {
        if !self.is_open {
            return None;
        }
        let Refused { responses: refusals, mut schemas } =
            refusals::responses(self.contract, &self.refusals, &self.gateway, self.is_counted);
        // In the order in which the reply names them: the usual one comes first.
        let mut responses = self.replies;
        let mut named = BTreeMap::new();
        for (status, name, response) in refusals {
            responses.insert(status.to_string(), json!({"$ref": format!("#/components/responses/{name}")}));
            named.insert(name, response);
        }
        let mut operation = Map::from_iter([
            ("security".to_owned(), self.security.into()),
            ("parameters".to_owned(), self.parameters.into()),
        ]);
        operation.extend(self.body.map(|body| ("requestBody".to_owned(), body)));
        operation.insert("responses".to_owned(), responses.into());
        let mut operation = operation.into();
        schema::fill(self.contract, &mut operation);
        plain(&mut operation);

        for generator in [&mut self.requests, &mut self.answers] {
            for (name, mut schema) in generator.take_definitions(true) {
                schema::fill(self.contract, &mut schema);
                schemas.insert(name, schema);
            }
        }
        schemas.insert(Gateway::SCHEMA.to_owned(), Gateway::schema());
        schemas.values_mut().for_each(plain);

        Some(Fragment { operation, schemas, responses: named })
    }
}
