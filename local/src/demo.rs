//! The demo of a stack on a laptop: an organization with keys, things to find, and commands to paste.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::contract::scope::Scopes;
use shared::contract::{Contract, KeyType};
use shared::environment::settings::Stage;
use template::Template;

/// What is put into a new stack, and what to try with it.
#[derive(Debug, Clone, Default)]
pub struct Demo {
    /// Made first, each with its keys.
    pub organizations: Vec<DemoOrganization>,
    /// Sent afterwards.
    pub requests: Vec<DemoRequest>,
    /// Printed when the stack serves.
    pub examples: Vec<Example>,
}

/// An organization to make.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct DemoOrganization {
    /// The name in its URLs.
    pub slug: String,
    /// The name that people read.
    pub name: String,
    /// What it has subscribed to.
    pub plan: String,
    /// Its keys.
    pub keys: Vec<DemoKey>,
}

/// A key to mint.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct DemoKey {
    /// Its name.
    pub name: String,
    /// Its type, where the contract knows types.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// What it may do; its type's default where it is `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<String>>,
}

/// A request to send while seeding. Any answer but 2xx ends the start, unless it is 409: what a key makes is there already
/// where an earlier run has made it.
#[derive(Debug, Clone, Default)]
pub struct DemoRequest {
    /// Who sends it: the operator, or somebody with a key.
    pub key: Option<DemoCredential>,
    /// Its method.
    pub method: String,
    /// Its path. `{NAME}`, here and in the body, stands for an id that was kept under that name. A request whose id was
    /// not kept, because the thing was there already, is not sent.
    pub path: String,
    /// Its JSON body.
    pub body: Option<Value>,
    /// The name under which `data.id` of the answer is kept.
    pub keep_as: Option<String>,
}

/// The header of a request that is sent with one of the demo's keys.
#[derive(Debug, Clone)]
pub struct DemoCredential {
    /// The header.
    pub header: String,
    /// The text before the key in it: `Bearer `.
    pub scheme: String,
    /// The name of the key.
    pub key: String,
}

/// Something to try.
#[derive(Debug, Clone)]
pub struct Example {
    /// What it shows.
    pub title: String,
    /// A command. `{url}`, `{key}` (the first key), `{key:NAME}` (the key of that name), `{access_key_id}` and
    /// `{secret_access_key}` stand for this stack's.
    pub curl: String,
}

impl From<Vec<DemoOrganization>> for Demo {
    fn from(organizations: Vec<DemoOrganization>) -> Self {
        Self { organizations, ..Self::default() }
    }
}

const SIGNED: &str = r#"--aws-sigv4 "aws:amz:us-east-1:execute-api" --user "{access_key_id}:{secret_access_key}""#;

/// The demo of a stack of `template` that serves `contract` at `stage`: the organization `slug`, a key of each type
/// that works there, and what its API can do. Empty for a contract all of whose plans want limits of the organization's
/// own.
pub fn demo(template: &Template, contract: &Contract, stage: Stage, slug: &str) -> Demo {
    let plans = contract.plans.iter().filter(|(_, plan)| plan.api && !plan.has_custom_limits());
    // The plan called pro, or else the one with the most room for keys.
    let room = |plan: &str| contract.stated(plan).keys().unwrap_or(u32::MAX);
    let Some((plan, _)) = plans.max_by_key(|(name, _)| (*name == "pro", room(name))) else {
        return Demo::default();
    };
    let types = contract.types.iter().filter(|kind| kind.stages.contains(&stage));
    let manager = contract.management.scope.as_deref().and_then(|scope| manager(contract, stage, scope));
    let organization = DemoOrganization {
        slug: slug.to_owned(),
        name: "Acme".to_owned(),
        plan: plan.clone(),
        keys: types.flat_map(keys_of).chain(manager.clone()).collect(),
    };
    let has = |route: &str| template.functions.iter().flat_map(|function| &function.routes).any(|it| it.key() == route);
    let (mut requests, mut examples) = (Vec::new(), Vec::new());
    if has("GET /v1/notes") {
        let writer = holder(contract, stage, Some("write"));
        requests.extend(writer.map(|writer| notes(contract, writer)).into_iter().flatten());
        examples.extend(noted(contract, writer));
    }
    if has("GET /api/v1/courses") {
        requests.extend(courses(slug));
        let writer = holder(contract, stage, Some("write"));
        requests.extend(writer.map(|writer| people(contract, slug, writer)).into_iter().flatten());
        examples.extend(academy(contract));
    }
    if has("POST /v1/register-agent-run") {
        examples.extend(agent_runs(contract, slug));
    }
    if has("GET /api/experiences") {
        let server = holder(contract, stage, Some("write:experiences"));
        requests.extend(server.map(|server| launches(contract, server)).into_iter().flatten());
        examples.extend(experiences(contract, server));
    }
    if contract.management.opens("GET /api/v1/{org}/api-keys") {
        let holder = holder(contract, stage, contract.management.scope.as_deref()).map(key_of);
        let key = holder.or_else(|| manager.map(|key| format!("{{key:{}}}", key.name)));
        examples.extend(key.map(|key| key_list(contract, slug, &key)));
    }
    let has_portal = has("POST /operator/v1/organizations/{org}/portal-sessions");
    examples.extend(operator(contract, slug, has_portal));

    Demo { organizations: vec![organization], requests, examples }
}

