//! What people call things.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What people call a key or an organization: 1 to 100 characters, not blank, none of them a control character.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(inline, extend("minLength" = 1, "maxLength" = Self::MAX, "pattern" = Self::PATTERN))]
pub struct Name(String);

impl Name {
    const MAX: usize = 100;
    /// No control character, and at least one character that is not blank. Blank is Unicode's `White_Space`, spelled
    /// out, because `\s` is not the same everywhere.
    pub(crate) const PATTERN: &str = concat!(
        r"^[^\x00-\x1f\x7f-\x9f]*",
        r"[^\x00-\x20\x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]",
        r"[^\x00-\x1f\x7f-\x9f]*$"
    );

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Name {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        let fits = text.chars().count() <= Self::MAX && !text.chars().any(char::is_control);
        if fits && !text.trim().is_empty() { Ok(Self(text)) } else { Err("must have 1 to 100 printable characters") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_1_to_100_printable_characters() {
        for (text, good) in [
            ("a", true),
            ("production-web", true),
            (&"é".repeat(100), true),
            (&"é".repeat(101), false),
            ("", false),
            ("  ", false),
            ("a\nb", false),
            ("\u{85}a", false),
            ("\u{2003}\u{a0}\u{3000}", false),
            ("\u{2003}a\u{2003}", true),
            ("\u{200b}", true),
            ("\n", false),
        ] {
            assert_eq!(Name::try_from(text.to_owned()).is_ok(), good, "{text:?}");
            let described = regex_lite::Regex::new(Name::PATTERN).unwrap().is_match(text);
            assert_eq!(described && text.chars().count() <= Name::MAX, good, "the schema of {text:?}");
        }
    }
}
