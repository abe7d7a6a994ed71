//! What people call things.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What people call a key or an organization: 1 to 100 characters, at least one of which can be seen, and none that is a
/// control character, turns the direction of the text, or is nothing but invisible.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(inline, extend("minLength" = 1, "maxLength" = Self::MAX, "pattern" = Self::PATTERN))]
pub struct Name(String);

impl Name {
    /// The longest name, in characters.
    pub const MAX: u8 = 100;

    /// The rule of [`is_readable`] for those who have no code of ours, but for what is beyond the first 65,536 characters:
    /// not every engine can name those. Blank is Unicode's `White_Space`, spelled out, because `\s` is not the same
    /// everywhere.
    pub(crate) const PATTERN: &str = concat!(
        r"^[^\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e",
        r"\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff0-\ufffb]*",
        r"[^\x00-\x20\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f",
        r"\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb]",
        r"[^\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e",
        r"\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff0-\ufffb]*$"
    );

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it begins with `text`, in any case.
    pub(crate) fn begins_with(&self, text: &str) -> bool {
        self.0.to_lowercase().starts_with(&text.to_lowercase())
    }

    /// A name that is stored: it was good when it was given, whatever the rule is today.
    pub(crate) const fn stored(text: String) -> Self {
        Self(text)
    }
}

impl TryFrom<String> for Name {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        if is_readable(&text, Self::MAX.into()) {
            Ok(Self(text))
        } else {
            Err("must have 1 to 100 printable characters")
        }
    }
}

/// Whether `text` has at most `most` characters, and people see what it is.
pub(crate) fn is_readable(text: &str, most: usize) -> bool {
    text.chars().count() <= most && !text.chars().any(is_unseen) && text.chars().any(|letter| !is_blank(letter))
}

/// Whether `letter` has no business in a name: a control character, one that turns the direction of the text, or one that
/// takes no room and joins nothing (Unicode's `Default_Ignorable_Code_Point` and its kind).
fn is_unseen(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' |
            '\u{180b}'..='\u{180f}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' |
            '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' |
            '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Whether nothing of `letter` can be seen by itself: a space, or what joins or varies the letters beside it. Persian and
/// emoji need those.
const fn is_blank(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_1_to_100_characters_that_can_be_seen() {
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
            ("\u{200b}", false),
            ("web\u{200b}", false),
            ("\u{202e}bew", false),
            ("\u{2066}web\u{2069}", false),
            ("a\u{2028}b", false),
            ("\u{3164}", false),
            ("\u{2800}", false),
            ("\u{ad}web", false),
            ("\u{feff}web", false),
            ("\u{200d}", false),
            ("\u{fe0f}", false),
            ("👩\u{200d}👩\u{200d}👧", true),
            ("🗝\u{fe0f}", true),
            ("می\u{200c}خواهم", true),
            ("e\u{301}", true),
            ("\n", false),
        ] {
            assert_eq!(Name::try_from(text.to_owned()).is_ok(), good, "{text:?}");
            let described = regex_lite::Regex::new(Name::PATTERN).unwrap().is_match(text);
            assert_eq!(described && text.chars().count() <= 100, good, "the schema of {text:?}");
        }
    }

    #[test]
    fn what_is_beyond_the_pattern_is_refused_all_the_same() {
        for text in ["a\u{e0001}", "a\u{e0067}b", "\u{1d173}a"] {
            assert!(Name::try_from(text.to_owned()).is_err(), "{text:?}");
        }
    }
}