/// A key with all that the type can have and, where the contract has no types, one with less.
fn keys_of(kind: &KeyType) -> Vec<DemoKey> {
    let Some(name) = &kind.name else {
        let scopes: Vec<String> = kind.scopes.possible().iter().map(str::to_owned).collect();
        let fewer = scopes.first().filter(|_| scopes.len() > 1).map(|scope| DemoKey {
            name: format!("{scope} only"),
            kind: None,
            scopes: Some(vec![scope.clone()]),
        });
        let all = DemoKey { name: "demo".to_owned(), kind: None, scopes: Some(scopes) };
        return std::iter::once(all).chain(fewer).collect();
    };

    // Whoever has nothing by default has to say so.
    let scopes = by_default(kind).is_empty().then(Vec::new);

    vec![DemoKey { name: name.clone(), kind: Some(name.clone()), scopes }]
}

/// A key that may manage keys, for which `scope` is needed, where no other one of the demo may.
fn manager(contract: &Contract, stage: Stage, scope: &str) -> Option<DemoKey> {
    if holder(contract, stage, Some(scope)).is_some() {
        return None;
    }
    let may = |kind: &&KeyType| kind.stages.contains(&stage) && kind.scopes.possible().contains(scope);
    let kind = contract.types.iter().find(may)?;

    Some(DemoKey { name: "manager".to_owned(), kind: kind.name.clone(), scopes: Some(vec![scope.to_owned()]) })
}

/// What a key of the type `kind` holds if nobody says what it is to hold.
fn by_default(kind: &KeyType) -> Scopes {
    kind.scopes.always.union(&kind.scopes.default)
}

fn example(title: &str, curl: impl Into<String>) -> Example {
    Example { title: title.to_owned(), curl: curl.into() }
}

/// The demo's course that anybody can be enrolled in.
const PUBLISHED: &str = "0193b5a0-7c1e-7a30-9f0a-5d1f6a2b3c4d";

fn course(slug: &str, id: &str, body: Value) -> DemoRequest {
    let path = format!("/operator/v1/organizations/{slug}/courses/{id}");

    DemoRequest { method: "PUT".to_owned(), path, body: Some(body), ..DemoRequest::default() }
}

fn courses(slug: &str) -> Vec<DemoRequest> {
    let published =
        json!({"title": "Rust from the beginning", "description": "Ownership first.", "status": "published"});
    let draft = json!({"title": "DynamoDB by example", "status": "draft"});

    vec![course(slug, PUBLISHED, published), course(slug, "0193b5a0-7c1e-7a30-9f0a-5d1f6a2b3c4e", draft)]
}

