//! The description of the API is what the code says, and leaves nothing out.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;
use template::Target;

use crate::layout::deployed;
use crate::support::{CONTRACTS, binaries, root};

/// The document of that name that is checked in.
fn document(name: &str) -> Value {
    let text = fs::read_to_string(root().join(format!("openapi/{name}.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The whole document of `contract`.
fn whole(contract: &str) -> Value {
    document(&format!("{contract}.operator"))
}

/// Every document, with its name.
fn documents() -> impl Iterator<Item = (String, Value)> {
    let names = CONTRACTS.iter().flat_map(|contract| [(*contract).to_owned(), format!("{contract}.operator")]);
    names.map(|name| {
        let document = document(&name);
        (name, document)
    })
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
    let documents = CONTRACTS.map(whole);
    for route in deployed().iter().flat_map(|function| &function.routes) {
        let Target::Path { method, path } = &route.target else { continue };
        // Pages are for browsers, and proxies and gateways speak protocols of their own: they are not operations of an API.
        if ["/portal/", "/forward-auth", "/introspect", "/leaks/github"].iter().any(|other| path.starts_with(other)) {
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
        let document = whole(contract);
        let paths = document["paths"].as_object().unwrap().keys().filter(|path| path.contains("/alerts"));
        // Those of the operator, and those of callers where they may.
        assert_eq!(paths.count(), if has_alerts { 4 } else { 0 }, "{contract}");
    }
}

#[test]
fn every_operation_is_named_and_says_in_words_what_it_does() {
    for (name, document) in documents() {
        let mut ids = BTreeSet::new();
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                let id = operation["operationId"].as_str().unwrap();
                assert!(ids.insert(id.to_owned()), "{name}: there are two of {id}");
                let summary = operation["summary"].as_str().unwrap();
                assert!(!summary.is_empty() && !summary.contains('`'), "{name}: {method} {path}: {summary}");
            }
        }
    }
}

/// Everything that `value` refers to, put among `found`.
fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|value| references(value, found));
        }
        Value::Array(values) => values.iter().for_each(|value| references(value, found)),
        _ => (),
    }
}

#[test]
fn what_a_document_refers_to_is_in_it() {
    for (name, document) in documents() {
        let mut found = BTreeSet::new();
        references(&document, &mut found);
        assert!(!found.is_empty());
        for reference in found {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{name}: {reference}");
        }
        assert!(!document.to_string().contains("x-contract"), "{name}: a mark was not filled in");
    }
}

#[test]
fn the_callers_document_is_the_whole_one_without_the_operators_plane() {
    for contract in CONTRACTS {
        let (callers, whole) = (document(contract), whole(contract));
        let mut said = callers.clone();
        // Who has set a limit of their key's is all that they are told of the operator.
        said["components"]["schemas"].as_object_mut().unwrap().remove("KeyLimit");
        let text = said.to_string().to_lowercase();
        for word in ["operator", "aws", "sigv4", "signature"] {
            assert!(!text.contains(word), "{contract}: callers are told of {word}");
        }
        let mut paths = whole["paths"].as_object().unwrap().clone();
        paths.retain(|path, _| !path.starts_with("/operator/"));
        assert_eq!(callers["paths"], Value::Object(paths), "{contract}");
        assert_eq!((&callers["openapi"], &callers["servers"]), (&whole["openapi"], &whole["servers"]), "{contract}");
        for (kind, components) in callers["components"].as_object().unwrap() {
            for (name, component) in components.as_object().unwrap() {
                assert_eq!(*component, whole["components"][kind][name], "{contract}: {kind}/{name}");
            }
        }
    }
}

#[test]
fn a_callers_document_has_nothing_that_its_operations_do_not_lead_to() {
    for contract in CONTRACTS {
        let document = document(contract);
        let mut reached = BTreeSet::new();
        references(&document["paths"], &mut reached);
        // Until there is nothing new: a response leads to a schema, and a schema to others.
        loop {
            let before = reached.clone();
            for reference in &before {
                references(document.pointer(&reference[1..]).unwrap(), &mut reached);
            }
            if reached == before {
                break;
            }
        }
        let operations =
            document["paths"].as_object().unwrap().values().flat_map(|at| at.as_object().unwrap().values());
        let schemes = operations.flat_map(|operation| operation["security"].as_array().unwrap());
        let schemes = schemes.flat_map(|scheme| scheme.as_object().unwrap().keys());
        reached.extend(schemes.map(|name| format!("#/components/securitySchemes/{name}")));
        let components = document["components"].as_object().unwrap().iter();
        let there = components.flat_map(|(kind, components)| {
            components.as_object().unwrap().keys().map(move |name| format!("#/components/{kind}/{name}"))
        });
        assert_eq!(there.collect::<BTreeSet<_>>(), reached, "{contract}");
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
    for (name, document) in documents() {
        let mut found = Vec::new();
        foreign_words(&document, "", &mut found);
        assert!(found.is_empty(), "{name}:\n{}", found.join("\n"));
    }
}

#[test]
fn what_a_document_names_is_a_name_in_every_language() {
    let is_name = |name: &str| {
        let first = name.starts_with(|first: char| first.is_ascii_alphabetic());
        first && name.chars().all(|letter| letter.is_ascii_alphanumeric())
    };
    for (document_name, document) in documents() {
        let components = document["components"].as_object().unwrap().values();
        let components = components.flat_map(|components| components.as_object().unwrap().keys());
        let operations =
            document["paths"].as_object().unwrap().values().flat_map(|methods| methods.as_object().unwrap());
        let operations = operations.map(|(_, operation)| operation["operationId"].as_str().unwrap());
        for name in components.map(String::as_str).chain(operations) {
            assert!(is_name(name), "{document_name}: {name}");
        }
    }
}
