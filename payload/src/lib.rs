//! Types for members of requests, whichever API they are for. It knows neither the product nor the reference APIs.
#![warn(missing_docs)]

mod field;
mod page_limit;
mod time_zone;

pub use field::{Field, or_default};
pub use page_limit::PageLimit;
pub use time_zone::TimeZone;
