//! What became of the requests that came with a key.
//!
//! The numbers add up: every request counts once, as exactly one [`Outcome`](crate::registry::usage::Outcome).
//! `requests` is all of them, including those refused. The rates are over the requests whose outcome is known: all but
//! the verifications that let somebody in.
//!
//! Outcomes are recorded in memory once the answer is made, and written when the answer has left, early or in batches, so
//! that nobody waits for them. The caller of the gate knows whose key it was, so that costs no call. A credential that is
//! not a key, or not one that exists, is nobody's usage.
//!
//! It uses the store. It never decides who is let in, and its failures change no answer.

mod batch;
mod lookout;
mod meter;
mod metrics;
mod range;
mod refusals;
mod report;
mod table;

pub use meter::Meter;
pub use range::{Asked, AskedDays, Granularity, Range};
pub use refusals::{RefusalLog, Refused};
pub use report::{COLUMNS, KeyReport, OrganizationReport, Report};
pub use table::{Format, Table};
