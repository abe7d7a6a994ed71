//! What rules look like in requests and replies, kind by kind: each kind has members of its own.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value};

use super::{Kind, Rule, RuleChange};

/// The rules of all kinds.
pub(crate) fn rules(generator: &mut SchemaGenerator) -> Schema {
    let rule = |rule: &mut Map<String, Value>| {
        let members = rule.get("properties").and_then(Value::as_object);
        let members: Vec<Value> = members.into_iter().flat_map(Map::keys).map(|name| name.as_str().into()).collect();
        rule.insert("required".to_owned(), members.into());
    };

    json_schema!({"type": "object", "properties": by_kind::<Rule>(generator, rule), "x-contract": "alerts"})
}

/// Changes to rules; `null` is no change of a rule, but its end.
pub(crate) fn changes(generator: &mut SchemaGenerator) -> Schema {
    let change = |change: &mut Map<String, Value>| {
        change.insert("type".to_owned(), Value::from_iter(["object", "null"]));
    };
    let properties = by_kind::<RuleChange>(generator, change);

    json_schema!({
        "type": ["object", "null"], "properties": properties, "additionalProperties": false, "x-contract": "alerts",
    })
}

/// What `T` looks like for each kind, with the members that the kind's rules have, and with what `more` does to it.
fn by_kind<T: JsonSchema>(generator: &mut SchemaGenerator, more: impl Fn(&mut Map<String, Value>)) -> Value {
    let all = T::json_schema(generator).to_value();
    let of = |kind: Kind| {
        let own = serde_json::to_value(kind.usual()).unwrap_or_default();
        let mut schema = all.as_object().cloned().unwrap_or_default();
        schema.remove("description");
        if let Some(Value::Object(members)) = schema.get_mut("properties") {
            members.retain(|name, _| own.get(name).is_some());
        }
        more(&mut schema);
        (kind.name().to_owned(), schema.into())
    };

    Kind::ALL.into_iter().map(of).collect::<Map<_, _>>().into()
}
