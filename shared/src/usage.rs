//! What became of the requests that came with a key.
//!
//! The numbers add up: every request counts once, as exactly one [`Outcome`](crate::registry::usage::Outcome). `requests` is all of them, the refused ones
//! included. The rates are over those whose outcome is known, which is all but the verifications that let somebody in.
//!
//! Outcomes are recorded in memory once the answer is made, and written in batches when the answer has left, so
//! that nobody waits for it. Whose key it was is known to whoever asked the gate; it costs no call. What is no key, or
//! none that exists, is nobody's usage.
//!
//! It uses the store. It never decides who is let in, and a failure of it changes no answer.

mod batch;
mod meter;
mod report;

pub use meter::Meter;
pub use report::{Asked, Granularity, Range, Report};
