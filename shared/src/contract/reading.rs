//! Reads a request, and says what is wrong with it in words that can be sent back.

use serde::de::{DeserializeOwned, Deserializer};
use serde_json::value::RawValue;

use crate::contract::denial::Violation;
use crate::contract::object::Object;

/// Reads the object that `json` is, or says which member of it is wrong.
pub(crate) fn json<T: DeserializeOwned>(json: &RawValue) -> Result<T, Violation> {
    let Object(value) = read(&mut serde_json::Deserializer::from_str(json.get()), "body")?;

    Ok(value)
}

/// Reads a `T`, or says which field of it is wrong.
pub(crate) fn read<'de, T, D>(from: D, whole: &str) -> Result<T, Violation>
where
    T: DeserializeOwned,
    D: Deserializer<'de>,
{
    serde_path_to_error::deserialize(from).map_err(|error| {
        let path = error.path().to_string();
        let message = error.into_inner().to_string();

        explain(if path == "." { whole } else { &path }, whole, &message)
    })
}

/// No member of ours has a longer name, and every key is longer: a key in the place of a name is not repeated.
const NAME_MAX: usize = 20;

/// Turns serde's words into a violation. What the caller sent is not repeated: it may be a secret in the wrong place.
fn explain(path: &str, whole: &str, message: &str) -> Violation {
    let message = message.split(" at line ").next().unwrap_or(message);
    let named = |prefix: &str| message.strip_prefix(prefix).and_then(|rest| rest.split('`').next());
    if let Some(field) = named("missing field `") {
        let field = if path == whole { field.to_owned() } else { format!("{path}.{field}") };
        return Violation::new(field, "is required");
    }
    if let Some(field) = named("duplicate field `") {
        return Violation::new(field, "must not be given twice");
    }
    if let Some(field) = named("unknown field `") {
        let short = field.len() <= NAME_MAX;
        return Violation::new(if short { path } else { whole }, if short { UNKNOWN } else { UNKNOWN_MEMBER });
    }
    if message.starts_with("must ") {
        return Violation::new(path, message);
    }
    if message.starts_with("invalid digit") || message.starts_with("number too ") || message.contains("empty string") {
        return Violation::new(path, "must be a number in range");
    }
    match message.split_once(", expected ") {
        Some((_, "a sequence")) => Violation::new(path, "must be a list"),
        // Callers are not told Rust's names for its numbers.
        Some((_, "i64" | "u64" | "i32" | "u32" | "u16" | "u8" | "usize")) if message.starts_with("invalid value") => {
            Violation::new(path, "must be a number in range")
        }
        Some((_, "i64" | "u64" | "i32" | "u32" | "u16" | "u8" | "usize")) => {
            Violation::new(path, "must be a whole number")
        }
        Some((_, "f64")) => Violation::new(path, "must be a number"),
        Some((_, expected)) => Violation::new(path, format!("must be {}", expected.replace('`', ""))),
        None => Violation::new(path, "cannot be read"),
    }
}

const UNKNOWN: &str = "is not known here";
const UNKNOWN_MEMBER: &str = "has a member that is not known here";
