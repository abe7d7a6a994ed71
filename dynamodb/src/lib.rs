//! DynamoDB as Latchkey uses it: a client that answers in time or fails, the classes of its errors, and items read and
//! written without surprises. It knows no table and no attribute by name.

mod batch;
mod client;
mod condition;
mod direct;
mod error;
mod item;
mod partition;
#[cfg(test)]
mod server;
mod transaction;
mod tries;
mod update;

use std::time::Duration;

pub use aws_sdk_dynamodb::types::AttributeValue;
pub use aws_sdk_dynamodb::{Client, error::BuildError};
pub use batch::{batch_delete, batch_get, batch_put};
pub use client::{anew, client, once};
pub use condition::{Condition, Conditional};
pub use direct::{Change, Direct, Tells};
pub use error::{Error, Refused, Result};
pub use item::{Item, SCHEMA, bytes, number, text, text_set};
pub use partition::empty;
pub use transaction::{Committed, Member, Transaction};
pub use tries::Tries;
pub use update::{Updated, update};

/// A table, and the client that reaches it.
#[derive(Clone, Debug)]
pub struct Table {
    /// The client.
    pub client: Client,
    /// The same client for transactions, which only [`Tries`] repeats.
    once: Client,
    /// The table's name.
    pub name: String,
    /// How long a change of the table may be tried.
    pub patience: Duration,
}

impl Table {
    /// The table `name`, reached by `client`; a change of it may be tried for `patience`.
    pub fn new(client: Client, name: String, patience: Duration) -> Self {
        Self { once: once(&client), client, name, patience }
    }

    /// A transaction without members yet.
    pub fn transaction(&self) -> Transaction {
        Transaction::new(&self.once)
    }

    /// The attempts of a piece of work that begins now.
    pub fn tries(&self) -> Tries {
        Tries::within(self.patience)
    }
}