/// A list with people on it, a course that it grants them, and a student who is half-way through another one.
fn people(contract: &Contract, slug: &str, writer: &KeyType) -> Vec<DemoRequest> {
    let post = |path: &str, body, keep_as: &str| DemoRequest {
        keep_as: Some(keep_as.to_owned()),
        ..with_key_of(contract, writer, &format!("/api/v1{path}"), body)
    };
    let granted = json!({"title": "Serverless, slowly", "status": "published", "granted_lists": ["{list}"]});
    let ada = json!({"email": "ada@example.com", "name": "Ada", "course_ids": [PUBLISHED], "list_ids": ["{list}"]});
    let others = json!({"emails": ["grace@example.com", "edsger@example.com"]});

    vec![
        post("/lists", json!({"name": "Autumn cohort", "description": "Began in September."}), "list"),
        course(slug, "0193b5a0-7c1e-7a30-9f0a-5d1f6a2b3c4f", granted),
        post("/students", ada, "ada"),
        post("/lists/{list}/members", others, "members"),
        DemoRequest {
            method: "PUT".to_owned(),
            path: format!("/operator/v1/organizations/{slug}/students/{{ada}}/progress/{PUBLISHED}"),
            body: Some(json!({"completed_lessons": 6, "total_lessons": 12})),
            ..DemoRequest::default()
        },
    ]
}

/// The text before a key in the contract's header.
fn scheme(contract: &Contract) -> String {
    contract.credential.scheme.as_ref().map_or_else(String::new, |scheme| format!("{scheme} "))
}

/// The header that carries `key`, as curl takes it.
fn credential(contract: &Contract, key: &str) -> String {
    format!(r#"-H "{}: {}{key}""#, contract.credential.header, scheme(contract))
}

fn academy(contract: &Contract) -> Vec<Example> {
    let credential = credential(contract, "{key}");

    vec![
        example("call the API with a key", format!("curl -i {{url}}/api/v1/courses {credential}")),
        example("call it without one", "curl -i {url}/api/v1/courses"),
        example("see the students", format!("curl -i {{url}}/api/v1/students {credential}")),
        example(
            "add one, enrolled in a course",
            format!(
                r#"curl -i {{url}}/api/v1/students {credential} -H 'Content-Type: application/json' -d '{{"email": "barbara@example.com", "course_ids": ["{PUBLISHED}"]}}'"#
            ),
        ),
    ]
}

/// The first type whose keys in the demo may do what needs `scope`, if there is one.
fn holder<'a>(contract: &'a Contract, stage: Stage, scope: Option<&str>) -> Option<&'a KeyType> {
    let may = |kind: &&KeyType| {
        // As the demo's keys are: `keys_of`.
        let held = if kind.name.is_none() { kind.scopes.possible() } else { by_default(kind) };
        kind.stages.contains(&stage) && scope.is_none_or(|scope| contract.allows(&held, scope))
    };

    contract.types.iter().find(may)
}

/// Stands for the demo's key of the type `kind`.
fn key_of(kind: &KeyType) -> String {
    kind.name.as_ref().map_or_else(|| "{key}".to_owned(), |name| format!("{{key:{name}}}"))
}

/// The header that carries the demo's key of the type `kind`, or its first key, as curl takes it.
fn credential_of(contract: &Contract, kind: Option<&KeyType>) -> String {
    credential(contract, &kind.map_or_else(|| "{key}".to_owned(), key_of))
}

fn key_list(contract: &Contract, slug: &str, key: &str) -> Example {
    let credential = credential(contract, key);

    example(
        "see the organization's keys, with one of them",
        format!("curl -i {{url}}/api/v1/{slug}/api-keys {credential}"),
    )
}

/// Something to list.
fn notes(contract: &Contract, writer: &KeyType) -> Vec<DemoRequest> {
    let note = |body| with_key_of(contract, writer, "/v1/notes", body);

    vec![
        note(json!({"title": "Call the plumber", "text": "The tap in the kitchen."})),
        note(json!({"title": "Read about structured fields"})),
    ]
}

fn noted(contract: &Contract, writer: Option<&KeyType>) -> Vec<Example> {
    let credential = credential_of(contract, writer);
    let body = r#"-H 'Content-Type: application/json' -d '{"title": "Buy milk"}'"#;

    vec![
        example("call the API with a key", format!("curl -i {{url}}/v1/notes {credential}")),
        example("make something", format!("curl -i {{url}}/v1/notes {credential} {body}")),
        example("call it without a key", "curl -i {url}/v1/notes"),
    ]
}

