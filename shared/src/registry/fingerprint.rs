//! The beginning of a digest, by which people recognise a key.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::contract::secret::Digest;

/// Six hexadecimal digits, with or without the ellipsis that replies show after them. They are no name: of 100,000 keys, some 600 share
/// theirs with another one.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(inline, with = "String", extend("pattern" = "^[0-9A-Fa-f]{6}(\u{2026}|\\.\\.\\.)?$"))]
pub struct Fingerprint(String);

impl Fingerprint {
    const DIGITS: usize = 6;

    /// Whether it is that of the secret that `digest` stands for.
    pub(crate) fn fits(&self, digest: &Digest) -> bool {
        digest.to_string().starts_with(&self.0)
    }
}

impl TryFrom<String> for Fingerprint {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        let digits = text.strip_suffix('\u{2026}').or_else(|| text.strip_suffix("...")).unwrap_or(&text);
        let are_digits = digits.len() == Self::DIGITS && digits.bytes().all(|digit| digit.is_ascii_hexdigit());

        if are_digits { Ok(Self(digits.to_ascii_lowercase())) } else { Err("must have six hexadecimal digits") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_the_beginning_of_a_digest() {
        let digest = Digest::of(b"abc");
        for (text, fits) in [
            ("ba7816…", Ok(true)),
            ("ba7816...", Ok(true)),
            ("BA7816", Ok(true)),
            ("ba7817", Ok(false)),
            ("ba781", Err(())),
            ("ba7816b", Err(())),
            ("ba781g", Err(())),
            ("…", Err(())),
            ("", Err(())),
        ] {
            let read = Fingerprint::try_from(text.to_owned()).map(|fingerprint| fingerprint.fits(&digest));
            assert_eq!(read.or(Err(())), fits, "{text}");
        }
    }
}
