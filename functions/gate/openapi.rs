//! `GET /openapi.json`, `HEAD /openapi.json`: this document. It describes the stack that follows from the contract, and needs no key.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use shared::{App, Denial, Error, Exit, Handler, Json, Kept, Reason, Result};

/// The documents, each with its contract's name.
const DOCUMENTS: &[(&str, &str)] = include!("../../openapi/documents.rs");

/// A document as it was written.
#[derive(Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, with = "Map<String, Value>")]
struct Document(&'static RawValue);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(show.may_refuse(&[Reason::NoRoute])).await
}

async fn show(app: &'static App) -> Result<Kept<Json<Document>>> {
    let parameter = |name: &str| app.parameters.get(name).map(String::as_str);
    let follows = parameter("ReferenceApi").is_none_or(|api| api == "from-contract");
    let document = DOCUMENTS.iter().find(|(contract, _)| follows && parameter("Contract") == Some(contract));
    let (_, text) = document.ok_or(Denial::UnknownRoute)?;

    let document = serde_json::from_str(text).map_err(Error::failed)?;

    Ok(Kept(Json(Document(document)), "max-age=300"))
}
