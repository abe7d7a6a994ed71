//! An operation's refusals, as responses: one for each status, with an example of each reason for it. Each body has a
//! schema with a name, so that a client has one type for it, whichever operation refuses.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::reason::when;
use crate::contract::Contract;
use crate::contract::denial::Denial;
use crate::contract::envelope;
use crate::contract::placeholder::Told;

/// The answers that API Gateway gives by itself, in words of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gateway {
    Malformed,
    Forbidden,
    BodyTooLarge,
    Throttled,
    HeadTooLarge,
    Failed,
    Late,
}

impl Gateway {
    pub(super) const SCHEMA: &str = "GatewayError";

    /// What can happen to any request.
    pub(super) const ALWAYS: [Self; 6] =
        [Self::Malformed, Self::BodyTooLarge, Self::Throttled, Self::HeadTooLarge, Self::Failed, Self::Late];

    const fn status(self) -> u16 {
        match self {
            Self::Malformed => 400,
            Self::Forbidden => 403,
            Self::BodyTooLarge => 413,
            Self::Throttled => 429,
            Self::HeadTooLarge => 431,
            Self::Failed => 500,
            Self::Late => 503,
        }
    }

    const fn message(self) -> &'static str {
        match self {
            Self::Malformed => "Bad Request",
            Self::Forbidden => "Forbidden",
            Self::BodyTooLarge => "Request Entity Too Large",
            Self::Throttled => "Too Many Requests",
            Self::HeadTooLarge => "Request Header Fields Too Large",
            Self::Failed => "Internal Server Error",
            Self::Late => "Service Unavailable",
        }
    }

    pub(super) fn schema() -> Value {
        json!({
            "type": "object",
            "description": "API Gateway's own words, whatever the contract.",
            "properties": {"message": {"type": ["string", "null"]}},
            "required": ["message"],
            "additionalProperties": false,
        })
    }
}

/// What an operation's refusals are in a document.
#[derive(Default)]
pub(super) struct Refused {
    /// Status, name, response.
    pub(super) responses: Vec<(u16, String, Value)>,
    /// The schemas of the bodies by their names.
    pub(super) schemas: BTreeMap<String, Value>,
}

/// `refusals` and the `gateway`'s.
pub(super) fn responses(contract: &Contract, refusals: &[Denial], gateway: &[Gateway], is_counted: bool) -> Refused {
    let mut by_status: BTreeMap<u16, Group<'_>> = BTreeMap::new();
    for denial in refusals {
        let Some(wire) = contract.wire(denial) else { continue };
        by_status.entry(wire.status.as_u16()).or_default().denials.push(denial);
    }
    for answer in gateway {
        by_status.entry(answer.status()).or_default().gateway = Some(*answer);
    }

    let mut refused = Refused::default();
    for (status, group) in by_status {
        // Not the status first: what begins with a digit is no name in most languages.
        let mut name = format!("{}{status}", group.name());
        let mut response = group.response(contract, &mut refused.schemas);
        // A request without a known caller has no quota, and neither has one about which nothing can be told.
        if is_counted && matches!(status, 400 | 402..=409 | 429) && contract.rate_limit_headers.is_some() {
            name.push_str("Counted");
            add_quota(contract, false, &mut response);
        }
        refused.responses.push((status, name, response.into()));
    }

    refused
}

/// Adds the quota headers to `response`, where the contract has them.
pub(super) fn add_quota(contract: &Contract, required: bool, response: &mut Map<String, Value>) {
    let Some(names) = &contract.rate_limit_headers else { return };
    let header = |description: &str| json!({"description": description, "required": required, "schema": {"type": "integer", "minimum": 0}});
    let headers = response.entry("headers").or_insert_with(|| json!({}));
    headers[names.limit.as_str()] = header("Requests per window, of the one that has least left.");
    headers[names.remaining.as_str()] = header("Requests left in it.");
    headers[names.reset.as_str()] = header("When it ends, in Unix seconds.");
    if let Some(scope) = &names.scope {
        headers[scope.as_str()] = json!({
            "description": "Whose limit it is.", "required": required, "schema": {"enum": ["key", "organization"]},
        });
    }
    if names.has_fields {
        let field =
            |description: &str| json!({"description": description, "required": required, "schema": {"type": "string"}});
        headers[envelope::POLICY.as_str()] = field("All limits, as draft-ietf-httpapi-ratelimit-headers-11 has them.");
        headers[envelope::STATE.as_str()] = field("What is left of each, as the same draft has it.");
    }
}

/// A refusal of some request.
const fn told(denial: &Denial) -> Told<'_> {
    Told { denial, request_id: Some("JKJaXmPLvHcESHA=") }
}

/// The bodies of one media type.
#[derive(Default)]
struct Content {
    references: Vec<Value>,
    examples: Map<String, Value>,
}

impl Content {
    fn refer(&mut self, schema: &str) {
        self.references.push(json!({"$ref": format!("#/components/schemas/{schema}")}));
    }

    fn into_value(mut self) -> Value {
        let schema =
            if self.references.len() == 1 { self.references.remove(0) } else { json!({ "anyOf": self.references }) };

        json!({"schema": schema, "examples": self.examples})
    }
}

