//! The texts of a contract: JSON bodies and header values with `{placeholders}`, compiled once, rendered per refusal.

use serde_json::{Map, Value, json};

use crate::contract::denial::{Denial, Placeholder};

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

/// A denial's own words, which a body may name: `{code}`, `{type}`, `{message}`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Words<'a> {
    pub(crate) code: Option<&'a str>,
    pub(crate) kind: Option<&'a str>,
    pub(crate) message: Option<&'a str>,
}

impl Words<'_> {
    const NONE: Self = Words { code: None, kind: None, message: None };

    fn get(&self, name: &str) -> Option<Result<&str, String>> {
        let (word, name) = match name {
            "code" => (self.code, "code"),
            "type" => (self.kind, "type"),
            "message" => (self.message, "message"),
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
                pieces.append(&mut Self::read(word?, Words::NONE, allowed)?.0);
            } else {
                let placeholder = Placeholder::named(name).ok_or_else(|| format!("unknown placeholder {{{name}}}"))?;
                if !allowed.contains(&placeholder) {
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

    /// The text with everything filled in. A text that is one hole and nothing else keeps the type of the value that
    /// fills it, and is `None` without one.
    fn value(&self, denial: &Denial) -> Option<Value> {
        if let [Piece::Hole(placeholder)] = self.0.as_slice() {
            return denial.fill(*placeholder);
        }

        Some(self.render(denial).into())
    }

    /// The schema of what `value` returns, where that is a value.
    fn schema(&self, denial: &Denial) -> Option<Value> {
        let is_known = |piece: &Piece| match piece {
            Piece::Plain(_) => true,
            Piece::Hole(placeholder) => placeholder.is_known(),
        };
        match self.0.as_slice() {
            [Piece::Hole(placeholder)] if !placeholder.is_known() => {
                denial.fill(*placeholder).map(|_| placeholder.schema())
            }
            pieces if pieces.iter().all(is_known) => Some(json!({"const": self.render(denial)})),
            _ => Some(json!({"type": "string"})),
        }
    }

    pub(crate) fn render(&self, denial: &Denial) -> String {
        let mut text = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Plain(plain) => text.push_str(plain),
                Piece::Hole(placeholder) => match denial.fill(*placeholder) {
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
    pub(crate) fn render(&self, denial: &Denial) -> Option<Value> {
        match self {
            Self::Constant(value) => Some(value.clone()),
            Self::Text(text) => text.value(denial),
            Self::Array(values) => Some(values.iter().filter_map(|value| value.render(denial)).collect()),
            Self::Object(members) => {
                let members = members.iter().filter_map(|(name, body)| Some((name.clone(), body.render(denial)?)));
                Some(Value::Object(members.collect::<Map<_, _>>()))
            }
        }
    }

    /// The schema of the bodies for refusals like `denial`.
    pub(crate) fn schema(&self, denial: &Denial) -> Option<Value> {
        match self {
            Self::Constant(value) => Some(json!({ "const": value })),
            Self::Text(text) => text.schema(denial),
            Self::Array(values) => {
                let items: Vec<_> = values.iter().filter_map(|value| value.schema(denial)).collect();
                Some(json!({"type": "array", "prefixItems": items, "items": false, "minItems": items.len()}))
            }
            Self::Object(members) => {
                let members = members.iter().filter_map(|(name, body)| Some((name.clone(), body.schema(denial)?)));
                let properties: Map<_, _> = members.collect();
                let required: Vec<_> = properties.keys().cloned().collect();
                Some(json!({
                    "type": "object",
                    "properties": properties,
                    "required": required,
                    "additionalProperties": false,
                }))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORDS: Words<'_> = Words { code: Some("too_many"), kind: None, message: Some("Wait {retry_after} s") };
    const ALLOWED: &[Placeholder] = &[Placeholder::RetryAfter, Placeholder::Details];

    #[test]
    fn a_lone_placeholder_keeps_its_type_and_one_without_a_value_is_left_out() {
        let json =
            r#"{"e": {"code": "{code}", "message": "{message}", "after": "{retry_after}", "details": "{details}"}}"#;
        let body = Body::read(json, WORDS, ALLOWED).unwrap().render(&Denial::RateLimited { retry_after: 7 });
        assert_eq!(body.unwrap().to_string(), r#"{"e":{"code":"too_many","message":"Wait 7 s","after":7}}"#);
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
