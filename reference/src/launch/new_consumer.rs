//! A consumer as whoever registers them describes them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::metadata::Metadata;
use crate::label::Label;
use crate::{Email, Flaw};

/// A consumer to be registered: by `email`, `phone` or `externalId` at least.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewConsumer {
    /// Their email, which only one consumer can have, whatever its case.
    pub(super) email: Option<Email>,
    /// Their phone number.
    pub(super) phone: Option<Phone>,
    /// Their name.
    pub(super) full_name: Option<Label>,
    /// The caller's own id for them.
    pub(super) external_id: Option<Label>,
    /// What the caller keeps with them: at most 16,384 bytes.
    pub(super) metadata: Option<Metadata>,
}

impl NewConsumer {
    /// What is wrong with it as a whole.
    ///
    /// # Errors
    /// Nothing in it says who the consumer is.
    pub(super) fn check(&self) -> Result<(), Vec<Flaw>> {
        let known = self.email.is_some() || self.phone.is_some() || self.external_id.is_some();

        if known { Ok(()) } else { Err(vec![("email", "is required where there is neither phone nor externalId")]) }
    }
}

/// A number as the whole world dials it (E.164): `+` and 7 to 15 digits, the first of them no 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(inline, extend("pattern" = PHONE))]
pub(super) struct Phone(String);

const PHONE: &str = r"^\+[1-9][0-9]{6,14}$";

impl Phone {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Phone {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        let digits = text.strip_prefix('+').unwrap_or_default();
        let dials = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');

        if dials && (7..=15).contains(&digits.len()) {
            Ok(Self(text))
        } else {
            Err("must be a number like +14155550123")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_number_is_one_that_the_whole_world_can_dial() {
        for (text, good) in [
            ("+14155550123", true),
            ("+4930901820", true),
            ("+1234567", true),
            ("+123456789012345", true),
            ("+123456", false),
            ("+1234567890123456", false),
            ("+04155550123", false),
            ("14155550123", false),
            ("+1 415 555 0123", false),
            ("+1415555012a", false),
            ("++4155550123", false),
            ("+", false),
            ("", false),
        ] {
            let described = regex_lite::Regex::new(PHONE).unwrap().is_match(text);
            assert_eq!([Phone::try_from(text.to_owned()).is_ok(), described], [good, good], "{text}");
        }
    }
}
