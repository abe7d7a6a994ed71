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

/// Tells of what stops generators of clients, or has them make clients that refuse good answers: each in `at`, and where.
fn foreign_words(value: &Value, at: &str, found: &mut Vec<String>) {
    let Value::Object(members) = value else {
        let values = value.as_array().into_iter().flatten().enumerate();
        values.for_each(|(place, value)| foreign_words(value, &format!("{at}/{place}"), found));
        return;
    };
    for (name, member) in members {
        let at = format!("{at}/{name}");
        match (name.as_str(), member) {
            // Data, which may look like a schema.
            ("example" | "examples" | "enum", _) => continue,
            ("properties", Value::Object(properties)) => {
                for (name, schema) in properties {
                    if schema.is_boolean() || name.starts_with(|first: char| first.is_ascii_digit()) {
                        found.push(format!("{at}/{name}"));
                    }
                    foreign_words(schema, &format!("{at}/{name}"), found);
                }
                continue;
            }
            ("schema" | "items", Value::Bool(true)) => found.push(format!("{at}: anything at all")),
            ("const", Value::Bool(_) | Value::Null) => found.push(format!("{at}: a constant that is no text")),
            ("default", _) => found.push(format!("{at}: a default")),
            ("not" | "if", _) => found.push(format!("{at}: a condition")),
            ("anyOf" | "oneOf", Value::Array(choices)) => {
                if choices.iter().any(Value::is_boolean) || choices.iter().all(|choice| choice.get("const").is_some()) {
                    found.push(format!("{at}: a choice of constants"));
                }
                if members.contains_key("properties") {
                    found.push(format!("{at}: a choice beside members"));
                }
            }
            _ => (),
        }
        foreign_words(member, &at, found);
    }
}

#[test]
fn a_document_has_no_words_that_generators_of_clients_misread() {
    for contract in CONTRACTS {
        let mut found = Vec::new();
        foreign_words(&document(contract), "", &mut found);
        assert!(found.is_empty(), "{contract}:\n{}", found.join("\n"));
    }
}

#[test]
fn what_a_document_names_is_a_name_in_every_language() {
    let is_name = |name: &str| {
        let first = name.starts_with(|first: char| first.is_ascii_alphabetic());
        first && name.chars().all(|letter| letter.is_ascii_alphanumeric())
    };
    for contract in CONTRACTS {
        let document = document(contract);
        let components = document["components"].as_object().unwrap().values();
        let components = components.flat_map(|components| components.as_object().unwrap().keys());
        let operations =
            document["paths"].as_object().unwrap().values().flat_map(|methods| methods.as_object().unwrap());
        let operations = operations.map(|(_, operation)| operation["operationId"].as_str().unwrap());
        for name in components.map(String::as_str).chain(operations) {
            assert!(is_name(name), "{contract}: {name}");
        }
    }
}
