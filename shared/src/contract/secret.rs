//! The secret of a key and the digest that stands for it: two types, and one way from the first to the second.
//!
//! The secret is made once, shown once, and never stored or logged. What is stored is its SHA-256: with 128 random bits or
//! more, a plain hash is what NIST SP 800-63B asks of look-up secrets, and a look-up by hash leaks no timing of use.

use std::cell::Cell;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

/// A new key in full: whoever has it can call. It can be shown once and is gone after that.
#[derive(JsonSchema)]
#[schemars(inline, with = "String", extend("x-contract" = "key"))]
pub struct Secret(Cell<Option<String>>);

impl Secret {
    pub(super) const fn new(text: String) -> Self {
        Self(Cell::new(Some(text)))
    }

    /// The secret itself, for the one page that hands it over; `None` once it has been shown.
    pub fn show(&self) -> Option<String> {
        self.0.take()
    }

    /// Its last `count` characters, or `None` once it has been shown.
    pub(super) fn last(&self, count: usize) -> Option<String> {
        let text = self.0.take()?;
        let last = text.char_indices().rev().take(count).last().and_then(|(place, _)| text.get(place..));
        let last = last.map(str::to_owned);
        self.0.set(Some(text));

        last
    }

    /// The digest that stands for it in the database, or `None` once it has been shown.
    pub fn digest(&self) -> Option<Digest> {
        let text = self.0.take()?;
        let digest = Digest::of(text.as_bytes());
        self.0.set(Some(text));

        Some(digest)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Shows the secret, for the one reply that hands it over. A second time is an error.
impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.take() {
            Some(text) => serializer.serialize_str(&text),
            None => Err(serde::ser::Error::custom("a secret was to be shown a second time")),
        }
    }
}

/// A key that somebody hands over in the body of a request.
#[derive(Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct Plain(String);

impl Plain {
    /// The bytes that were handed over, whether they are a key or not.
    pub const fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// The digest that would stand for it in the database, if it were a key.
    pub fn digest(&self) -> Digest {
        Digest::of(self.as_bytes())
    }
}

impl fmt::Debug for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Plain(…)")
    }
}

/// SHA-256 of a key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

/// What a fingerprint looks like.
pub(crate) const FINGERPRINT: &str = "^[0-9a-f]{6}\u{2026}$";

impl Digest {
    /// The digest of these bytes.
    pub fn of(key: &[u8]) -> Self {
        Self(Sha256::digest(key).into())
    }

    /// The bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The digest that these 64 hexadecimal digits are.
    pub fn from_hexadecimal(text: &str) -> Option<Self> {
        let digits: Option<Vec<u8>> = text.chars().map(|digit| digit.to_digit(16)?.try_into().ok()).collect();
        let (pairs, rest) = digits.as_ref()?.as_chunks();
        let bytes: Vec<u8> = pairs.iter().map(|[high, low]| (high << 4) | low).collect();

        Self::try_from(bytes).ok().filter(|_| rest.is_empty())
    }

    /// The first six hexadecimal digits and an ellipsis: enough to tell keys apart, useless to a thief.
    pub fn fingerprint(&self) -> String {
        let mut hex = self.to_string();
        hex.truncate(6);
        hex.push('\u{2026}');

        hex
    }
}

impl TryFrom<Vec<u8>> for Digest {
    type Error = Vec<u8>;

    fn try_from(bytes: Vec<u8>) -> Result<Self, Vec<u8>> {
        bytes.try_into().map(Self)
    }
}

/// A digest inside of what is kept as JSON.
pub mod hexadecimal {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    use super::Digest;

    /// As 64 digits.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(digest: &Digest, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(digest)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Digest, D::Error> {
        let text = String::deserialize(deserializer)?;

        Digest::from_hexadecimal(&text).ok_or_else(|| D::Error::custom("must be a digest"))
    }
}

/// All of it, in hexadecimal: for a table's key, not for people.
impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({})", self.fingerprint())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_shown_once_and_never_by_debug() {
        let secret = Secret::new("fa_live_0123".to_owned());
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        assert_eq!(secret.digest(), Some(Digest::of(b"fa_live_0123")));
        assert_eq!(serde_json::to_string(&secret).unwrap(), r#""fa_live_0123""#);
        assert!(serde_json::to_string(&secret).is_err());
        assert_eq!(secret.digest(), None);
    }

    #[test]
    fn a_digest_is_sha_256_and_its_fingerprint_six_digits_of_it() {
        let digest = Digest::of(b"abc");
        assert_eq!(digest.to_string(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(digest.fingerprint(), "ba7816…");
        assert_eq!(format!("{digest:?}"), "Digest(ba7816…)");
    }
}
