//! Every refusal that a test meets is held against the document of its contract: the route must have announced it, word
//! for word. So every test also tests the documents, and the very functions that are deployed.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex};

use jsonschema::Validator;
use serde_json::{Value, json};

use super::{CONTRACTS, root};

/// The whole documents by contract.
static DOCUMENTS: LazyLock<BTreeMap<&str, Value>> = LazyLock::new(|| {
    let read = |contract| {
        let text = std::fs::read_to_string(root().join(format!("openapi/{contract}.operator.json"))).unwrap();
        (contract, serde_json::from_str(&text).unwrap())
    };
    CONTRACTS.into_iter().map(read).collect()
});

/// What refusals look like, by contract, route and status.
type Schemas = BTreeMap<(String, String, u16), Option<Arc<Validator>>>;

/// The schemas that were asked for: each is made once.
static SCHEMAS: Mutex<Schemas> = Mutex::new(BTreeMap::new());

/// Holds the answer to a request against the document of `contract`. No document has requests that no route takes.
#[track_caller]
pub(crate) fn check(contract: &str, method: &str, path: &str, status: u16, body: &str) {
    let Some(document) = DOCUMENTS.get(contract).filter(|_| status >= 400) else { return };
    let Some((route, operation)) = operation(document, method, path.split('?').next().unwrap()) else { return };
    let key = (contract.to_owned(), format!("{method} {route}"), status);
    let schema = SCHEMAS.lock().unwrap().entry(key).or_insert_with(|| schema(document, operation, status)).clone();
    let Some(schema) = schema else { panic!("{method} {route} of {contract} has not announced {status}: {body}") };
    let body = serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {body}"));
    assert!(schema.is_valid(&body), "{method} {route} of {contract} has not announced this {status}: {body}");
}

/// The path with variables that a request is for, and what the document has of it: of several the most literal one.
fn operation<'d>(document: &'d Value, method: &str, path: &str) -> Option<(&'d str, &'d Value)> {
    let segments = |path: &str| path.trim_matches('/').split('/').map(str::to_owned).collect::<Vec<_>>();
    let asked = segments(path);
    let fits = |known: &str| {
        let known = segments(known);
        known.len() == asked.len()
            && known.iter().zip(&asked).all(|(known, asked)| known.starts_with('{') || known == asked)
    };
    let paths = document["paths"].as_object().unwrap().iter().filter(|(known, _)| fits(known));
    let (known, methods) = paths.min_by_key(|(known, _)| known.matches('{').count())?;

    Some((known, methods.get(method.to_lowercase())?))
}

fn schema(document: &Value, operation: &Value, status: u16) -> Option<Arc<Validator>> {
    let mut response = operation["responses"].get(status.to_string())?;
    if let Some(reference) = response["$ref"].as_str() {
        response = document.pointer(reference.trim_start_matches('#')).unwrap();
    }
    // A problem of ours, or the gateway's own words.
    let schemas: Vec<_> = response["content"].as_object()?.values().map(|content| &content["schema"]).collect();
    let schema = json!({"anyOf": schemas, "components": {"schemas": document["components"]["schemas"]}});

    Some(Arc::new(jsonschema::validator_for(&schema).unwrap()))
}

#[test]
fn what_was_not_announced_is_found() {
    let refused = |path: &str, status: u16, body: &str| {
        std::panic::catch_unwind(|| check("fayne", "GET", path, status, body)).is_err()
    };
    let error = |code: &str, message: &str| json!({"error": {"code": code, "message": message}}).to_string();
    let not_found = error("not_found", "Course not found in this academy");
    assert!(!refused("/api/v1/courses/7", 404, &not_found));
    assert!(refused("/api/v1/courses/7", 404, &error("not_found", "Student not found in this academy")));
    assert!(refused("/api/v1/courses", 404, &not_found), "a list of courses is always there");
    assert!(refused("/api/v1/courses/7", 409, &error("already_exists", "It is there")));
    assert!(!refused("/nowhere", 409, "{}"), "what no route takes is not announced");
}
