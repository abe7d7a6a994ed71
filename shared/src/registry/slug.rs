//! The names of organizations in paths.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An organization's name in paths: 1 to 63 lower-case letters, digits, hyphens and underscores, the first a letter or a digit.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(inline, extend("minLength" = 1, "maxLength" = Self::MAX, "pattern" = Self::PATTERN))]
pub struct Slug(String);

impl Slug {
    const MAX: usize = 63;
    const PATTERN: &str = "^[a-z0-9][a-z0-9_-]*$";

    /// The slug as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Slug {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        let good = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
        if (1..=Self::MAX).contains(&text.len()) && text.bytes().all(good) && !text.starts_with(['-', '_']) {
            Ok(Self(text))
        } else {
            Err("must be 1 to 63 lower-case letters, digits, - or _, the first a letter or a digit")
        }
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_plain_and_short() {
        for (text, good) in [
            ("acme", true),
            ("acme-2", true),
            ("7", true),
            ("acme_2", true),
            ("a_", true),
            ("_acme", false),
            (&"a".repeat(63), true),
            (&"a".repeat(64), false),
            ("", false),
            ("-acme", false),
            ("Acme", false),
            ("ac/me", false),
            ("..", false),
            ("acmé", false),
        ] {
            assert_eq!(Slug::try_from(text.to_owned()).is_ok(), good, "{text:?}");
            let described = regex_lite::Regex::new(Slug::PATTERN).unwrap().is_match(text);
            assert_eq!(described && text.len() <= Slug::MAX, good, "the schema of {text:?}");
        }
    }
}
