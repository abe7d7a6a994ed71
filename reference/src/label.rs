//! Labels: one line of text that people call something by.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// 1 to 200 characters, not blank, none of them a control character.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(inline, extend("minLength" = 1, "maxLength" = Self::MAX, "pattern" = Self::PATTERN))]
pub(crate) struct Label(String);

impl Label {
    const MAX: usize = 200;
    /// No control character, and one that is not blank: Unicode's `White_Space`, spelled out, because `\s` is not the same
    /// everywhere.
    const PATTERN: &str = concat!(
        r"^[^\x00-\x1f\x7f-\x9f]*",
        r"[^\x00-\x20\x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]",
        r"[^\x00-\x1f\x7f-\x9f]*$"
    );

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Label {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        let fits = text.chars().count() <= Self::MAX && !text.chars().any(char::is_control);
        if fits && !text.trim().is_empty() { Ok(Self(text)) } else { Err("must have 1 to 200 printable characters") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_one_line_of_text_as_its_schema_says() {
        let (longest, longer) = ("\u{1f389}".repeat(200), "a".repeat(201));
        for (text, good) in [
            ("Summer drop", true),
            (" a ", true),
            ("夏", true),
            (&*longest, true),
            (&*longer, false),
            ("", false),
            (" ", false),
            ("a\nb", false),
            ("\u{7f}", false),
            ("a\u{85}", false),
            ("\u{3000}\u{a0}", false),
        ] {
            let fits = (1..=Label::MAX).contains(&text.chars().count());
            let described = fits && regex_lite::Regex::new(Label::PATTERN).unwrap().is_match(text);
            assert_eq!([Label::try_from(text.to_owned()).is_ok(), described], [good, good], "{text:?}");
        }
    }
}
