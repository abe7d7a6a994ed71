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

use lambda_http::http::HeaderName;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub use operation::Operation;
pub use reason::Reason;

use crate::contract::{Contract, Credential};

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
    let issued = contract.types.iter().map(|kind| kind.format.to_string());
    let forms: Vec<_> = issued.chain(contract.legacy.iter().map(|form| form.pattern.to_string())).collect();
    let described = |form: &str| format!("{form}: {}.", forms.join(", or "));
    let in_header = |name: &HeaderName, form: &str| json!({"type": "apiKey", "in": "header", "name": name.as_str(), "description": described(form)});
    let Credential { header, scheme, also } = &contract.credential;
    let key = match scheme {
        Some(scheme) if header == "authorization" => {
            json!({"type": "http", "scheme": scheme.to_ascii_lowercase(), "description": described("The key")})
        }
        Some(_) => in_header(header, "The scheme, a space and the key"),
        None => in_header(header, "The key"),
    };

    let signature = json!({
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "Signature Version 4 of AWS, service execute-api.",
        "x-amazon-apigateway-authtype": "awsSigv4",
    });

    let mut schemes = BTreeMap::from([(operation::KEY.to_owned(), key), (operation::OPERATOR.to_owned(), signature)]);
    schemes.extend(also.iter().map(|also| (operation::ALSO.to_owned(), in_header(also, "The key"))));

    schemes
}
