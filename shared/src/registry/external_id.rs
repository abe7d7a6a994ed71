//! What something is called in the operator's own system.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The id of a user, an account or a tenant in a system of whoever runs the API: 1 to 128 visible ASCII characters, so that it can be a header's
/// value as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(inline, extend("pattern" = "^[!-~]{1,128}$"))]
pub struct ExternalId(String);

impl ExternalId {
    const MAX: usize = 128;

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ExternalId {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        let is_one = (1..=Self::MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());

        if is_one { Ok(Self(text)) } else { Err("must have 1 to 128 visible ASCII characters") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_external_id_can_be_a_headers_value_as_it_is() {
        for (text, good) in [
            ("user_123", true),
            ("0b5e6c1e-7c0f-4a34-9a53-5d1f0a4a2a11", true),
            ("ann@example.com", true),
            (&"a".repeat(128), true),
            (&"a".repeat(129), false),
            ("", false),
            ("a b", false),
            ("a\n", false),
            ("é", false),
            ("\u{7f}", false),
        ] {
            assert_eq!(ExternalId::try_from(text.to_owned()).is_ok(), good, "{text:?}");
        }
    }
}
