//! The form of keys under a contract: read from any bytes that a caller sends, made from the operating system's
//! randomness.

use std::fmt;

use serde::Deserialize;

use crate::contract::secret::{Digest, Secret};
use crate::environment::entropy;
use crate::environment::entropy::Entropy;

/// The characters of a key after its prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Alphabet {
    /// `0-9 a-f`: 4 bits a character.
    Hex,
    /// `0-9 A-Z a-z`: 5.95 bits a character.
    Base62,
}

impl Alphabet {
    const fn characters(self) -> &'static [u8] {
        match self {
            Self::Hex => b"0123456789abcdef",
            Self::Base62 => b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
        }
    }

    /// The bits of a random byte that choose a character: the fewest that reach the last character.
    const fn mask(self) -> u8 {
        match self {
            Self::Hex => 0b0000_1111,
            Self::Base62 => 0b0011_1111,
        }
    }

    /// The fewest characters that hold 128 random bits.
    pub const fn min_length(self) -> usize {
        match self {
            Self::Hex => 32,
            Self::Base62 => 22,
        }
    }

    /// The characters as a class of a regular expression.
    const fn class(self) -> &'static str {
        match self {
            Self::Hex => "[0-9a-f]",
            Self::Base62 => "[0-9A-Za-z]",
        }
    }

    fn contains(self, byte: u8) -> bool {
        match self {
            Self::Hex => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
            Self::Base62 => byte.is_ascii_alphanumeric(),
        }
    }
}

/// What the last characters of a key say of those before them. It tells a mistyped or made-up key from a real one without a look
/// at the store; it keeps nobody out who knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Checksum {
    /// CRC-32 of the prefix and all random characters, in six digits of base 62.
    Crc32,
}

impl Checksum {
    /// How many characters it takes.
    pub(super) const LENGTH: usize = 6;

    /// The checksum of `bytes`.
    fn of(self, bytes: &[u8]) -> [u8; Self::LENGTH] {
        let Self::Crc32 = self;
        let digits = Alphabet::Base62.characters();
        let mut rest = usize::try_from(crc32fast::hash(bytes)).unwrap_or_default();
        let mut text = [b'0'; Self::LENGTH];
        for place in text.iter_mut().rev() {
            *place = digits.get(rest.rem_euclid(digits.len())).copied().unwrap_or(b'0');
            rest = rest.div_euclid(digits.len());
        }

        text
    }
}

/// A prefix, and a number of characters of an alphabet after it.
#[derive(Clone, Debug)]
pub struct Format {
    pub(crate) prefix: String,
    pub(crate) alphabet: Alphabet,
    pub(crate) length: usize,
    /// What the last of these characters are, if they are not as random as the others.
    pub(crate) checksum: Option<Checksum>,
    /// Whether people recognise a key by its prefix and its last characters.
    pub(crate) hints: bool,
}

/// How many of a key's last characters its hint has: 24 bits at most, of 128 or more.
const HINTED: usize = 4;

/// What a caller presented, in the right form. Only the store knows whether there is such a key.
#[derive(Clone, Copy)]
pub struct Presented<'a>(&'a [u8]);

impl<'a> Presented<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The digest that would stand for it in the database.
    pub fn digest(&self) -> Digest {
        Digest::of(self.0)
    }
}

impl fmt::Debug for Presented<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Presented(…)")
    }
}

/// `fa_live_ and 32 of [0-9a-f]`.
impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} and {} of {}", self.prefix, self.length, self.alphabet.class())
    }
}

impl Format {
    /// What its secrets begin with.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The form as a regular expression, without anchors.
    pub fn pattern(&self) -> String {
        format!("{}{}{{{}}}", self.prefix, self.alphabet.class(), self.length)
    }

    /// The same for scanners of text. A checksum is below 2³², so that its first digit is no higher than 4.
    pub fn scanned(&self) -> String {
        match self.checksum {
            None => self.pattern(),
            Some(Checksum::Crc32) => {
                let (prefix, class) = (&self.prefix, self.alphabet.class());
                let random = self.length.saturating_sub(Checksum::LENGTH);
                format!("{prefix}{class}{{{random}}}[0-4]{class}{{{}}}", Checksum::LENGTH.saturating_sub(1))
            }
        }
    }

