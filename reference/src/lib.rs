//! The domains of the reference APIs: an academy, agent runs, launches, notes. It knows organizations as a name that everything
//! is kept under, and nothing of keys. A team that brings its own API deletes this crate, its functions and its table.
#![warn(missing_docs)]
#![deny(clippy::arithmetic_side_effects)]

pub mod academy;
pub mod agent_runs;
pub mod connection;
mod email;
mod flaw;
mod forget;
mod id;
mod label;
pub mod launch;
mod moment;
mod newest;
pub mod notes;
pub mod page;
mod stored;
mod transaction;

pub use email::Email;
pub use flaw::Flaw;
pub use forget::forget;
pub use id::{Id, NewIds};
