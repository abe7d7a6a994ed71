//! One key of those that are taken over, shown so that it is known whether it would be let in. A digest does not show the form.

use schemars::JsonSchema;
use serde::Serialize;

use crate::contract::denial::Violation;
use crate::contract::secret::Plain;
use crate::contract::{Contract, Looks};
use crate::gate::app::App;
use crate::registry::error::Result;

/// What a sample looks like that the contract lets in.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(inline)]
pub(super) struct Accepted {
    /// The name of its form in the contract, or what keys look like that are issued today.
    form: String,
    /// The type that its form tells; left out where that is any, and where there are no types.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    kind: Option<String>,
}

/// What `sample` looks like.
///
/// # Errors
/// Nobody is let in with a key that looks like it.
pub(super) fn accepted(app: &App, sample: &Plain) -> Result<Accepted> {
    let refused = |what: String| Violation::new("sample", what);
    let Some((Looks { kind, legacy }, _)) = app.contract.parse(sample.as_bytes()) else {
        let what = format!("is of no form that is let in: neither {}", forms(&app.contract));
        return Err(refused(what).into());
    };
    let name = kind.and_then(|kind| kind.name.clone());
    if kind.is_some_and(|kind| !kind.stages.contains(&app.stage)) {
        let what = format!("is of the type {}, whose keys do not work at this stage", name.unwrap_or_default());
        return Err(refused(what).into());
    }
    let issued = || kind.map(|kind| kind.format.to_string()).unwrap_or_default();

    Ok(Accepted { form: legacy.map_or_else(issued, str::to_owned), kind: name })
}

/// Every form, in words.
fn forms(contract: &Contract) -> String {
    let issued = contract.types.iter().map(|kind| kind.format.to_string());
    let legacy = contract.legacy.iter().map(|form| format!("{} ({})", form.pattern, form.name));

    issued.chain(legacy).collect::<Vec<_>>().join(", nor ")
}
