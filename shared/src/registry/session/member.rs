//! Members of the order for a link that are only ever a name or a number.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::registry::name::{Name, is_readable};

/// Whom a session is for: 1 to 256 characters, of the kind that a name has. It is the team's own name for them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(inline, extend("minLength" = 1, "maxLength" = Self::MAX, "pattern" = Name::PATTERN))]
pub struct Subject(String);

impl Subject {
    const MAX: usize = 256;

    /// A subject that is stored: it was good when it was given.
    pub(super) fn stored<'de, D: serde::Deserializer<'de>>(stored: D) -> Result<Self, D::Error> {
        String::deserialize(stored).map(Self)
    }

    /// The subject as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Subject {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        if is_readable(&text, Self::MAX) { Ok(Self(text)) } else { Err("must have 1 to 256 printable characters") }
    }
}

/// A language as BCP 47 writes it: `de`, `de-AT`, `en-GB`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(inline, extend("pattern" = "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,3}$"))]
pub struct Locale(String);

impl Locale {
    /// The tag.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Locale {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        let mut tags = text.split('-');
        let is_language = tags
            .next()
            .is_some_and(|tag| (2..=8).contains(&tag.len()) && tag.bytes().all(|letter| letter.is_ascii_alphabetic()));
        let tags: Vec<_> = tags.collect();
        let are_tags = tags.len() <= 3
            && tags
                .iter()
                .all(|tag| (1..=8).contains(&tag.len()) && tag.bytes().all(|letter| letter.is_ascii_alphanumeric()));

        if is_language && are_tags { Ok(Self(text)) } else { Err("must be a language like de or en-GB") }
    }
}

/// How long a session lasts: 300 to 43,200 seconds, by default an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "i64")]
#[schemars(inline, extend("minimum" = 300, "maximum" = 43_200))]
pub struct Seconds(i64);

impl Seconds {
    /// The number.
    pub const fn get(self) -> i64 {
        self.0
    }
}

impl Default for Seconds {
    fn default() -> Self {
        Self(3_600)
    }
}

impl TryFrom<i64> for Seconds {
    type Error = &'static str;

    fn try_from(seconds: i64) -> Result<Self, &'static str> {
        if (300..=43_200).contains(&seconds) { Ok(Self(seconds)) } else { Err("must be a number from 300 to 43200") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_locales_and_lengths_have_bounds() {
        for (text, good) in
            [("user_42", true), ("Ä 🙂", true), ("", false), (" ", false), ("a\nb", false), (&*"a".repeat(257), false)]
        {
            assert_eq!(Subject::try_from(text.to_owned()).is_ok(), good, "{text}");
        }
        for (text, good) in [
            ("de", true),
            ("de-AT", true),
            ("zh-Hans-CN", true),
            ("", false),
            ("d", false),
            ("de_AT", false),
            ("de-", false),
        ] {
            assert_eq!(Locale::try_from(text.to_owned()).is_ok(), good, "{text}");
        }
        for (seconds, good) in [(299, false), (300, true), (43_200, true), (43_201, false)] {
            assert_eq!(Seconds::try_from(seconds).is_ok(), good, "{seconds}");
        }
    }
}
