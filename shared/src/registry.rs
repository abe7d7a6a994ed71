//! The things that there are: organizations, their keys and the passes that let keys in, audit rows, alerts, and what
//! became of requests. It also has their rules, such as [`pass::judge`].
//!
//! It uses the contract and the environment's types. It never asks a store or reads a clock, and does not know how
//! something reads on the wire: everything in it is a value or a pure function.

pub mod addresses;
pub mod alert;
pub mod ask;
pub mod attempt;
pub mod audit;
pub mod author;
pub mod closing;
pub mod counts;
pub mod dead_letter;
pub mod error;
pub mod event;
pub mod external_id;
pub mod fingerprint;
pub mod hint;
pub mod id;
pub mod key;
pub mod leak;
pub mod metadata;
pub mod name;
pub mod organization;
pub mod page;
pub mod pass;
pub mod plan;
pub mod session;
pub mod sha256;
pub mod slug;
pub mod usage;
pub mod webhook;
