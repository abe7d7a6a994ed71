//! What lets a browser in: a code, a cookie, and the name of a form.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::contract::secret::Digest;
use crate::environment::entropy::{self, Entropy};
use crate::registry::key;

/// The code in a link, or the value of a cookie: whoever has it is let in.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// How many random bytes are in it.
    const BYTES: usize = 32;

    /// The longest one: 43 characters, a dot, and a key's id.
    const LENGTH_MAX: usize = 80;

    /// A new one, of a session that was made with the key `bearer`. The key's id is a part of it, so that a page knows
    /// what to look up before it has read anything. The digest is that of all of it.
    ///
    /// # Errors
    /// The operating system has no randomness to give.
    pub fn new(bearer: Option<&key::Id>, entropy: Entropy) -> Result<Self, entropy::Error> {
        let mut random = [0; Self::BYTES];
        entropy.fill(&mut random)?;
        let random = BASE64.encode(random);

        Ok(Self(bearer.map_or_else(|| random.clone(), |key| format!("{random}.{key}"))))
    }

    /// What somebody has sent, if it can be a token.
    pub fn read(text: &str) -> Option<Self> {
        let is_one = text.len() <= Self::LENGTH_MAX
            && text.len() >= 43
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));

        is_one.then(|| Self(text.to_owned()))
    }

    /// The key that the session was made with.
    pub fn bearer(&self) -> Option<key::Id> {
        let (_, key) = self.0.split_once('.')?;

        key::Id::try_from(key.to_owned()).ok()
    }

    /// The digest that stands for it.
    pub fn digest(&self) -> Digest {
        Digest::of(self.0.as_bytes())
    }

    /// The token itself, for the one answer that hands it over.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// The name of one form on one page: a form that was not made for this session is not taken, and one that was sent twice is
/// recognized.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Once(String);

/// How many random bytes, and how many of the MAC, are in it.
const ONCE_BYTES: usize = 16;

impl Once {
    /// A new one for a page of the session whose cookie has this digest.
    ///
    /// # Errors
    /// The operating system has no randomness to give.
    pub fn new(session: &Digest, entropy: Entropy) -> Result<Self, entropy::Error> {
        let mut random = [0; ONCE_BYTES];
        entropy.fill(&mut random)?;
        let mac = once_mac(session, &random).finalize().into_bytes();
        let mac = mac.get(..ONCE_BYTES).unwrap_or_default();

        Ok(Self(BASE64.encode([&random, mac].concat())))
    }

    /// The one in a form that was sent, if the session whose cookie has this digest has made it.
    pub fn read(session: &Digest, text: &str) -> Option<Self> {
        let bytes = BASE64.decode(text).ok()?;
        let (random, mac) = bytes.split_at_checked(ONCE_BYTES)?;
        let is_ours = mac.len() == ONCE_BYTES && once_mac(session, random).verify_truncated_left(mac).is_ok();

        is_ours.then(|| Self(text.to_owned()))
    }

    /// The text in the form.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn once_mac(session: &Digest, random: &[u8]) -> Hmac<Sha256> {
    let mut key = [0; 64];
    key.iter_mut().zip(session.as_bytes()).for_each(|(byte, ours)| *byte = *ours);
    let mut mac = Hmac::<Sha256>::new(&key.into());
    mac.update(b"once|");
    mac.update(random);

    mac
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn digest(number: u8) -> Digest {
        Digest::try_from(vec![number; 32]).unwrap()
    }

    #[test]
    fn a_form_of_another_session_is_not_taken() {
        let once = Once::new(&digest(1), Entropy::system()).unwrap();
        assert_eq!(Once::read(&digest(1), once.as_str()), Some(once.clone()));
        assert_eq!(Once::read(&digest(2), once.as_str()), None);
        for shorter in 0..once.as_str().len() {
            assert_eq!(Once::read(&digest(1), once.as_str().get(..shorter).unwrap()), None, "{shorter}");
        }
        assert_ne!(once, Once::new(&digest(1), Entropy::system()).unwrap());
    }

    #[test]
    fn a_token_names_the_key_that_it_was_made_with() {
        let key = key::Id::new(Timestamp::UNIX_EPOCH, Entropy::system()).unwrap();
        for bearer in [None, Some(&key)] {
            let token = Token::new(bearer, Entropy::system()).unwrap();
            let read = Token::read(token.reveal()).unwrap();
            assert_eq!((read.bearer().as_ref(), read.digest()), (bearer, token.digest()));
            assert_eq!(format!("{token:?}"), "Token(…)");
        }
        for text in ["", "short", &"a".repeat(81), &format!("{} ", "a".repeat(43)), &"é".repeat(43)] {
            assert_eq!(Token::read(text), None, "{text}");
        }
    }
}
