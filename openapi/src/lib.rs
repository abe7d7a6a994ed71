//! The OpenAPI document of a contract's stack. Routes come from the template. Parameters, bodies, replies and refusals
//! are what each function's binary says of itself (`<binary> describe`). Words are those that its file begins with.
//!
//! The documents are checked in beside this crate, and `gate-openapi` serves them. A test writes them anew and compares.

mod error;
mod function;
mod words;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::{Map, Value, json};
use shared::contract::Contract;
use shared::http::describe::{Fragment, security_schemes};
use template::{Method, Target, Template};

pub use error::Error;
use function::describe;
use words::Words;

/// The files to be in the folder `openapi` of the repository at `root`, by their names: a document for each of its contracts,
/// and the Rust that names them all. `binaries` is the folder of the functions' debug builds.
///
/// # Errors
/// Something cannot be read, or a function cannot be described.
pub fn files(root: &Path, binaries: &Path) -> Result<BTreeMap<String, String>, Error> {
    let yaml = read(&root.join("template.yaml"))?;
    let words = Words::read(&root.join("functions"))?;
    let mut files = BTreeMap::new();
    let mut index = String::from("// Written by `cargo run --bin openapi`: contract, document.\n&[\n");
    for name in Contract::names() {
        let contract = Contract::load(name)?;
        let template = Template::read(&yaml, &BTreeMap::from([("Contract".to_owned(), name.to_owned())]))?;
        let document = serde_json::to_string_pretty(&document(&contract, &template, &words, binaries)?)?;
        files.insert(format!("{name}.json"), document + "\n");
        writeln!(index, "    ({name:?}, include_str!(\"{name}.json\")),")?;
    }
    files.insert("documents.rs".to_owned(), index + "]\n");

    Ok(files)
}

fn document(contract: &Contract, template: &Template, words: &Words, binaries: &Path) -> Result<Value, Error> {
    let mut paths: BTreeMap<String, BTreeMap<String, Value>> = BTreeMap::new();
    let mut parts = Components::default();
    // A function without routes is asked by other means than this API.
    for function in template.functions.iter().filter(|function| !function.routes.is_empty()) {
        let routes: Vec<_> = function.routes.iter().map(template::Route::key).collect();
        let fragments = describe(binaries, &function.binary, contract, &routes)?;
        for (route, fragment) in function.routes.iter().zip(fragments) {
            let (Target::Path { method, path }, Some(fragment)) = (&route.target, fragment) else { continue };
            if matches!(method, Method::Named(name) if name == "HEAD") {
                // It is its GET without a body.
                continue;
            }
            let Fragment { operation, schemas, responses } = fragment;
            parts.add(schemas, responses)?;
            let by_operator = function.routes.len() > 1 && path.starts_with("/operator/");
            let operation = words.add_to(operation, &function.binary, by_operator)?;
            let methods = paths.entry(path.clone()).or_default();
            methods.insert(method.to_string().to_ascii_lowercase(), operation);
        }
    }

    Ok(json!({
        "openapi": "3.1.0",
        "info": {
            "title": format!("Latchkey: {}", contract.name),
            "version": env!("CARGO_PKG_VERSION"),
            "description": format!(
                "What a stack that serves the contract `{}` answers. Any path that is not here is 404, and any method 405 \
                 with `Allow`, in the same form as the other refusals.",
                contract.name
            ),
        },
        "servers": [{"url": "/", "description": "Where this document is."}],
        "paths": paths,
        "components": {
            "securitySchemes": security_schemes(contract),
            "schemas": parts.schemas,
            "responses": parts.responses,
        },
    }))
}

/// What operations refer to.
#[derive(Default)]
struct Components {
    schemas: BTreeMap<String, Value>,
    responses: BTreeMap<String, Value>,
}

impl Components {
    fn add(&mut self, schemas: BTreeMap<String, Value>, responses: BTreeMap<String, Value>) -> Result<(), Error> {
        for (name, schema) in schemas {
            if self.schemas.insert(name.clone(), schema.clone()).is_some_and(|known| known != schema) {
                let say = "give one of the types another name, #[schemars(rename = \"…\")]";
                return Err(Error::new(format!("two different schemas are called {name}: {say}")));
            }
        }
        for (name, response) in responses {
            if self.responses.insert(name.clone(), response.clone()).is_some_and(|known| known != response) {
                return Err(Error::new(format!("two different responses are called {name}")));
            }
        }

        Ok(())
    }
}

fn read(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(|error| Error::new(format!("{}: {error}", path.display())))
}

/// A JSON object's members, to be added to.
fn members(value: Value) -> Map<String, Value> {
    if let Value::Object(members) = value { members } else { Map::new() }
}
