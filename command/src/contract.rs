//! What another contract would mean for organizations and keys that exist. It is the stack's own reader that reads it.

use std::path::Path;

use serde::Deserialize as _;
use serde_json::Value;
use shared::contract::denial::Violation;
use shared::contract::limit::Window;
use shared::contract::{Contract, KeyType, Override};

use crate::error::Error;
use crate::input;
use crate::output::text;

/// The contract in `file`.
pub(crate) fn read(file: &Path) -> Result<Contract, Error> {
    Contract::read(&file.display().to_string(), &input::text(file)?).map_err(Error::usage)
}

/// What of that which an operator has put in the place of a plan's numbers would be in force no more; `plan` as the stack shows it.
pub(crate) fn of_plan(contract: &Contract, plan: &Value) -> Result<Vec<String>, Error> {
    let Some(said) = plan.get("override") else { return Ok(Vec::new()) };
    let name = text(plan, "/plan");
    let said = Override::deserialize(said)
        .map_err(|cause| Error::failed(format_args!("the override of the plan {name}: {cause}")))?;
    // What is out of force already does not change.
    let is_new = |flaw: &&Violation| {
        let mut known = plan["notInForce"].as_array().into_iter().flatten();
        !known.any(|known| known["field"] == flaw.field)
    };
    let in_force = contract.in_force(&name, said);
    let flaws = in_force.flaws().iter().filter(is_new);

    Ok(flaws
        .map(|Violation { field, message }| format!("the override of the plan {name}: {field} {message}"))
        .collect())
}

/// What would be otherwise for the organization `org`.
pub(crate) fn of_organization(contract: &Contract, org: &Value) -> Vec<String> {
    let plan = text(org, "/plan");
    let mut said = match contract.plans.get(&plan) {
        None => vec![format!("the plan {plan} is gone: none of its keys is let in")],
        Some(plan_now) if !plan_now.api => vec![format!("the plan {plan} has no API: none of its keys is let in")],
        Some(plan_now) if plan_now.has_custom_limits() && org["limits"].is_null() => {
            vec![format!("the plan {plan} wants limits of its own, and it has none: none of its keys is let in")]
        }
        Some(_) => Vec::new(),
    };
    for (member, words) in [("limits", "its limit"), ("sharedLimits", "its shared limit")] {
        said.extend(
            uncounted(contract, &org[member])
                .map(|per| format!("{words} per {per} is in a window that is not counted")),
        );
    }

    said
}

/// What would be otherwise for `key`, of an organization on the plan `plan`.
pub(crate) fn of_key(contract: &Contract, plan: &str, key: &Value) -> Vec<String> {
    let kind = key["type"].as_str();
    let mut said = Vec::new();
    match (contract.key_type(kind), kind) {
        (None, Some(kind)) => said.push(format!("the type {kind} is gone: it is not let in")),
        (None, None) => said.push("it has no type, and there are types: it is not let in".to_owned()),
        (Some(rule), _) => {
            said.extend(another_look(contract, rule, key));
            let bound = contract.plans.get(plan).and_then(|plan| plan.scopes.as_ref());
            for scope in key["scopes"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                if !contract.scopes.contains_key(scope) {
                    said.push(format!("the scope {scope} is gone: it loses it"));
                } else if !rule.scopes.possible().contains(scope) {
                    said.push(format!("its type cannot have the scope {scope} any more: it loses it"));
                } else if bound.is_some_and(|bound| !bound.contains(scope)) {
                    said.push(format!("the plan {plan} does not include the scope {scope}"));
                }
            }
        }
    }
    said.extend(
        uncounted(contract, &key["limits"])
            .map(|per| format!("its limit per {per} is in a window that is not counted")),
    );

    said
}

/// What is wrong with how `key` looks, as far as its hint tells: where there are forms of keys from elsewhere, it may be one of those.
fn another_look(contract: &Contract, rule: &KeyType, key: &Value) -> Option<String> {
    let (begins, _) = key["hint"].as_str()?.split_once('…')?;
    let prefix = rule.format.prefix();
    let is_other = !begins.is_empty() && !begins.starts_with(prefix) && contract.legacy.is_empty();

    is_other.then(|| format!("it begins with {begins}, and such keys with {prefix} now: it is not let in"))
}

/// The windows of `limits` in which the contract does not count.
fn uncounted<'a>(contract: &'a Contract, limits: &'a Value) -> impl Iterator<Item = &'a str> {
    let windows = limits.as_array().into_iter().flatten().filter_map(|limit| limit["per"].as_str());

    windows.filter(|per| !contract.windows.iter().map(Window::to_string).any(|window| window == **per))
}

#[cfg(test)]
mod tests {
    use super::{of_key, of_organization};
    use serde_json::json;
    use shared::contract::Contract;

    #[test]
    fn what_a_contract_takes_away_is_told() {
        let contract = Contract::load("standard").unwrap();
        let org = |plan: &str, per: &str| json!({"plan": plan, "limits": [{"requests": 1, "per": per}]});
        assert_eq!(of_organization(&contract, &org("pro", "minute")), Vec::<String>::new());
        assert_eq!(
            of_organization(&contract, &org("gold", "week")),
            [
                "the plan gold is gone: none of its keys is let in",
                "its limit per week is in a window that is not counted"
            ]
        );
        assert_eq!(
            of_organization(&contract, &json!({"plan": "enterprise"})),
            ["the plan enterprise wants limits of its own, and it has none: none of its keys is let in"]
        );
        let key = |kind: &str, scope: &str| json!({"type": kind, "scopes": [scope]});
        assert_eq!(of_key(&contract, "pro", &key("live", "read")), Vec::<String>::new());
        assert_eq!(of_key(&contract, "pro", &key("secret", "read")), ["the type secret is gone: it is not let in"]);
        assert_eq!(of_key(&contract, "pro", &key("live", "burn")), ["the scope burn is gone: it loses it"]);
        let hinted = |hint: &str| of_key(&contract, "pro", &json!({"type": "live", "scopes": [], "hint": hint}));
        assert_eq!(hinted("lk_live_…x7Qd"), Vec::<String>::new());
        assert_eq!(hinted("…x7Qd"), Vec::<String>::new());
        assert_eq!(
            hinted("pet_live_…x7Qd"),
            ["it begins with pet_live_, and such keys with lk_live_ now: it is not let in"]
        );
        assert_eq!(
            of_key(&contract, "pro", &json!({"scopes": []})),
            ["it has no type, and there are types: it is not let in"]
        );
    }
}
