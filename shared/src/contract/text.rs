//! The texts of a contract: JSON bodies and header values with `{placeholders}`, compiled once, rendered per refusal.

use serde_json::{Map, Value, json};

use crate::contract::placeholder::{Placeholder, Told};

/// A string with placeholders in it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Text(Vec<Piece>);

#[derive(Clone, Debug, PartialEq)]
enum Piece {
    Plain(String),
    Hole(Placeholder),
}

/// A JSON body with placeholders in its strings.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    Constant(Value),
    Text(Text),
    Array(Vec<Body>),
    Object(Vec<(String, Body)>),
}

/// A denial's own words, which a body may name: `{code}`, `{type}`, `{message}`, `{status}`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Words<'a> {
    pub(crate) code: Option<&'a str>,
    pub(crate) kind: Option<&'a str>,
    pub(crate) message: Option<&'a str>,
    pub(crate) status: Option<u16>,
}

impl Words<'_> {
    const NONE: Self = Words { code: None, kind: None, message: None, status: None };

    fn get(&self, name: &str) -> Option<Result<String, String>> {
        let (word, name) = match name {
            "code" => (self.code.map(str::to_owned), "code"),
            "type" => (self.kind.map(str::to_owned), "type"),
            "message" => (self.message.map(str::to_owned), "message"),
            "status" => (self.status.map(|status| status.to_string()), "status"),
            _ => return None,
        };

        Some(word.ok_or_else(|| format!("the body needs a {name}")))
    }
}

impl Text {
    /// Reads `text`, which may have only `allowed` placeholders and `words`.
    pub(crate) fn read(text: &str, words: Words<'_>, allowed: &[Placeholder]) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').ok_or("a { without its }")?;
            pieces.push(Piece::Plain(before.to_owned()));
            if let Some(word) = words.get(name) {
                // A word may have placeholders of its own, but must not name another word.
                pieces.append(&mut Self::read(&word?, Words::NONE, allowed)?.0);
            } else {
                let placeholder = Placeholder::named(name).ok_or_else(|| format!("unknown placeholder {{{name}}}"))?;
                if !allowed.contains(&placeholder) && !placeholder.is_anywhere() {
                    return Err(format!("this denial has no {{{name}}}"));
                }
                pieces.push(Piece::Hole(placeholder));
            }
            rest = after;
        }
        pieces.push(Piece::Plain(rest.to_owned()));
        pieces.retain(|piece| *piece != Piece::Plain(String::new()));

        Ok(Self(pieces))
    }

    /// Whether `placeholder` is in it.
    pub(crate) fn names(&self, placeholder: Placeholder) -> bool {
        self.0.contains(&Piece::Hole(placeholder))
    }

    /// The text with everything filled in. A text that is one hole and nothing else keeps the type of the value that
    /// fills it, and is `None` without one.
    fn value(&self, told: &Told<'_>) -> Option<Value> {
        if let [Piece::Hole(placeholder)] = self.0.as_slice() {
            return told.fill(*placeholder);
        }

        Some(self.render(told).into())
    }

    /// The schema of what `value` returns, where that is a value.
    fn schema(&self, told: &Told<'_>) -> Option<Value> {
        let is_known = |piece: &Piece| match piece {
            Piece::Plain(_) => true,
            Piece::Hole(placeholder) => placeholder.is_known(),
        };
        match self.0.as_slice() {
            [Piece::Hole(placeholder)] if !placeholder.is_known() => {
                told.fill(*placeholder).map(|_| placeholder.schema())
            }
            pieces if pieces.iter().all(is_known) => Some(json!({"const": self.render(told)})),
            _ => Some(json!({"type": "string"})),
        }
    }

    pub(crate) fn render(&self, told: &Told<'_>) -> String {
        let mut text = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Plain(plain) => text.push_str(plain),
                Piece::Hole(placeholder) => match told.fill(*placeholder) {
                    Some(Value::String(value)) => text.push_str(&value),
                    Some(value) => text.push_str(&value.to_string()),
                    None => (),
                },
            }
        }

        text
    }
}

impl Body {
    /// Reads `json`, the body as a caller sees it.
    pub(crate) fn read(json: &str, words: Words<'_>, allowed: &[Placeholder]) -> Result<Self, String> {
        let value = serde_json::from_str(json).map_err(|error| format!("the body is not JSON: {error}"))?;
        Self::compile(value, words, allowed)
    }

