//! From an event to an answer: an event from Lambda is read, a handler gets what its arguments ask for, and its return
//! value is written in the contract's words.
//!
//! It may use every room below it. It decides nothing about keys and requests: the gate and the management do.

pub mod authority;
pub mod authorize;
pub mod call;
pub mod cors;
pub mod describe;
pub mod document;
pub mod extract;
pub mod form;
pub mod forward;
pub mod handler;
pub mod idempotency_key;
pub mod introspect;
pub(crate) mod lambda;
pub mod manager;
pub mod openapi;
pub mod reply;
pub mod schedule;
pub mod serve;
pub mod visitor;

pub use lambda::Exit;
