//! A stack to be attacked: all its routes with a good request to each, and two organizations, of which one attacks.

use std::collections::BTreeSet;
use std::fs;

use serde_json::{Map, Value, json};
use shared::contract::Contract;
use template::{Auth, Target};

use crate::support::{Answer, Key, World, root, template};

/// A route, with a good request to it.
pub(super) struct Endpoint {
    pub(super) method: String,
    /// `/api/v1/{org}/api-keys/{id}`.
    pub(super) path: String,
    pub(super) is_operators: bool,
    /// Whether the contract opens it.
    pub(super) is_open: bool,
    pub(super) parameters: Map<String, Value>,
    pub(super) body: Option<Value>,
}

impl Endpoint {
    /// The path at `org`, every other parameter being `id`, or what the sample has for it.
    pub(super) fn at(&self, org: &str, id: Option<&str>) -> String {
        self.filled(|name, sample| if name == "org" { org } else { id.unwrap_or(sample) })
    }

    /// The path with `value` of each parameter's name and its sample.
    pub(super) fn filled<'a>(&'a self, value: impl Fn(&str, &'a str) -> &'a str) -> String {
        let parameters = self.parameters.iter().map(|(name, sample)| (name, value(name, sample.as_str().unwrap())));
        parameters.fold(self.path.clone(), |path, (name, value)| path.replace(&format!("{{{name}}}"), value))
    }

    pub(super) fn names_something(&self) -> bool {
        self.parameters.keys().any(|name| name != "org")
    }
}

pub(super) struct Sweep {
    pub(super) world: World,
    contract: String,
    pub(super) endpoints: Vec<Endpoint>,
    tables: Vec<String>,
    /// Of `acme`, who attacks.
    pub(super) ours: Key,
    /// Of `other`.
    pub(super) theirs: Key,
}

impl Sweep {
    pub(super) async fn of(name: &str) -> Self {
        let (template, contract) = (template(name), Contract::load(name).unwrap());
        let plan = contract
            .plans
            .iter()
            .filter(|(_, plan)| plan.api)
            .max_by_key(|(name, _)| contract.stated(name).keys())
            .unwrap()
            .0;
        let limits: Vec<_> = contract.windows.iter().map(|per| json!({"requests": 1_000_000, "per": per})).collect();
        let terms = json!({"plan": plan, "limits": limits});
        let kind = contract.types.iter().max_by_key(|kind| kind.scopes.possible().len()).unwrap();
        let mut order = json!({"name": "a", "scopes": kind.scopes.possible(), "expiresAt": "2031-01-01T00:00:00Z"});
        if let Some(name) = &kind.name {
            order["type"] = json!(name);
        }

        let mut endpoints = Vec::new();
        for function in &template.functions {
            let file = fs::read_to_string(root().join(format!("events/{}.json", function.binary))).unwrap();
            let event: Value = serde_json::from_str(&file).unwrap();
            // Pages take forms, and answer in HTML: tests/portal/hostile.rs. Proxies and gateways ask by protocols of their own:
            // tests/gate/forward_auth.rs, tests/gate/introspect.rs. So does GitHub, in signed messages: tests/leaks/github.rs.
            let others = [" /portal/", " /forward-auth", " /introspect", " /leaks/github"];
            if function.routes.iter().any(|route| others.iter().any(|other| route.key().contains(other))) {
                continue;
            }
            let sample = event["body"].as_str().map(|body| serde_json::from_str(body).unwrap());
            // Where a sample says what only one contract understands, or leaves out what could be wrong.
            let body = match function.binary.as_str() {
                "organizations-put" => Some(terms.clone()),
                "keys-create" => Some(order.clone()),
                "keys-update" => Some(json!({"name": "a", "scopes": kind.scopes.possible(), "expiresAt": null})),
                _ => sample,
            };
            for route in &function.routes {
                let Target::Path { method, path } = &route.target else { continue };
                // It has no body to look at, and is its GET otherwise.
                if method.to_string() == "HEAD" {
                    continue;
                }
                let mut parameters = event["pathParameters"].as_object().cloned().unwrap_or_default();
                parameters.retain(|name, _| path.contains(&format!("{{{name}}}")));
                endpoints.push(Endpoint {
                    method: method.to_string(),
                    path: path.clone(),
                    is_operators: route.auth == Auth::Iam,
                    is_open: contract.management.opens(&route.key())
                        && (!path.contains("/alerts") || !contract.alerts.is_empty()),
                    parameters,
                    body: body.clone(),
                });
            }
        }

        let world = World::serving(name).await;
        let mut keys = Vec::new();
        for org in ["acme", "other"] {
            world.organization(org, terms.clone()).await;
            keys.push(world.key(org, order.clone()).await);
        }
        let [ours, theirs] = keys.try_into().unwrap_or_else(|_| panic!());
        let tables = ["KeysTable", "ReferenceTable"].into_iter().map(str::to_owned);
        let tables = tables.filter(|name| template.tables.iter().any(|table| table.name == *name)).collect();

        Self { world, contract: name.to_owned(), endpoints, tables, ours, theirs }
    }

