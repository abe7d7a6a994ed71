//! The description of the API is what the code says, and leaves nothing out.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;
use template::Target;

use crate::layout::deployed;
use crate::support::{CONTRACTS, binaries, root};

/// The document of `contract` that is checked in.
fn document(contract: &str) -> Value {
    let text = fs::read_to_string(root().join(format!("openapi/{contract}.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn the_documents_are_what_the_code_says() {
    let files = openapi::files(root(), &binaries()).unwrap_or_else(|error| panic!("{error}"));
    let there = fs::read_dir(root().join("openapi")).unwrap().map(|entry| entry.unwrap().file_name());
    let there: BTreeSet<_> = there.map(|name| name.into_string().unwrap()).collect();
    let of_the_crate = ["Cargo.toml", "src"];
    let documents: BTreeSet<_> = there.iter().filter(|name| !of_the_crate.contains(&name.as_str())).collect();
    let again =
        "run `just openapi`, which is `cargo build --bins && cargo run --bin openapi`, and commit what it writes";
    assert_eq!(documents, files.keys().collect(), "{again}");
    for (name, text) in &files {
        let path = root().join("openapi").join(name);
        assert!(fs::read_to_string(&path).unwrap() == *text, "openapi/{name} is not what the code says: {again}");
    }
}

#[test]
fn every_route_is_in_the_document_of_some_stack() {
    let documents = CONTRACTS.map(document);
    for route in deployed().iter().flat_map(|function| &function.routes) {
        let Target::Path { method, path } = &route.target else { continue };
        // Pages are for browsers: they are not operations of an API.
        if path.starts_with("/portal/") {
            continue;
        }
        // A HEAD is its GET without a body.
        let method = method.to_string().replace("HEAD", "GET").to_lowercase();
        let described = documents.iter().any(|document| document["paths"][path][&method].is_object());
        assert!(described, "no document in openapi/ has {}", route.key());
    }
}

#[test]
fn a_document_has_alerts_where_its_contract_has_them() {
    for contract in CONTRACTS {
        let has_alerts = !shared::contract::Contract::load(contract).unwrap().alerts.is_empty();
        let document = document(contract);
        let paths = document["paths"].as_object().unwrap().keys().filter(|path| path.contains("/alerts"));
        // Those of the operator, and those of callers where they may.
        assert_eq!(paths.count(), if has_alerts { 4 } else { 0 }, "{contract}");
    }
}

#[test]
fn every_operation_is_named_and_says_in_words_what_it_does() {
    for contract in CONTRACTS {
        let mut ids = BTreeSet::new();
        for (path, methods) in document(contract)["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                let id = operation["operationId"].as_str().unwrap();
                assert!(ids.insert(id.to_owned()), "{contract}: there are two of {id}");
                let summary = operation["summary"].as_str().unwrap();
                assert!(!summary.is_empty() && !summary.contains('`'), "{contract}: {method} {path}: {summary}");
            }
        }
    }
}

#[test]
fn what_a_document_refers_to_is_in_it() {
    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                found.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
                members.values().for_each(|value| references(value, found));
            }
            Value::Array(values) => values.iter().for_each(|value| references(value, found)),
            _ => (),
        }
    }
    for contract in CONTRACTS {
        let document = document(contract);
        let mut found = Vec::new();
        references(&document, &mut found);
        assert!(!found.is_empty());
        for reference in found {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{contract}: {reference}");
        }
        assert!(!document.to_string().contains("x-contract"), "{contract}: a mark was not filled in");
    }
}
