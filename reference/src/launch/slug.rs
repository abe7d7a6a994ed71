//! Slugs: what an experience is called in a URL.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// 1 to 63 lower-case letters, digits and hyphens, the first no hyphen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(inline, extend("pattern" = PATTERN))]
pub(super) struct Slug(String);

const MAX: usize = 63;
const PATTERN: &str = "^[a-z0-9][a-z0-9-]{0,62}$";

impl Slug {
    /// The slug that `name` makes: its letters a to z and digits, hyphens for whatever is between them. `None` where it has
    /// neither.
    pub(super) fn of(name: &str) -> Option<Self> {
        let mut slug = String::new();
        for letter in name.chars() {
            if letter.is_ascii_alphanumeric() {
                slug.push(letter.to_ascii_lowercase());
            } else if !slug.is_empty() && !slug.ends_with('-') {
                slug.push('-');
            }
        }
        // All of it is ASCII.
        slug.truncate(MAX);

        Self::try_from(slug.trim_end_matches('-').to_owned()).ok()
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Slug {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        let known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if (1..=MAX).contains(&text.len()) && text.bytes().all(known) && !text.starts_with('-') {
            Ok(Self(text))
        } else {
            Err("must have 1 to 63 lower-case letters, digits and hyphens, the first no hyphen")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_makes_a_slug_of_its_letters_and_digits() {
        let long = "ab ".repeat(60);
        for (name, slug) in [
            ("Summer drop", Some("summer-drop")),
            ("  --Summer -- Drop, 2030!  ", Some("summer-drop-2030")),
            ("A", Some("a")),
            ("9 to 5", Some("9-to-5")),
            ("L'été", Some("l-t")),
            (&long, Some(&*"ab-".repeat(21)).map(|cut| cut.trim_end_matches('-'))),
            ("夏の発売", None),
            ("---", None),
            ("", None),
        ] {
            let made = Slug::of(name);
            assert_eq!(made.as_ref().map(Slug::as_str), slug, "{name}");
            assert!(made.is_none_or(|made| Slug::try_from(made.0.clone()) == Ok(made)));
        }
    }

    #[test]
    fn a_slug_is_what_can_stand_in_a_url() {
        let (longest, longer) = ("a".repeat(63), "a".repeat(64));
        for (text, good) in [
            ("summer-drop", true),
            ("9", true),
            ("a--b-", true),
            (&longest, true),
            (&longer, false),
            ("-a", false),
            ("A", false),
            ("a b", false),
            ("a/b", false),
            ("é", false),
            ("", false),
        ] {
            let described = regex_lite::Regex::new(PATTERN).unwrap().is_match(text);
            assert_eq!([Slug::try_from(text.to_owned()).is_ok(), described], [good, good], "{text}");
        }
    }
}