    /// Sends a request with the authority that `endpoint` asks for, and looks whether the answer is one of the contract's.
    pub(super) async fn send(&self, endpoint: &Endpoint, key: &Key, path: &str, kind: &str, body: &[u8]) -> Answer {
        let mut headers = Vec::new();
        if !kind.is_empty() {
            headers.push(("content-type".to_owned(), kind.to_owned()));
        }
        if endpoint.is_operators {
            let url = format!("{}{path}", self.world.stack.url());
            headers.extend(local::sign(self.world.stack.operator(), &endpoint.method, &url, &[], body).unwrap());
        } else {
            headers.push(self.world.credential(&key.secret));
        }
        let headers: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let answer = self.world.http.send_bytes(&endpoint.method, path, &headers, body.to_vec()).await;
        self.check(&answer, &format!("{} {path} with {:.80}", endpoint.method, String::from_utf8_lossy(body)));

        answer
    }

    /// The good request, to `path`.
    pub(super) async fn good(&self, endpoint: &Endpoint, key: &Key, path: &str) -> Answer {
        let body = endpoint.body.as_ref().map(Value::to_string).unwrap_or_default();
        let kind = if body.is_empty() { "" } else { "application/json" };
        self.send(endpoint, key, path, kind, body.as_bytes()).await
    }

    /// Checks that it is never a fault of ours, and that every refusal is in the contract's envelope, member by member.
    fn check(&self, answer: &Answer, what: &str) {
        assert!(answer.status < 500, "{what}: {answer:.1000?}");
        if answer.status < 400 {
            return;
        }
        let body = answer.json();
        let kind = if self.contract == "standard" { "application/problem+json" } else { "application/json" };
        let is_ours = is_an_error_of(&self.contract, &body) && answer.header("content-type") == Some(kind);
        assert!(is_ours, "{what}: {answer:.1000?}");
    }

    /// What the tables hold of `org`: it, its keys, its trail, and what the reference APIs keep for it.
    pub(super) async fn items(&self, org: &str) -> Vec<String> {
        let mut items = Vec::new();
        for table in &self.tables {
            items.extend(self.world.items(table).await);
        }
        let kinds = ["org", "secret", "audit", "organizations", "portal"];
        items.retain(|item| item.contains(org) && kinds.iter().any(|kind| item.contains(&format!("pk=S(\"{kind}"))));
        items
    }

    /// The ids of all that the other organization has, once it has made all that it can.
    pub(super) async fn harvest(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::from([self.theirs.id.clone()]);
        // Twice: the second time, lists show what was made after them.
        for endpoint in self.endpoints.iter().chain(&self.endpoints) {
            let answer = self.good(endpoint, &self.theirs, &endpoint.at("other", None)).await;
            if answer.status < 300 {
                collect(&answer.json(), &mut found);
            }
        }
        found
    }
}

/// Whether `body` is an error as `contract` writes it, member by member.
pub(super) fn is_an_error_of(contract: &str, body: &Value) -> bool {
    let members = |value: &Value| {
        let members = value.as_object().map(|object| object.keys().map(String::as_str).collect::<Vec<_>>());
        members.unwrap_or_default().join(" ")
    };
    let (outer, inner) = (members(body), members(&body["error"]));
    let within = |known: &[&str]| outer == "error" && known.contains(&inner.as_str());
    match contract {
        "fabraix" => within(&["message type code", "message type retry_after"]),
        "fanfare" => {
            let known = ["error", "error message", "error details", "error retryAfter"];
            body["error"].is_string() && known.contains(&outer.as_str())
        }
        "fayne" => within(&["code message"]),
        "standard" => {
            let optional = ["detail", "request_id", "errors", "violated-policies"];
            outer.split(' ').filter(|member| !optional.contains(member)).eq(["type", "title", "status", "code"])
        }
        "thefaq" => within(&["code message", "code message details"]),
        other => panic!("what does an error of {other} look like?"),
    }
}

fn collect(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            let is_id = reference::Id::try_from(text.clone()).is_ok()
                || shared::registry::key::Id::try_from(text.clone()).is_ok()
                || shared::registry::session::Id::try_from(text.clone()).is_ok();
            if is_id {
                found.insert(text.clone());
            }
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, found)),
        Value::Object(members) => members.values().for_each(|value| collect(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => (),
    }
}
