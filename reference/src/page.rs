//! Pages by offset: so many, from so far on.

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
    limit: u32,
    offset: u32,
}

impl Pagination {
    /// `page` of a list of `total` in all.
    pub const fn new(page: Page, total: i64) -> Self {
        Self { total, limit: page.limit.get(), offset: page.offset }
    }
}
