//! Where a page begins in a list whose entries are in the order of time, and which is no organization's, so that nobody seals its
//! cursors.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use jiff::Timestamp;

use crate::contract::denial::Violation;
use crate::registry::page::foreign_cursor;

/// The longest sort key that DynamoDB has.
const SORT_KEY_BYTES: usize = 1_024;

/// The entry after which a page begins, by its sort key.
#[derive(Clone, Debug)]
pub struct After(pub(super) String);

impl After {
    /// The one that `cursor` was made for.
    ///
    /// # Errors
    /// This is no cursor.
    pub fn opened(cursor: &str) -> Result<Self, Violation> {
        let place = BASE64.decode(cursor).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let place = place.filter(|place| place.len() <= SORT_KEY_BYTES && since(place).is_some());

        place.map(Self).ok_or_else(foreign_cursor)
    }

    /// The cursor.
    pub fn cursor(&self) -> String {
        BASE64.encode(&self.0)
    }
}

/// The time that the entry at `place` begins with.
pub(super) fn since(place: &str) -> Option<Timestamp> {
    let (since, _) = place.split_once('#')?;

    Timestamp::from_millisecond(since.parse().ok()?).ok()
}
