//! Pages by offset: so many, from so far on.

use std::io;

use dynamodb::{Error, Result};
use payload::PageLimit;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which part of a list is asked for.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
pub struct Page {
    /// How many at most.
    #[serde(default)]
    pub limit: PageLimit<50>,
    /// How many to leave out first.
    #[serde(default)]
    #[schemars(range(max = u32::MAX))]
    pub offset: u32,
}

/// Which part of a list this is.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "OffsetPagination")]
pub struct Pagination {
    total: i64,
    /// How many places this page takes up: as many as were asked for, or fewer where an answer has no room for more. The
    /// next page begins at `offset` and this.
    limit: u32,
    offset: u32,
}

impl Pagination {
    /// `page` of a list of `total` in all.
    pub const fn new(page: Page, total: i64) -> Self {
        Self { total, limit: page.limit.get(), offset: page.offset }
    }
}

/// The most bytes that the entries of a page may be. Lambda takes an answer of 6 MB, in which there is more than they are.
const ROOM: usize = 5_900_000;

/// A page while it is filled, place by place, for as long as an answer has room.
#[derive(Debug)]
pub(crate) struct Filling<T> {
    pagination: Pagination,
    entries: Vec<T>,
    places: u32,
    is_full: bool,
    left: usize,
}

impl<T: Serialize> Filling<T> {
    /// `page` of a list of `total` in all, without entries yet.
    pub(crate) const fn new(page: Page, total: i64) -> Self {
        let pagination = Pagination::new(page, total);

        Self { pagination, entries: Vec::new(), places: 0, is_full: false, left: ROOM }
    }

    /// Takes what is at the next place, if anything is, and if there is room. A page without entries has room for any: so
    /// page after page, a list comes to its end. `false`: the page ends before this place.
    pub(crate) fn has_room_for(&mut self, entry: Option<T>) -> Result<bool> {
        if let Some(entry) = entry {
            let length = length_in_answer(&entry)?;
            if length > self.left && !self.entries.is_empty() {
                self.is_full = true;
                return Ok(false);
            }
            self.left = self.left.saturating_sub(length);
            self.entries.push(entry);
        }
        self.places = self.places.saturating_add(1);

        Ok(true)
    }

    /// The page.
    pub(crate) fn done(self) -> (Vec<T>, Pagination) {
        let limit = if self.is_full { self.places } else { self.pagination.limit };

        (self.entries, Pagination { limit, ..self.pagination })
    }
}

/// How many bytes `entry` takes in a function's answer, with a comma. There a body is text within JSON: what has to be
/// escaped counts twice.
fn length_in_answer(entry: &impl Serialize) -> Result<usize> {
    let mut length = Length(1);
    serde_json::to_writer(&mut length, entry)
        .map_err(|error| Error::Fault(format!("an entry of a page cannot be written: {error}")))?;

    Ok(length.0)
}

/// Counts what is written.
#[derive(Debug)]
struct Length(usize);

impl io::Write for Length {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let escaped = bytes.iter().filter(|byte| matches!(byte, b'"' | b'\\')).count();
        self.0 = self.0.saturating_add(bytes.len()).saturating_add(escaped);

        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(limit: u32) -> Page {
        Page { limit: PageLimit::try_from(limit).unwrap(), offset: 7 }
    }

    #[test]
    fn an_entry_is_measured_as_it_is_in_the_answer() {
        for entry in ["", "plain", "\"quoted\" and \\ and \n and \u{1}", "\u{1f389}"] {
            let body = serde_json::to_string(&entry).unwrap();
            let answer = serde_json::to_string(&body).unwrap();
            // The quotes around the body are the answer's, and the comma is the page's.
            assert_eq!(length_in_answer(&entry).unwrap(), answer.len() - 2 + 1, "{entry:?}");
        }
    }

    #[test]
    fn a_page_ends_where_there_is_no_room_and_says_how_many_places_it_takes_up() {
        let large = "x".repeat(ROOM / 2 - 100);
        let mut filling = Filling::new(page(4), 9);
        let taken = [Some(&large), None, Some(&large), Some(&large)].map(|entry| filling.has_room_for(entry).unwrap());
        assert_eq!(taken, [true, true, true, false]);
        let (entries, Pagination { total, limit, offset }) = filling.done();
        assert_eq!((entries.len(), total, limit, offset), (2, 9, 3, 7));
    }

    #[test]
    fn a_page_that_has_room_for_all_is_as_long_as_was_asked_for_and_one_entry_always_fits() {
        let huge = "x".repeat(ROOM + 1);
        let mut filling = Filling::new(page(4), 1);
        assert!(filling.has_room_for(None).unwrap() && filling.has_room_for(Some(huge)).unwrap());
        let (entries, Pagination { limit, .. }) = filling.done();
        assert_eq!((entries.len(), limit), (1, 4));
    }
}
