//! What a stack has to show on a laptop: an organization with keys, things to find, and commands to paste.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::contract::{Contract, KeyType, PlanLimits};

/// What is put into a new stack, and what to try with it.
#[derive(Debug, Clone, Default)]
pub struct Demo {
    /// Made first, each with its keys.
    pub organizations: Vec<DemoOrganization>,
    /// Sent afterwards, signed by the operator.
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

/// A request to send while seeding; any answer but 2xx ends the start.
#[derive(Debug, Clone)]
pub struct DemoRequest {
    /// Its method.
    pub method: String,
    /// Its path.
    pub path: String,
    /// Its JSON body.
    pub body: Option<Value>,
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
const ORGANIZATION: &str = "acme";

/// The demo of a stack that serves `contract`: one organization, a key of each type, and what the contract's API can do.
pub fn demo(contract: &Contract) -> Demo {
    let plan = contract.plans.iter().filter(|(_, plan)| plan.api && !matches!(plan.limits, PlanLimits::Custom));
    let Some(plan) = plan.max_by_key(|(name, _)| *name == "pro").map(|(name, _)| name.clone()) else {
        return Demo::default();
    };
    let organization = DemoOrganization {
        slug: ORGANIZATION.to_owned(),
        name: "Acme".to_owned(),
        plan,
        keys: contract.types.iter().flat_map(keys_of).collect(),
    };
    let (requests, mut examples) = match contract.name.as_str() {
        "fayne" => (courses(), academy()),
        "fabraix" => (Vec::new(), agent_runs()),
        _ => (Vec::new(), Vec::new()),
    };
    examples.extend(operator(contract));

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

    vec![DemoKey { name: name.clone(), kind: Some(name.clone()), scopes: None }]
}

fn example(title: &str, curl: impl Into<String>) -> Example {
    Example { title: title.to_owned(), curl: curl.into() }
}

fn courses() -> Vec<DemoRequest> {
    let course = |id: &str, body| DemoRequest {
        method: "PUT".to_owned(),
        path: format!("/operator/v1/organizations/{ORGANIZATION}/courses/{id}"),
        body: Some(body),
    };

    vec![
        course(
            "0193b5a0-7c1e-7a30-9f0a-5d1f6a2b3c4d",
            json!({"title": "Rust from the beginning", "description": "Ownership first.", "status": "published"}),
        ),
        course("0193b5a0-7c1e-7a30-9f0a-5d1f6a2b3c4e", json!({"title": "DynamoDB by example", "status": "draft"})),
    ]
}

fn academy() -> Vec<Example> {
    vec![
        example("call the API with a key", r#"curl -i {url}/api/v1/courses -H "Authorization: Bearer {key}""#),
        example("call it without one", "curl -i {url}/api/v1/courses"),
    ]
}

fn agent_runs() -> Vec<Example> {
    let run = r#"{"agent_id": "a1b2c3d4-e5f6-7890-1234-567890abcdef", "timestamp": "2024-01-01T00:00:00Z", "system_prompt": "You are a helpful assistant"}"#;
    let call = |header: &str| {
        format!(r"curl -i {{url}}/v1/register-agent-run{header} -H 'Content-Type: application/json' -d '{run}'")
    };

    vec![
        example("call the API with a key", call(r#" -H "x-api-key: {key:production}""#)),
        example("call it without one", call("")),
    ]
}

fn operator(contract: &Contract) -> Vec<Example> {
    let order = match contract.types.first().and_then(|kind| kind.name.as_deref()) {
        Some(kind) => json!({"name": "another", "type": kind}),
        None => json!({"name": "another"}),
    };
    let json = "-H 'Content-Type: application/json' -d";

    vec![
        example(
            "ask whether a key is let in, as the operator",
            format!(r#"curl -i {{url}}/operator/v1/verify {SIGNED} {json} '{{"key": "{{key}}"}}'"#),
        ),
        example(
            "issue another key, as the operator",
            format!("curl -i {{url}}/operator/v1/organizations/{ORGANIZATION}/api-keys {SIGNED} {json} '{order}'"),
        ),
    ]
}
