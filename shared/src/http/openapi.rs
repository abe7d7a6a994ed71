//! The OpenAPI document of a stack, as it was written when the functions were built.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::contract::denial::Denial;
use crate::gate::app::App;
use crate::registry::error::{Error, Result};

/// A document as it was written.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, with = "Map<String, Value>")]
pub struct Document(&'static RawValue);

/// The one of `documents`, each with its contract's name, that describes the stack.
///
/// # Errors
/// The stack is none that follows from its contract alone, or none of them is its contract's.
pub fn document(app: &App, documents: &[(&str, &'static str)]) -> Result<Document> {
    let parameter = |name: &str| app.parameters.get(name).map(String::as_str);
    let follows = parameter("ReferenceApi").is_none_or(|api| api == "from-contract");
    let document = documents.iter().find(|(contract, _)| follows && parameter("Contract") == Some(contract));
    let (_, text) = document.ok_or(Denial::UnknownRoute)?;

    serde_json::from_str(text).map(Document).map_err(Error::failed)
}
