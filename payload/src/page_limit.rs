//! How long a page may be.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// 1 to 100; `DEFAULT` where nothing is said.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "u32")]
#[schemars(inline, extend("minimum" = 1, "maximum" = 100))]
pub struct PageLimit<const DEFAULT: u32>(u32);

impl<const DEFAULT: u32> Default for PageLimit<DEFAULT> {
    fn default() -> Self {
        Self(DEFAULT)
    }
}

impl<const DEFAULT: u32> TryFrom<u32> for PageLimit<DEFAULT> {
    type Error = &'static str;

    fn try_from(limit: u32) -> Result<Self, &'static str> {
        if (1..=100).contains(&limit) { Ok(Self(limit)) } else { Err("must be a number from 1 to 100") }
    }
}

impl<const DEFAULT: u32> PageLimit<DEFAULT> {
    /// The number.
    pub const fn get(self) -> u32 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_1_to_100_and_the_default_where_nothing_is_said() {
        assert_eq!(PageLimit::<20>::default().get(), 20);
        for (limit, good) in [(0, false), (1, true), (50, true), (100, true), (101, false), (u32::MAX, false)] {
            let read = PageLimit::<20>::try_from(limit).map(PageLimit::get);
            assert_eq!(read.ok(), good.then_some(limit), "{limit}");
        }
    }
}
