//! What people recognise a secret by, in a request.

use schemars::JsonSchema;
use serde::Deserialize;

/// The beginning that keys have in common, an ellipsis, and up to four of the last characters.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(inline, extend("pattern" = "^[!-~]{0,64}\u{2026}[!-~]{0,4}$"))]
pub struct Hint(String);

impl TryFrom<String> for Hint {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        let are_visible = |text: &str, most| text.len() <= most && text.bytes().all(|byte| byte.is_ascii_graphic());
        let is_one =
            text.split_once('\u{2026}').is_some_and(|(first, last)| are_visible(first, 64) && are_visible(last, 4));

        if is_one {
            Ok(Self(text))
        } else {
            Err("must be like lk_live_\u{2026}4Y2o, with at most four of the last characters")
        }
    }
}

impl From<Hint> for String {
    fn from(hint: Hint) -> Self {
        hint.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_has_at_most_four_of_the_last_characters() {
        for (text, good) in [
            ("lk_live_…4Y2o", true),
            ("…", true),
            ("…abcd", true),
            ("…abcde", false),
            ("lk_live_4Y2o", false),
            ("lk live_…4Y2o", false),
            ("a…b…c", false),
            ("", false),
        ] {
            assert_eq!(Hint::try_from(text.to_owned()).is_ok(), good, "{text}");
        }
    }
}
