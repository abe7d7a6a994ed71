//! Pages by cursor, of lists that are kept newest first under version 7 UUIDs.
//!
//! A cursor says after which entry of a list the next page begins, and nothing else. The list is always the caller's
//! own, whoever the cursor came from. So there is nothing to steal or to forge, no key to keep and nothing to read for
//! it. Text that is not the cursor of such a list is refused.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use dynamodb::{Item, Result, Table};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Id;
use crate::newest::newest;

/// Which part of a list is asked for.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
pub struct Slice {
    /// How many at most.
    #[serde(default)]
    first: First,
    /// After which entry; from the newest on where nothing is said.
    after: Option<Cursor>,
}

/// 1 to 100; 20 where nothing is said.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "u32")]
#[schemars(inline, extend("minimum" = 1, "maximum" = 100))]
struct First(u32);

impl Default for First {
    fn default() -> Self {
        Self(20)
    }
}

impl TryFrom<u32> for First {
    type Error = &'static str;

    fn try_from(first: u32) -> std::result::Result<Self, &'static str> {
        if (1..=100).contains(&first) { Ok(Self(first)) } else { Err("must be a number from 1 to 100") }
    }
}

/// A place in a list: behind the entry of that id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(inline, with = "String", extend("pattern" = "^[A-Za-z0-9_-]{22}$"))]
struct Cursor(Uuid);

impl TryFrom<String> for Cursor {
    type Error = &'static str;

    fn try_from(text: String) -> std::result::Result<Self, &'static str> {
        let id = BASE64.decode(text).ok().and_then(|bytes| Uuid::from_slice(&bytes).ok());
        let id = id.filter(|id| id.get_version() == Some(uuid::Version::SortRand));

        id.map(Self).ok_or("must be a cursor that a list gave")
    }
}

/// A part of a list.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct Connection<T> {
    data: Vec<T>,
    page_info: PageInfo,
}

/// Where it begins and ends; both `null` where nothing is in it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    start_cursor: Option<String>,
    end_cursor: Option<String>,
}

impl<T> Connection<T> {
    /// `entries`, by their ids.
    fn new(entries: Vec<(Id, T)>) -> Self {
        let cursor = |entry: Option<&(Id, T)>| entry.map(|(id, _)| BASE64.encode(Uuid::from(*id)));
        let page_info = PageInfo { start_cursor: cursor(entries.first()), end_cursor: cursor(entries.last()) };

        Self { data: entries.into_iter().map(|(_, entry)| entry).collect(), page_info }
    }
}

impl Slice {
    /// This part of the list in `partition`, each entry as `read` makes it of its item.
    pub(crate) async fn of<T>(
        self,
        table: &Table,
        partition: &str,
        read: impl Fn(Item) -> Result<(Id, T)>,
    ) -> Result<Connection<T>> {
        let after = self.after.map(|Cursor(id)| Id::from(id));
        let items = newest(table, partition, self.first.0, after).await?;
        let entries = items.into_iter().map(read).collect::<Result<_>>()?;

        Ok(Connection::new(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_the_place_behind_an_entry_and_junk_is_none() {
        let id = Id::try_from("0193b5a0-7c1e-7a30-9f0a-5d1f6a2b3c4d".to_owned()).unwrap();
        let page = Connection::new(vec![(id, ())]).page_info;
        assert_eq!(page.start_cursor, page.end_cursor);
        let cursor = page.end_cursor.unwrap();
        assert_eq!(Cursor::try_from(cursor.clone()), Ok(Cursor(id.into())));
        let random = BASE64.encode(Uuid::from_bytes([0x4f; 16]));
        for junk in [
            "",
            "x",
            &id.to_string(),
            cursor.trim_start_matches('A'),
            &format!("{cursor}A"),
            &format!("{cursor}="),
            &random,
            "\0",
        ] {
            assert!(Cursor::try_from(junk.to_owned()).is_err(), "{junk}");
        }
        let empty = Connection::<()>::new(Vec::new()).page_info;
        assert_eq!((empty.start_cursor, empty.end_cursor), (None, None));
    }
}
