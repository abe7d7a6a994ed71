//! Why the stack's `DynamoDB` does not start, or a table cannot be made.

use std::io;

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No loopback port to be had.
    #[error("cannot bind a loopback port for dynamodb: {0}")]
    Bind(#[source] io::Error),
    /// The embedded database did not open.
    #[error("cannot open the database {path}: {reason}")]
    Open {
        /// Its file, or `in memory`.
        path: String,
        /// What the emulator said.
        reason: String,
    },
    /// Not a URL that the proxy can forward to.
    #[error("dynamodb endpoint {0:?} is not of the form http://host:port")]
    Endpoint(String),
    /// The endpoint does not answer.
    #[error("cannot reach dynamodb at {endpoint}: {reason}")]
    Unreachable {
        /// Its URL.
        endpoint: String,
        /// Why.
        reason: String,
    },
    /// `DynamoDB` refused something about a table.
    #[error("cannot {action} table {table} at {endpoint}: {reason}")]
    Table {
        /// What was tried.
        action: &'static str,
        /// The table.
        table: String,
        /// The endpoint's URL.
        endpoint: String,
        /// The refusal.
        reason: String,
    },
    /// A table of this name is there, with another key.
    #[error("table {table} at {endpoint} has the key {found}, not {wanted}")]
    OtherKey {
        /// The table.
        table: String,
        /// The endpoint's URL.
        endpoint: String,
        /// Its key.
        found: String,
        /// The template's.
        wanted: String,
    },
    /// A table did not become usable in time.
    #[error("table {table} at {endpoint} is still not active after {seconds} s")]
    NotActive {
        /// The table.
        table: String,
        /// The endpoint's URL.
        endpoint: String,
        /// How long it was waited for.
        seconds: u64,
    },
}
