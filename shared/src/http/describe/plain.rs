//! Schemas in words that generators of clients understand: JSON Schema has several words for one thing, and they know one.

use serde_json::{Map, Value, json};

/// Puts every schema in `value`, a part of a document, into plain words.
pub(super) fn plain(value: &mut Value) {
    match value {
        Value::Object(members) => {
            simplify(members);
            for (name, member) in members.iter_mut() {
                match name.as_str() {
                    // Data, which may look like a schema.
                    "example" | "examples" | "enum" | "const" => (),
                    // Names of properties, which may be words of schemas.
                    "properties" => members_of(member).for_each(schema),
                    "schema" | "items" => schema(member),
                    "anyOf" | "oneOf" | "allOf" => member.as_array_mut().into_iter().flatten().for_each(schema),
                    _ => plain(member),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(plain),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => (),
    }
}

fn members_of(value: &mut Value) -> impl Iterator<Item = &mut Value> {
    value.as_object_mut().into_iter().flat_map(Map::values_mut)
}

/// Anything at all is `{}`: `true` stops most generators.
fn schema(value: &mut Value) {
    if *value == Value::Bool(true) {
        *value = json!({});
    }
    plain(value);
}

fn simplify(schema: &mut Map<String, Value>) {
    // Before the list of an enumeration, which would take it for the words of its last.
    say_default(schema);
    enumerate(schema);
    take_null_apart(schema);
    type_constant(schema);
}

/// A choice of constants is an enumeration: as a choice, clients try one after the other. What each stands for is put
/// into the description.
fn enumerate(schema: &mut Map<String, Value>) {
    let Some(keyword) = ["oneOf", "anyOf"].into_iter().find(|keyword| schema.contains_key(*keyword)) else { return };
    let choices = schema.get(keyword).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let Some(constants) = choices.iter().map(constants).collect::<Option<Vec<_>>>() else { return };
    let (names, lines): (Vec<_>, Vec<_>) = constants
        .into_iter()
        .flatten()
        .map(|(name, words)| {
            let line = words.map(|words| format!("- `{name}`: {words}"));
            (Value::from(name), line)
        })
        .unzip();
    let lines: Vec<_> = lines.into_iter().flatten().collect();
    schema.shift_remove(keyword);
    schema.insert("type".to_owned(), "string".into());
    schema.insert("enum".to_owned(), names.into());
    if !lines.is_empty() {
        describe(schema, "\n\n", &lines.join("\n"));
    }
}

/// The texts that `schema` allows, with the words for each, if it allows nothing else.
fn constants(schema: &Value) -> Option<Vec<(String, Option<String>)>> {
    let words = schema.get("description").and_then(Value::as_str);
    if let Some(name) = schema.get("const") {
        return Some(vec![(name.as_str()?.to_owned(), words.map(str::to_owned))]);
    }
    if let Some(names) = schema.get("enum").and_then(Value::as_array) {
        return names.iter().map(|name| Some((name.as_str()?.to_owned(), None))).collect();
    }
    let choices = schema.get("oneOf").or_else(|| schema.get("anyOf"))?.as_array()?;

    Some(choices.iter().map(constants).collect::<Option<Vec<_>>>()?.into_iter().flatten().collect())
}

/// An enumeration that may be `null` is one beside `null`: clients make a type of the first alone.
fn take_null_apart(schema: &mut Map<String, Value>) {
    let Some(Value::Array(names)) = schema.get_mut("enum") else { return };
    let all = names.len();
    names.retain(|name| !name.is_null());
    if names.len() == all {
        return;
    }
    let names = std::mem::take(names);
    schema.shift_remove("enum");
    schema.shift_remove("type");
    schema.insert("anyOf".to_owned(), json!([{"type": "string", "enum": names}, {"type": "null"}]));
}

/// A constant has a type. `true` and `false` are `boolean` and no more: clients compare them with texts.
fn type_constant(schema: &mut Map<String, Value>) {
    let kind = match schema.get("const") {
        Some(Value::Bool(_)) => "boolean",
        Some(Value::Null) => "null",
        Some(Value::String(_)) => "string",
        Some(Value::Number(number)) if number.is_f64() => "number",
        Some(Value::Number(_)) => "integer",
        Some(Value::Array(_) | Value::Object(_)) | None => return,
    };
    if matches!(kind, "boolean" | "null") {
        schema.shift_remove("const");
    }
    schema.insert("type".to_owned(), kind.into());
}

/// A default is said in the description: as a keyword it has clients require the member.
fn say_default(schema: &mut Map<String, Value>) {
    let words = match schema.shift_remove("default") {
        Some(Value::String(text)) => format!("By default `{text}`."),
        Some(value @ (Value::Bool(_) | Value::Number(_))) => format!("By default `{value}`."),
        // Nothing is what anybody expects of what is left out.
        Some(Value::Null | Value::Array(_) | Value::Object(_)) | None => return,
    };
    describe(schema, " ", &words);
}

/// Adds `words` to the description.
fn describe(schema: &mut Map<String, Value>, between: &str, words: &str) {
    let before = schema.get("description").and_then(Value::as_str).filter(|before| !before.is_empty());
    let text = before.map_or_else(|| words.to_owned(), |before| format!("{before}{between}{words}"));
    schema.insert("description".to_owned(), text.into());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_plain(mut schema: Value, expected: &Value) {
        plain(&mut schema);
        assert_eq!(schema, *expected);
        plain(&mut schema);
        assert_eq!(schema, *expected, "once is enough");
    }

    #[test]
    fn a_choice_of_constants_is_an_enumeration_and_keeps_its_words() {
        assert_plain(
            json!({"description": "Which.", "default": "a", "oneOf": [
                {"type": "string", "enum": ["a", "b"]},
                {"anyOf": [{"type": "string", "const": "c", "description": "The last."}]},
            ]}),
            &json!({
                "description": "Which. By default `a`.\n\n- `c`: The last.",
                "type": "string",
                "enum": ["a", "b", "c"],
            }),
        );
        let choice = json!({"anyOf": [{"type": "string", "const": "a"}, {"type": "integer"}]});
        assert_plain(choice.clone(), &choice);
    }

    #[test]
    fn null_stands_beside_an_enumeration() {
        assert_plain(
            json!({"description": "Which.", "type": ["string", "null"], "enum": ["a", null]}),
            &json!({"description": "Which.", "anyOf": [{"type": "string", "enum": ["a"]}, {"type": "null"}]}),
        );
    }

    #[test]
    fn a_constant_has_a_type_and_no_constant_is_a_boolean() {
        assert_plain(json!({"const": true}), &json!({"type": "boolean"}));
        assert_plain(json!({"const": null}), &json!({"type": "null"}));
        assert_plain(json!({"const": "a"}), &json!({"const": "a", "type": "string"}));
        assert_plain(json!({"const": 1}), &json!({"const": 1, "type": "integer"}));
    }

    #[test]
    fn a_default_is_said_in_the_description() {
        assert_plain(
            json!({"properties": {
                "default": {"type": "integer", "description": "How many.", "default": 20},
                "unit": {"type": "string", "default": "hour"},
                "ids": {"type": "array", "items": true, "default": []},
            }}),
            &json!({"properties": {
                "default": {"type": "integer", "description": "How many. By default `20`."},
                "unit": {"type": "string", "description": "By default `hour`."},
                "ids": {"type": "array", "items": {}},
            }}),
        );
    }

    #[test]
    fn anything_at_all_is_an_empty_schema_and_examples_are_left_alone() {
        assert_plain(
            json!({"content": {"schema": true, "examples": {"a": {"value": {"const": true, "default": 1}}}}}),
            &json!({"content": {"schema": {}, "examples": {"a": {"value": {"const": true, "default": 1}}}}}),
        );
        assert_plain(
            json!({"additionalProperties": true, "properties": {"const": true}}),
            &json!({"additionalProperties": true, "properties": {"const": {}}}),
        );
    }
}
