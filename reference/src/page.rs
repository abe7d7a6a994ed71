//! Pages by offset: so many, from so far on.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which part of a list is asked for.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
pub struct Page {
    /// How many at most.
    #[serde(default)]
    pub limit: Limit,
    /// How many to leave out first.
    #[serde(default)]
    #[schemars(range(max = u32::MAX))]
    pub offset: u32,
}

/// 1 to 100; 50 where nothing is said.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "u32")]
#[schemars(inline, extend("minimum" = 1, "maximum" = 100))]
pub struct Limit(u32);

impl Default for Limit {
    fn default() -> Self {
        Self(50)
    }
}

impl TryFrom<u32> for Limit {
    type Error = &'static str;

    fn try_from(limit: u32) -> Result<Self, &'static str> {
        if (1..=100).contains(&limit) { Ok(Self(limit)) } else { Err("must be a number from 1 to 100") }
    }
}

impl Limit {
    /// The number.
    pub const fn get(self) -> u32 {
        self.0
    }
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