fn agent_runs(contract: &Contract, slug: &str) -> Vec<Example> {
    let run = r#"{"agent_id": "a1b2c3d4-e5f6-7890-1234-567890abcdef", "timestamp": "2024-01-01T00:00:00Z", "system_prompt": "You are a helpful assistant"}"#;
    // Any key will do where the contract has no such type.
    let key = if contract.key_type(Some("production")).is_some() { "{key:production}" } else { "{key}" };
    let call = |header: &str| {
        format!(r"curl -i {{url}}/v1/register-agent-run{header} -H 'Content-Type: application/json' -d '{run}'")
    };

    vec![
        example("call the API with a key", call(&format!(" {}", credential(contract, key)))),
        example("call it without one", call("")),
        example(
            "page through the organization's runs, as the operator",
            format!("curl -i {{url}}/operator/v1/organizations/{slug}/agent-runs {SIGNED}"),
        ),
    ]
}

/// What is sent to `path` with the demo's key of the type `kind`.
fn with_key_of(contract: &Contract, kind: &KeyType, path: &str, body: Value) -> DemoRequest {
    DemoRequest {
        key: Some(DemoCredential {
            header: contract.credential.header.to_string(),
            scheme: scheme(contract),
            key: kind.name.clone().unwrap_or_else(|| "demo".to_owned()),
        }),
        method: "POST".to_owned(),
        path: path.to_owned(),
        body: Some(body),
        keep_as: None,
    }
}

/// An experience of each status, whenever the demo is looked at, and somebody who comes to them.
fn launches(contract: &Contract, server: &KeyType) -> Vec<DemoRequest> {
    let post = |path: &str, body| with_key_of(contract, server, path, body);

    vec![
        post(
            "/api/experiences",
            json!({"name": "Winter drop", "openAt": "2025-12-01T09:00:00Z", "closeAt": "2025-12-24T18:00:00Z"}),
        ),
        post("/api/experiences", json!({"name": "Members' lounge", "openAt": "2026-01-01T00:00:00Z"})),
        post(
            "/api/experiences",
            json!({"name": "Turn of the century", "openAt": "2099-12-31T18:00:00Z", "timeZone": "Europe/Berlin"}),
        ),
        post("/api/experiences", json!({"name": "Something new", "slug": "something-new"})),
        post("/api/consumers", json!({"email": "ada@example.com", "fullName": "Ada Lovelace"})),
    ]
}

fn experiences(contract: &Contract, server: Option<&KeyType>) -> Vec<Example> {
    let credential = credential_of(contract, server);
    let body = r#"-H 'Content-Type: application/json' -d '{"name": "Summer drop"}'"#;

    vec![
        example("call the API with a key", format!("curl -i -X GET {{url}}/api/experiences {credential}")),
        example("make something", format!("curl -i {{url}}/api/experiences {credential} {body}")),
        example("look at what is counted", format!("curl -i {{url}}/api/analytics {credential}")),
        example("call it without one", "curl -i {url}/api/experiences"),
    ]
}

fn operator(contract: &Contract, slug: &str, has_portal: bool) -> Vec<Example> {
    let usual = contract.types.iter().find(|kind| !by_default(kind).is_empty());
    let order = match usual.or(contract.types.first()).and_then(|kind| kind.name.as_deref()) {
        Some(kind) => json!({"name": "another", "type": kind}),
        None => json!({"name": "another"}),
    };
    let json = "-H 'Content-Type: application/json' -d";

    let portal = has_portal.then(|| {
        example(
            "let somebody in to the portal: this answers with the next link",
            format!(
                r#"curl -s {{url}}/operator/v1/organizations/{slug}/portal-sessions {SIGNED} {json} '{{"subject": "demo"}}'"#
            ),
        )
    });

    let keys = [
        example(
            "ask whether a key is let in, as the operator",
            format!(r#"curl -i {{url}}/operator/v1/verify {SIGNED} {json} '{{"key": "{{key}}"}}'"#),
        ),
        example(
            "issue another key, as the operator",
            format!("curl -i {{url}}/operator/v1/organizations/{slug}/api-keys {SIGNED} {json} '{order}'"),
        ),
    ];

    keys.into_iter().chain(portal).collect()
}