    /// `bytes`, if they have this form.
    pub fn parse<'a>(&self, bytes: &'a [u8]) -> Option<Presented<'a>> {
        let characters = bytes.strip_prefix(self.prefix.as_bytes())?;
        let well_formed =
            characters.len() == self.length && characters.iter().all(|byte| self.alphabet.contains(*byte));
        let is_sound = self.checksum.is_none_or(|checksum| {
            let parts = bytes.split_last_chunk::<{ Checksum::LENGTH }>();
            parts.is_some_and(|(before, last)| checksum.of(before) == *last)
        });

        (well_formed && is_sound).then_some(Presented(bytes))
    }

    /// What people recognise `secret` by, which is of this form: the prefix, an ellipsis, and the last four characters. `None` where
    /// the contract has no hints, and once it has been shown.
    pub fn hint(&self, secret: &Secret) -> Option<String> {
        let last = secret.last(HINTED).filter(|_| self.hints)?;

        Some(format!("{}\u{2026}{last}", self.prefix))
    }

    /// The key `text`, if it has this form: one that was made here before, and that somebody has kept.
    pub(crate) fn taken_up(&self, text: String) -> Option<Secret> {
        self.parse(text.as_bytes()).is_some().then(|| Secret::new(text))
    }

    /// A new key of this form, every character drawn evenly but for the checksum.
    ///
    /// # Errors
    /// The operating system has no randomness to give.
    pub fn mint(&self, entropy: Entropy) -> Result<Secret, entropy::Error> {
        let (characters, mask) = (self.alphabet.characters(), self.alphabet.mask());
        let random = self.length.saturating_sub(self.checksum.map_or(0, |_| Checksum::LENGTH));
        let whole = self.prefix.len().saturating_add(random);
        let mut text = self.prefix.clone();
        while text.len() < whole {
            let mut bytes = [0; 64];
            entropy.fill(&mut bytes)?;
            // A value beyond the last character is skipped and drawn again: a remainder would favour the first
            // characters.
            let drawn = bytes.iter().filter_map(|byte| characters.get(usize::from(byte & mask)));
            text.extend(drawn.take(whole.saturating_sub(text.len())).map(|byte| char::from(*byte)));
        }
        if let Some(checksum) = self.checksum {
            let last = checksum.of(text.as_bytes());
            text.extend(last.map(char::from));
        }

        Ok(Secret::new(text))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn format(alphabet: Alphabet) -> Format {
        Format { prefix: "fa_live_".to_owned(), alphabet, length: 32, checksum: None, hints: false }
    }

    fn checked(prefix: &str) -> Format {
        let checksum = Some(Checksum::Crc32);
        Format { prefix: prefix.to_owned(), alphabet: Alphabet::Base62, length: 36, checksum, hints: true }
    }

    #[test]
    fn only_the_exact_form_is_a_key() {
        let good = "fa_live_0123456789abcdef0123456789abcdef";
        let format = format(Alphabet::Hex);
        assert!(format.parse(good.as_bytes()).is_some());
        for bad in [
            "",
            "fa_live_",
            "fa_live_0123456789abcdef0123456789abcde",
            "fa_live_0123456789abcdef0123456789abcdef0",
            "fa_live_0123456789ABCDEF0123456789abcdef",
            "fa_test_0123456789abcdef0123456789abcdef",
            "FA_LIVE_0123456789abcdef0123456789abcdef",
            " fa_live_0123456789abcdef0123456789abcde",
            "fa_live_0123456789abcdef0123456789abcde\u{e9}",
        ] {
            assert!(format.parse(bad.as_bytes()).is_none(), "{bad:?}");
        }
    }

    #[test]
    fn a_checksum_is_the_crc_of_prefix_and_random_characters() {
        // By zlib's CRC-32.
        for (prefix, random, last) in [
            ("lk_live_", "0123456789ABCDEFGHIJKLMNOPQRST", "4Y2ocH"),
            ("lk_test_", "000000000000000000000000000000", "2kSFVj"),
            ("lk_live_", "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ", "0csivn"),
        ] {
            let key = format!("{prefix}{random}{last}");
            assert!(checked(prefix).parse(key.as_bytes()).is_some(), "{key}");
            let other = if prefix == "lk_live_" { "lk_test_" } else { "lk_live_" };
            let moved = key.replacen(prefix, other, 1);
            assert!(checked(other).parse(moved.as_bytes()).is_none(), "{moved}");
        }
    }

    #[test]
    fn what_is_minted_is_a_key_and_never_twice_the_same() {
        for format in [format(Alphabet::Hex), format(Alphabet::Base62), checked("lk_live_")] {
            let texts: std::collections::HashSet<_> = (0..200)
                .map(|_| serde_json::to_value(format.mint(Entropy::system()).unwrap()).unwrap())
                .map(|value| value.as_str().unwrap().to_owned())
                .inspect(|text| assert!(format.parse(text.as_bytes()).is_some(), "{format}"))
                .collect();
            assert_eq!(texts.len(), 200);
        }
    }

    #[test]
    fn a_hint_is_the_prefix_and_the_last_four_characters() {
        let format = checked("lk_live_");
        let secret = format.mint(Entropy::system()).unwrap();
        let hint = format.hint(&secret).unwrap();
        let text = secret.show().unwrap();
        assert_eq!(hint, format!("lk_live_…{}", text.get(40..).unwrap()));
        assert_eq!(format.hint(&secret), None, "it has been shown");
        let without = Format { hints: false, ..format };
        assert_eq!(without.hint(&without.mint(Entropy::system()).unwrap()), None);
    }

    #[test]
    fn every_character_of_the_alphabet_is_drawn() {
        let text: String = (0..200)
            .map(|_| serde_json::to_string(&format(Alphabet::Base62).mint(Entropy::system()).unwrap()).unwrap())
            .collect();
        assert!(Alphabet::Base62.characters().iter().all(|byte| text.contains(char::from(*byte))));
    }

    proptest! {
        #[test]
        fn a_key_with_one_other_character_is_none(at in 0..44_usize, other in "[0-9A-Za-z_]") {
            let format = checked("lk_live_");
            let key = serde_json::to_value(format.mint(Entropy::system()).unwrap()).unwrap();
            let mut mistyped = key.as_str().unwrap().to_owned();
            mistyped.replace_range(at..=at, &other);
            prop_assert_eq!(format.parse(mistyped.as_bytes()).is_some(), mistyped == key.as_str().unwrap());
        }

        #[test]
        fn any_bytes_can_be_parsed(bytes: Vec<u8>, tail in "[0-9a-zA-Z]{0,40}") {
            let format = format(Alphabet::Base62);
            prop_assert!(format.parse(&bytes).is_none());
            let key = format!("fa_live_{tail}");
            prop_assert_eq!(format.parse(key.as_bytes()).is_some(), tail.len() == 32);
        }
    }
}
