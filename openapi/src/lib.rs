//! The OpenAPI documents of a contract's stack. Routes come from the template. Parameters, bodies, replies and refusals
//! are what each function's binary says of itself (`<binary> describe`). Words are those that its file begins with.
//!
//! Each contract has two: the whole, for the operator, and what of it is for callers. They are checked in beside this crate;
//! `gate-openapi` and `gate-operator-openapi` serve them. A test writes them anew and compares.

mod document;
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

use document::Document;
pub use error::Error;
use function::describe;
use words::Words;

/// Whom a document is for.
#[derive(Clone, Copy)]
enum Readers {
    Callers,
    Operator,
}

impl Readers {
    const ALL: [Self; 2] = [Self::Callers, Self::Operator];

    /// Stands in the names of their files, in front of the extension.
    const fn mark(self) -> &'static str {
        match self {
            Self::Callers => "",
            Self::Operator => ".operator",
        }
    }

    /// What `contract`'s document for them is called, and what it says of itself.
    fn words(self, contract: &str) -> (String, String) {
        match self {
            Self::Callers => (
                format!("Latchkey: {contract}"),
                format!(
                    "What a stack that serves the contract `{contract}` answers to callers. A path that does not exist is \
                     404, and a method that a path does not take 405 with `Allow`, in the same form as the other refusals."
                ),
            ),
            Self::Operator => (
                format!("Latchkey: {contract}, for the operator"),
                format!(
                    "All that a stack that serves the contract `{contract}` answers: to callers, and below `/operator/` to \
                     the team that runs it. The pages of the portal are not here, and neither is what proxies and gateways \
                     ask. Any other path that is not here is 404, and any method 405 with `Allow`, in the same form as the \
                     other refusals."
                ),
            ),
        }
    }
}

/// The files to be in the folder `openapi` of the repository at `root`, by their names: the documents of each of its
/// contracts, and the Rust that names them all, by whom they are for. `binaries` is the folder of the functions' debug builds.
///
/// # Errors
/// Something cannot be read, or a function cannot be described.
pub fn files(root: &Path, binaries: &Path) -> Result<BTreeMap<String, String>, Error> {
    let yaml = read(&root.join("template.yaml"))?;
    let words = Words::read(&root.join("functions"))?;
    let mut files = BTreeMap::new();
    for name in Contract::names() {
        let contract = Contract::load(name)?;
        let template = Template::read(&yaml, &BTreeMap::from([("Contract".to_owned(), name.to_owned())]))?;
        contract.check_routes(&template.route_keys())?;
        let whole = document(&contract, &template, &words, binaries)?;
        for readers in Readers::ALL {
            let text = serde_json::to_string_pretty(&written(&whole, name, readers))?;
            files.insert(format!("{name}{}.json", readers.mark()), text + "\n");
        }
    }
    for readers in Readers::ALL {
        let mark = readers.mark();
        let mut index = String::from("// Written by `cargo run --bin openapi`: contract, document.\n&[\n");
        for name in Contract::names() {
            writeln!(index, "    ({name:?}, include_str!(\"{name}{mark}.json\")),")?;
        }
        files.insert(format!("documents{mark}.rs"), index + "]\n");
    }

    Ok(files)
}

/// The whole document of the stack that `template` describes.
fn document(contract: &Contract, template: &Template, words: &Words, binaries: &Path) -> Result<Document, Error> {
    let mut document = Document::new(security_schemes(contract));
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
            let by_operator = function.routes.len() > 1 && path.starts_with("/operator/");
            let operation = words.add_to(fragment.operation, &function.binary, by_operator)?;
            document.add(&method.to_string(), path, Fragment { operation, ..fragment })?;
        }
    }

    Ok(document)
}

/// What of the document `whole` of `contract` is for `readers`, as it is written.
fn written(whole: &Document, contract: &str, readers: Readers) -> Value {
    let Document { paths, components } = match readers {
        Readers::Callers => &whole.for_callers(),
        Readers::Operator => whole,
    };
    let (title, description) = readers.words(contract);

    json!({
        "openapi": "3.1.0",
        "info": {"title": title, "version": env!("CARGO_PKG_VERSION"), "description": description},
        "servers": [{"url": "/", "description": "Where this document is."}],
        "paths": paths,
        "components": components,
    })
}

fn read(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(|error| Error::new(format!("{}: {error}", path.display())))
}

/// A JSON object's members, to be added to.
fn members(value: Value) -> Map<String, Value> {
    if let Value::Object(members) = value { members } else { Map::new() }
}
