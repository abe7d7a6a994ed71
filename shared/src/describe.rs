//! What a function says of itself: an operation of OpenAPI, made of the very types that its handler asks for and returns.
//!
//! In debug builds `<binary> describe CONTRACT ROUTE…` prints it, and a refusal that a function has not announced is a
//! failure. Nothing here is in what is deployed: only [`serve`](mod@crate::serve) leads here, and only in debug builds.

mod operation;
mod reason;
mod refusals;
mod schema;

use std::collections::BTreeMap;
use std::io::Write as _;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub use operation::Operation;
pub use reason::Reason;

use crate::call::Call;
use crate::contract::Contract;
use crate::error::Error;
use crate::serve::{Exit, Handler};

/// One operation, and what it refers to in the document's components.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Fragment {
    /// The operation.
    pub operation: Value,
    /// Its schemas by their names.
    pub schemas: BTreeMap<String, Value>,
    /// Its refusals by their names.
    pub responses: BTreeMap<String, Value>,
}

/// What `handler` is under `contract` at the route of that key; `None` where the contract does not open it, and for
/// `$default`.
pub fn describe<Arguments, H: Handler<Arguments>>(handler: H, contract: &Contract, route: &str) -> Option<Fragment> {
    let mut operation = Operation::new(contract, route)?;
    handler.describe(&mut operation);

    operation.finish()
}

/// `error`, if `handler` has said that it may refuse a request like that; else a failure that says what to do.
pub(crate) fn announced<Arguments, H: Handler<Arguments>>(handler: H, call: &Call, error: Error) -> Error {
    let (Error::Denied(denial), Some(mut operation)) = (&error, Operation::new(&call.app.contract, &call.route)) else {
        return error;
    };
    handler.describe(&mut operation);
    if operation.knows(denial) {
        return error;
    }

    Error::failed(format!(
        "{denial:?} is not announced: serve(handler.may_refuse(&[Reason::…])) says that it can happen"
    ))
}

/// Prints what `handler` is under a contract at some routes: `arguments` name both.
pub(crate) fn print<Arguments, H: Handler<Arguments>>(handler: H, arguments: &[String]) -> Exit {
    let (name, routes) = arguments.split_first().ok_or("describe needs a contract and its routes")?;
    let contract = Contract::load(name)?;
    let fragments: Vec<_> = routes.iter().map(|route| describe(handler, &contract, route)).collect();

    Ok(serde_json::to_writer(std::io::stdout().lock(), &fragments)
        .and_then(|()| std::io::stdout().flush().map_err(serde_json::Error::io))?)
}

/// How requests prove who sends them: the operator's signature, and a key as `contract` wants it.
pub fn security_schemes(contract: &Contract) -> Value {
    let forms: Vec<_> = contract.types.iter().map(|kind| kind.format.to_string()).collect();
    let credential = &contract.credential;
    let (mut key, form) = match &credential.scheme {
        Some(scheme) if credential.header == "authorization" => {
            (json!({"type": "http", "scheme": scheme.to_ascii_lowercase()}), "The key")
        }
        Some(_) => (
            json!({"type": "apiKey", "in": "header", "name": credential.header.as_str()}),
            "The scheme, a space and the key",
        ),
        None => (json!({"type": "apiKey", "in": "header", "name": credential.header.as_str()}), "The key"),
    };
    if let Some(key) = key.as_object_mut() {
        key.insert("description".to_owned(), format!("{form}: {}.", forms.join(", or ")).into());
    }

    json!({
        (operation::KEY): key,
        (operation::OPERATOR): {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "Signature Version 4 of AWS, service execute-api.",
            "x-amazon-apigateway-authtype": "awsSigv4",
        },
    })
}
