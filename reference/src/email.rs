//! Email addresses: kept as they were given, compared whatever their case.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An email address in the form that HTML asks of an input of the type `email`, with a dot in its domain: ASCII, no
/// quotes, no comments. An international domain is written in its ASCII form.
///
/// It is shown as it was given. Two addresses that differ in case alone are one: compare their keys, never the addresses.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(inline, extend("maxLength" = MAX, "pattern" = PATTERN))]
pub struct Email(String);

/// The longest address that a mail can be sent to: RFC 5321's path, less its brackets.
const MAX: usize = 254;
/// The longest part before the `@`.
const LOCAL_MAX: usize = 64;
/// The longest part between two dots of a domain.
const LABEL_MAX: usize = 63;
/// The rules of `is_local` and `is_domain` together.
const PATTERN: &str = concat!(
    r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}",
    r"@[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+$"
);

impl Email {
    /// The key that it is found and compared by: the same for all spellings of one address.
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }

    /// The address as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Email {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        let parts = text.rsplit_once('@').filter(|_| text.len() <= MAX);
        let good = parts.is_some_and(|(local, domain)| is_local(local) && is_domain(domain));

        if good { Ok(Self(text)) } else { Err("must be an email address of at most 254 characters") }
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_local(local: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&byte);

    (1..=LOCAL_MAX).contains(&local.len()) && local.bytes().all(good)
}

fn is_domain(domain: &str) -> bool {
    let label = |label: &str| {
        let good = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        good && (1..=LABEL_MAX).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
    };

    domain.contains('.') && domain.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_email_is_an_address_that_mail_can_be_sent_to() {
        let longest = format!("{}@{}.{}.{}.com", "l".repeat(64), "a".repeat(63), "b".repeat(63), "c".repeat(57));
        assert_eq!(longest.len(), 254);
        for (text, good) in [
            ("ada@example.com", true),
            ("Ada.Lovelace+news@Mail.Example.co.uk", true),
            ("o'neil/x=y@example.com", true),
            ("1@2.3", true),
            (&*longest, true),
            (&longest.replace(".com", ".coms"), false),
            (&format!("{}@example.com", "l".repeat(65)), false),
            (&format!("ada@{}.com", "a".repeat(64)), false),
            ("", false),
            ("ada", false),
            ("@", false),
            ("@example.com", false),
            ("ada@", false),
            ("ada@example", false),
            ("ada@.com", false),
            ("ada@example.", false),
            ("ada@example..com", false),
            ("ada@-example.com", false),
            ("ada@example-.com", false),
            ("ada@exa_mple.com", false),
            ("ada@lovelace@example.com", false),
            ("\"ada\"@example.com", false),
            ("ada lovelace@example.com", false),
            (" ada@example.com", false),
            ("ada@example.com\n", false),
            ("Ada <ada@example.com>", false),
            ("ad\u{e4}@example.com", false),
            ("ada@ex\u{e4}mple.com", false),
            ("ada\0@example.com", false),
        ] {
            assert_eq!(Email::try_from(text.to_owned()).is_ok(), good, "{text:?}");
            let described = regex_lite::Regex::new(PATTERN).unwrap().is_match(text) && text.len() <= MAX;
            assert_eq!(described, good, "the schema of {text:?}");
        }
    }

    #[test]
    fn spellings_of_one_address_have_one_key_and_are_shown_as_given() {
        let [one, other] = ["Ada@Example.COM", "ada@example.com"].map(|text| Email::try_from(text.to_owned()).unwrap());
        assert_eq!(one.key(), other.key());
        assert_eq!(one.to_string(), "Ada@Example.COM");
        assert_eq!(one.as_str(), "Ada@Example.COM");
    }
}
