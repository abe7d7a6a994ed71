//! A function's description of itself: an OpenAPI operation, built from the very types that its handler asks for and
//! returns.
//!
//! In debug builds `<binary> describe CONTRACT ROUTE…` prints it. None of this is deployed: only
//! [`serve`](crate::http::serve::serve) leads here, and only in debug builds.

mod operation;
mod plain;
mod reason;
mod refusals;
mod schema;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub use operation::Operation;
pub use reason::Reason;

use crate::contract::Contract;

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

/// The security schemes of requests by their names: the operator's signature, and a key as `contract` wants it.
pub fn security_schemes(contract: &Contract) -> BTreeMap<String, Value> {
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

    let signature = json!({
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "Signature Version 4 of AWS, service execute-api.",
        "x-amazon-apigateway-authtype": "awsSigv4",
    });

    let mut schemes = BTreeMap::from([(operation::KEY.to_owned(), key), (operation::OPERATOR.to_owned(), signature)]);
    if let Some(also) = &credential.also {
        let key = json!({
            "type": "apiKey", "in": "header", "name": also.as_str(), "description": format!("The key: {}.", forms.join(", or ")),
        });
        schemes.insert(operation::ALSO.to_owned(), key);
    }

    schemes
}
