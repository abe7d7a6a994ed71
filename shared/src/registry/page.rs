//! Pages by cursor: a client gets a place in a list as a cursor that it cannot make itself.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use hmac::{Hmac, KeyInit as _, Mac as _};
use payload::PageLimit;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::contract::denial::Violation;

/// The seal of an organization's cursors: a cursor from another organization, or a made-up one, does not open.
#[derive(Clone)]
pub struct Seal([u8; 32]);

/// How much of the MAC a cursor carries: 128 bits.
const MAC_BYTES: usize = 16;

impl Seal {
    /// The seal that these bytes are.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The seal of cursors into what is left of the organization `slug`, which is deleted. It is no secret: it tells the lists of
    /// organizations apart.
    pub fn of_deleted(slug: &str) -> Self {
        Self(Sha256::digest(format!("deleted#{slug}")).into())
    }

    /// The bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    fn mac(&self, list: &str, position: &str) -> Hmac<Sha256> {
        // HMAC fills a key up with zeros to the length of a block.
        let mut key = [0; 64];
        key.iter_mut().zip(self.0).for_each(|(byte, ours)| *byte = ours);
        let mut mac = Hmac::<Sha256>::new(&key.into());
        mac.update(list.as_bytes());
        mac.update(b"|");
        mac.update(position.as_bytes());

        mac
    }

    /// The cursor for `position` in `list`.
    pub fn seal(&self, list: &str, position: &str) -> String {
        let mac = self.mac(list, position).finalize().into_bytes();
        let mac = mac.get(..MAC_BYTES).unwrap_or_default();

        BASE64.encode([mac, position.as_bytes()].concat())
    }

    /// The position in `list` that `cursor` was made for.
    ///
    /// # Errors
    /// It was made by somebody else, or for something else.
    pub fn open(&self, list: &str, cursor: &str) -> Result<String, Violation> {
        let bytes = BASE64.decode(cursor).unwrap_or_default();
        let (mac, position) = bytes.split_at_checked(MAC_BYTES).unwrap_or_default();
        let position = std::str::from_utf8(position).unwrap_or_default();
        let ours = self.mac(list, position).verify_truncated_left(mac).is_ok() && mac.len() == MAC_BYTES;

        if ours { Ok(position.to_owned()) } else { Err(foreign_cursor()) }
    }
}

/// What is wrong with a cursor that a list did not give.
pub fn foreign_cursor() -> Violation {
    Violation::new("cursor", "must be one that this list gave")
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seal(…)")
    }
}

/// The part of a list that is asked for.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub struct Page {
    /// How many at most: 1 to 100.
    #[serde(default)]
    pub limit: PageLimit<20>,
    /// The place after which it begins; by default the beginning of the list.
    pub cursor: Option<String>,
}

/// Which part of a list this is.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "CursorPagination")]
pub struct Pagination {
    limit: u32,
    /// Where the next page begins; `null` on the last one.
    cursor: Option<String>,
    has_more: bool,
}

impl Pagination {
    /// A part that was asked for with `limit`; `cursor` is where the next part begins, if there is one.
    pub const fn new(limit: PageLimit<20>, cursor: Option<String>) -> Self {
        Self { limit: limit.get(), has_more: cursor.is_some(), cursor }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_cursor_opens_for_its_own_list_and_organization_alone() {
        let (ours, theirs) = (Seal::new([1; 32]), Seal::new([2; 32]));
        let cursor = ours.seal("keys", "key_1");
        assert_eq!(ours.open("keys", &cursor).unwrap(), "key_1");
        assert!(theirs.open("keys", &cursor).is_err());
        assert!(ours.open("audit", &cursor).is_err());
        for shorter in 0..cursor.len() {
            assert!(ours.open("keys", cursor.get(..shorter).unwrap()).is_err(), "{shorter}");
        }
    }

    proptest! {
        #[test]
        fn what_was_made_up_does_not_open(cursor in "[A-Za-z0-9_-]{0,80}", junk: String) {
            let seal = Seal::new([3; 32]);
            prop_assert!(seal.open("keys", &cursor).is_err());
            prop_assert!(seal.open("keys", &junk).is_err());
        }
    }
}
