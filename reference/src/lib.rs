//! The domains of the reference APIs: an academy, agent runs. It knows organizations as a name that everything is kept
//! under, and nothing of keys. A team that brings its own API deletes this crate, its functions and its table.
#![warn(missing_docs)]
#![deny(clippy::arithmetic_side_effects)]

pub mod academy;
pub mod agent_runs;
mod email;
mod id;
pub mod page;

pub use email::Email;
pub use id::Id;