/// All that has one status.
#[derive(Default)]
struct Group<'d> {
    denials: Vec<&'d Denial>,
    gateway: Option<Gateway>,
}

impl Group<'_> {
    /// `OrganizationNotFoundOrCourseNotFound`: two groups have the same name only if they are the same.
    fn name(&self) -> String {
        let mut names: Vec<_> = self.denials.iter().map(|denial| name(denial)).collect();
        // Only signed routes can have this one: the other answers of the gateway are everywhere.
        if names.is_empty() || self.gateway == Some(Gateway::Forbidden) {
            names.push("Gateway".to_owned());
        }

        names.join("Or")
    }

    /// Its bodies by their media types, whose schemas refer to those in `named`. What the contract does not tell apart has one name,
    /// that of the first.
    fn contents(&self, contract: &Contract, named: &mut BTreeMap<String, Value>) -> BTreeMap<String, Content> {
        let mut bodies: Vec<Value> = Vec::new();
        let mut contents: BTreeMap<String, Content> = BTreeMap::new();
        let media = contract.error_type.to_str().unwrap_or_default();
        for denial in &self.denials {
            let Some(wire) = contract.wire(denial) else { continue };
            let content = contents.entry(media.to_owned()).or_default();
            let body = wire.schema(&told(denial));
            if !bodies.contains(&body) {
                let name = format!("{}Error", name(denial));
                content.refer(&name);
                named.insert(name, body.clone());
                bodies.push(body);
            }
            let body = envelope::render(contract, &told(denial)).body;
            let value: Value = serde_json::from_str(&body).unwrap_or_default();
            if !content.examples.values().any(|known| known["value"] == value) {
                content.examples.insert(name(denial), json!({"summary": when(denial), "value": value}));
            }
        }
        if let Some(gateway) = self.gateway {
            let content = contents.entry("application/json".to_owned()).or_default();
            content.refer(Gateway::SCHEMA);
            content.examples.insert(
                "Gateway".to_owned(),
                json!({"summary": "API Gateway answers by itself.", "value": {"message": gateway.message()}}),
            );
        }

        contents
    }

    fn response(&self, contract: &Contract, named: &mut BTreeMap<String, Value>) -> Map<String, Value> {
        let mut sentences: Vec<&str> = Vec::new();
        let mut headers: BTreeMap<String, (usize, bool)> = BTreeMap::new();
        for denial in &self.denials {
            let (Some(wire), told) = (contract.wire(denial), told(denial)) else { continue };
            for (header, value) in wire.headers(&told) {
                let is_number = value.to_str().is_ok_and(|value| value.parse::<u32>().is_ok());
                let (times, always_number) = headers.entry(header.as_str().to_owned()).or_insert((0, true));
                *times = times.saturating_add(1);
                *always_number &= is_number;
            }
            sentences.push(when(denial));
        }
        if self.gateway.is_some() {
            sentences.push("API Gateway answers by itself.");
        }
        sentences.dedup();
        let mut response = Map::from_iter([("description".to_owned(), sentences.join(" ").into())]);
        let everybody = self.denials.len().saturating_add(usize::from(self.gateway.is_some()));
        if !headers.is_empty() {
            let header = |(times, is_number)| {
                let kind = if is_number { "integer" } else { "string" };
                json!({"required": times == everybody, "schema": {"type": kind}})
            };
            let headers: Map<_, _> = headers.into_iter().map(|(name, facts)| (name, header(facts))).collect();
            response.insert("headers".to_owned(), headers.into());
        }
        let contents = self.contents(contract, named).into_iter();
        let contents: Map<_, _> = contents.map(|(media, content)| (media, content.into_value())).collect();
        response.insert("content".to_owned(), contents.into());

        response
    }
}

/// `CourseNotFound`, `InvalidRequest`.
fn name(denial: &Denial) -> String {
    let kind = || serde_json::to_value(denial.kind()).ok().and_then(|name| name.as_str().map(str::to_owned));
    let of_its_own = match denial {
        Denial::ResourceNotFound { resource } => Some(format!("{resource} not found")),
        Denial::MissingScope { scope } => Some(format!("missing {scope}")),
        Denial::Rejected { name, .. } => Some((*name).to_owned()),
        Denial::MissingCredential
        | Denial::MalformedCredential
        | Denial::UnknownKey
        | Denial::InactiveKey
        | Denial::ExpiredKey
        | Denial::WrongEnvironment
        | Denial::WrongKeyType
        | Denial::OrganizationLocked
        | Denial::NoApiOnPlan
        | Denial::PlanLimit { .. }
        | Denial::AddressNotAllowed
        | Denial::UnknownRoute
        | Denial::MethodNotAllowed { .. }
        | Denial::OrganizationNotFound
        | Denial::InvalidRequest { .. }
        | Denial::Conflict { .. }
        | Denial::RateLimited { .. }
        | Denial::OrganizationRateLimited { .. }
        | Denial::Unavailable { .. }
        | Denial::Internal => None,
    };
    let capitalized = |word: &str| {
        let mut letters = word.chars().flat_map(char::to_lowercase);
        letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>()).unwrap_or_default()
    };

    of_its_own
        .or_else(kind)
        .unwrap_or_default()
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .map(capitalized)
        .collect()
}
