//! JSON schemas of types, filled in with what only the contract knows.
//!
//! A type that depends on the contract says so in its schema, by `"x-contract"`. `scope`, `plan`, `type`, `window`,
//! `leaks` and `key` are filled in; `limits` and `choice` (of scopes) get their bounds; `alerts` keeps the contract's kinds. A member whose value is a `type`, or which
//! the contract may not show, is kept or removed.

use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

use crate::contract::Contract;
use crate::contract::alerts::Kind;
use crate::contract::management::Shown;

const MARK: &str = "x-contract";

/// The direction that a generator makes schemas for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Direction {
    /// Types that are read.
    Request,
    /// Types that are written.
    Reply,
}

pub(super) fn generator(direction: Direction) -> SchemaGenerator {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });

    match direction {
        Direction::Request => settings.for_deserialize(),
        Direction::Reply => settings.for_serialize(),
    }
    .into_generator()
}

/// `schema` of a parameter, which may be left out, but is never `null`: it is text.
pub(super) fn without_null(mut schema: Value) -> Value {
    let is_null = |choice: &Value| choice.is_null() || choice == "null" || choice.get("type") == Some(&"null".into());
    let Some(members) = schema.as_object_mut() else { return schema };
    for keyword in ["type", "enum", "anyOf"] {
        let choices = members.get_mut(keyword).and_then(Value::as_array_mut).map(std::mem::take);
        let Some(mut choices) = choices else { continue };
        choices.retain(|choice| !is_null(choice));
        match (keyword, choices.as_slice()) {
            ("type", [only]) => drop(members.insert(keyword.to_owned(), only.clone())),
            ("anyOf", [Value::Object(only)]) => {
                members.shift_remove(keyword);
                members.extend(only.clone());
            }
            (..) => drop(members.insert(keyword.to_owned(), choices.into())),
        }
    }

    schema
}

/// Puts what `contract` knows into `schema`.
pub(super) fn fill(contract: &Contract, schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            fill_members(contract, members);
            if let Some(mark) = members.remove(MARK) {
                fill_value(contract, mark.as_str().unwrap_or_default(), members);
            }
            members.values_mut().for_each(|value| fill(contract, value));
        }
        Value::Array(values) => values.iter_mut().for_each(|value| fill(contract, value)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => (),
    }
}

/// Removes the properties that the contract does not have, and requires those that it always has.
fn fill_members(contract: &Contract, schema: &mut Map<String, Value>) {
    let Some(Value::Object(properties)) = schema.get_mut("properties") else { return };
    let there: Vec<_> = properties
        .iter()
        .filter_map(|(name, schema)| Some((name.clone(), is_there(contract, schema.get(MARK)?.as_str()?)?)))
        .collect();
    for (name, _) in there.iter().filter(|(_, there)| !there) {
        properties.shift_remove(name);
    }
    if there.is_empty() {
        return;
    }
    if let Value::Array(required) = schema.entry("required").or_insert_with(|| Value::Array(Vec::new())) {
        for (name, is_there) in there {
            required.retain(|known| *known != name);
            if is_there {
                required.push(name.into());
            }
        }
    }
}

/// Whether a member with that mark is there; `None` where that does not depend on the contract.
fn is_there(contract: &Contract, mark: &str) -> Option<bool> {
    match mark {
        "type" => Some(contract.types.iter().any(|kind| kind.name.is_some())),
        "hint" => Some(contract.management.hints),
        "status" => Some(contract.management.shows(Shown::Status)),
        "expiresAt" => Some(contract.management.shows(Shown::ExpiresAt)),
        // Where the contract shows it, it is there only while the old secret works.
        "overlapEndsAt" if !contract.management.shows(Shown::OverlapEndsAt) => Some(false),
        "lastRotatedAt" if !contract.management.shows(Shown::LastRotatedAt) => Some(false),
        "prolong" if !contract.has_ages() => Some(false),
        "leak" if !contract.management.shows(Shown::Leak) => Some(false),
        _ => None,
    }
}

fn fill_value(contract: &Contract, mark: &str, schema: &mut Map<String, Value>) {
    let known: Vec<Value> = match mark {
        "scope" => contract.scopes.keys().map(|name| name.as_str().into()).collect(),
        "plan" => contract.plans.keys().map(|name| name.as_str().into()).collect(),
        "type" => contract.types.iter().filter_map(|kind| kind.name.as_deref()).map(Value::from).collect(),
        "leaks" => contract.leaks.policies().map(|policy| policy.name().into()).collect(),
        "window" => contract.windows.iter().map(|window| window.to_string().into()).collect(),
        "key" => {
            let forms: Vec<_> = contract.types.iter().map(|kind| kind.format.pattern()).collect();
            schema.insert("pattern".to_owned(), format!("^({})$", forms.join("|")).into());
            return;
        }
        "returnUrl" => {
            let origins = contract.portal.iter().flat_map(|portal| &portal.return_origins);
            let origins: Vec<_> = origins.map(|origin| origin.replace('.', "\\.")).collect();
            // Behind the origin, what addresses are made of, and nothing that ends an attribute in a page.
            let pattern = format!("^({})([/?#][!#-&(-;=?-Z\\[\\]_a-z~]*)?$", origins.join("|"));
            schema.insert("pattern".to_owned(), pattern.into());
            return;
        }
        "alerts" => {
            if let Some(Value::Object(kinds)) = schema.get_mut("properties") {
                kinds.retain(|name, _| Kind::named(name).is_some_and(|kind| contract.alerts.rule(kind).is_some()));
            }
            return;
        }
        "limits" => {
            schema.insert("maxItems".to_owned(), contract.windows.len().into());
            return;
        }
        "choice" => {
            let least = contract.types.iter().map(|kind| kind.scopes.at_least).min().filter(|least| *least > 0);
            schema.extend(least.map(|least| ("minItems".to_owned(), least.into())));
            return;
        }
        _ => return,
    };
    let nullable = schema.get("type").is_some_and(Value::is_array) && mark != "type";
    let known = known.into_iter().chain(nullable.then_some(Value::Null)).collect();
    if !nullable {
        schema.insert("type".to_owned(), "string".into());
    }
    schema.remove("oneOf");
    schema.insert("enum".to_owned(), Value::Array(known));
}
