//! Latchkey from outside: HTTP to the local stack, which runs the very binaries that are deployed.
//!
//! One file per function, by the function's path, and one per promise that spans them.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::wildcard_enum_match_arm,
    clippy::too_many_lines,
    reason = "a test ends by panicking, and a matrix is one long table"
)]

mod support;

mod academy;
mod agent_runs;
mod alerts;
mod analytics;
mod consumers;
mod events;
mod experiences;
mod gate;
mod keys;
mod leaks;
mod notes;
mod organizations;
mod plans;
mod portal;
mod portal_sessions;

mod addresses;
mod authority;
mod contention;
mod contracts;
mod cors;
mod cost;
mod deploying;
mod edits;
mod failure;
mod flood;
mod grid;
mod hostile;
mod integrate;
mod labels;
mod late;
mod layout;
mod legacy;
mod lifetimes;
mod limits;
mod memory;
mod moved;
mod openapi;
mod operations;
mod outbox;
mod own_limits;
mod prices;
mod races;
mod revocation;
mod sample_events;
mod secrecy;
mod spans;
mod stacks;
mod together;
mod upgrade;
mod usage;
mod webhooks;
