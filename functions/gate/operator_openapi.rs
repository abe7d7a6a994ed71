//! `GET /operator/v1/openapi.json`: this document. It describes all that the stack that follows from the contract answers, to
//! callers and to the operator.

use shared::http::openapi::{Document, document};
use shared::{App, Exit, Handler, Json, Reason, Result, Signed};

/// The whole documents, each with its contract's name.
const DOCUMENTS: &[(&str, &str)] = include!("../../openapi/documents.operator.rs");

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(show.may_refuse(&[Reason::NoRoute])).await
}

async fn show(app: &'static App, _: Signed) -> Result<Json<Document>> {
    Ok(Json(document(app, DOCUMENTS)?))
}
