//! Latchkey from outside: HTTP to the local stack, which runs the very binaries that are deployed.
//!
//! One file per function, by the function's path, and one per promise that spans them.

#[cfg(test)]
mod support;

mod academy;
mod agent_runs;
mod gate;
mod keys;
mod organizations;

mod cost;
mod failure;
mod hostile;
mod layout;
mod limits;
mod revocation;
mod secrecy;
