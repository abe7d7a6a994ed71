//! `GET /openapi.json`, `HEAD /openapi.json`: this document. It describes what the stack that follows from the contract answers to
//! callers, and needs no key.

use shared::http::openapi::{Document, document};
use shared::{App, Exit, Handler, Json, Kept, Reason, Result};

/// The documents for callers, each with its contract's name.
const DOCUMENTS: &[(&str, &str)] = include!("../../openapi/documents.rs");

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(show.may_refuse(&[Reason::NoRoute])).await
}

async fn show(app: &'static App) -> Result<Kept<Json<Document>>> {
    Ok(Kept(Json(document(app, DOCUMENTS)?), "max-age=300"))
}