    fn compile(value: Value, words: Words<'_>, allowed: &[Placeholder]) -> Result<Self, String> {
        let compile = |value| Self::compile(value, words, allowed);
        Ok(match value {
            // Alone it stays the number that it is.
            Value::String(text) if text == "{status}" && words.status.is_some() => Self::Constant(json!(words.status)),
            Value::String(text) => Self::Text(Text::read(&text, words, allowed)?),
            Value::Array(values) => Self::Array(values.into_iter().map(compile).collect::<Result<_, _>>()?),
            Value::Object(members) => {
                let members = members.into_iter().map(|(name, value)| Ok((name, compile(value)?)));
                Self::Object(members.collect::<Result<_, String>>()?)
            }
            constant @ (Value::Null | Value::Bool(_) | Value::Number(_)) => Self::Constant(constant),
        })
    }

    /// The body for `denial`. A member that is one placeholder with nothing to fill it is left out.
    pub(crate) fn render(&self, told: &Told<'_>) -> Option<Value> {
        match self {
            Self::Constant(value) => Some(value.clone()),
            Self::Text(text) => text.value(told),
            Self::Array(values) => Some(values.iter().filter_map(|value| value.render(told)).collect()),
            Self::Object(members) => {
                let members = members.iter().filter_map(|(name, body)| Some((name.clone(), body.render(told)?)));
                Some(Value::Object(members.collect::<Map<_, _>>()))
            }
        }
    }

    /// The schema of the bodies for refusals like `denial`.
    pub(crate) fn schema(&self, told: &Told<'_>) -> Option<Value> {
        match self {
            Self::Constant(value) => Some(json!({ "const": value })),
            Self::Text(text) => text.schema(told),
            Self::Array(values) => {
                let items: Vec<_> = values.iter().filter_map(|value| value.schema(told)).collect();
                Some(json!({"type": "array", "prefixItems": items, "items": false, "minItems": items.len()}))
            }
            Self::Object(members) => {
                let (mut properties, mut required) = (Map::new(), Vec::new());
                for (name, body) in members {
                    let Some(schema) = body.schema(told) else { continue };
                    properties.insert(name.clone(), schema);
                    if !body.is_optional() {
                        required.push(name);
                    }
                }
                Some(json!({
                    "type": "object",
                    "properties": properties,
                    "required": required,
                    "additionalProperties": false,
                }))
            }
        }
    }

    /// Whether a member that is this can be left out where another answer to the same denial has it.
    fn is_optional(&self) -> bool {
        matches!(self, Self::Text(Text(pieces)) if matches!(pieces.as_slice(), [Piece::Hole(hole)] if hole.is_optional()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::denial::Denial;
    use crate::contract::limit::Window;

    const WORDS: Words<'_> =
        Words { code: Some("too_many"), kind: None, message: Some("Wait {retry_after} s"), status: Some(429) };
    const ALLOWED: &[Placeholder] = &[Placeholder::RetryAfter];

    #[test]
    fn a_lone_placeholder_keeps_its_type_and_one_without_a_value_is_left_out() {
        let json =
            r#"{"e": {"code": "{code}", "message": "{message}", "after": "{retry_after}", "details": "{details}"}}"#;
        let denial = Denial::RateLimited { retry_after: 7, windows: vec![Window::Minute] };
        let render = |json, request_id| {
            let body = Body::read(json, WORDS, ALLOWED).unwrap().render(&Told::new(&denial, request_id));
            body.unwrap().to_string()
        };
        assert_eq!(render(json, ""), r#"{"e":{"code":"too_many","message":"Wait 7 s","after":7}}"#);
        let json = r#"{"status": "{status}", "text": "{status}: {detail}", "id": "{request_id}", "of": "{policies}"}"#;
        let said = r#"{"status":429,"text":"429: Try again in 7 seconds","id":"a1","of":["minute"]}"#;
        assert_eq!(render(json, "a1"), said);
    }

    #[test]
    fn a_body_that_asks_for_what_there_is_not_is_refused() {
        for (json, complaint) in [
            (r#""{nonsense}""#, "unknown placeholder {nonsense}"),
            (r#""{scope}""#, "this denial has no {scope}"),
            (r#""{type}""#, "the body needs a type"),
            (r#""{code""#, "a { without its }"),
            (r#"{"code": }"#, "not JSON"),
        ] {
            let error = Body::read(json, WORDS, ALLOWED).unwrap_err();
            assert!(error.contains(complaint), "{json}: {error}");
        }
    }
}
