//! Types for members of requests, whichever API they are for. It knows neither the product nor the reference APIs.
#![warn(missing_docs)]

mod field;
mod page_limit;

pub use field::Field;
pub use page_limit::PageLimit;
