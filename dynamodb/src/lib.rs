//! DynamoDB as Latchkey uses it: a client that answers in time or fails, the classes that its errors fall in, and items
//! read and written without surprises. Knows no table and no attribute by name.

mod back_off;
mod batch;
mod client;
mod error;
mod http;
mod item;

pub use aws_sdk_dynamodb::types::AttributeValue;
pub use aws_sdk_dynamodb::{Client, error::BuildError};
pub use back_off::back_off;
pub use batch::{batch_delete, batch_get};
pub use client::{anew, client, once};
pub use error::{Error, Reason, Refused, Result};
pub use item::{Item, SCHEMA, bytes, number, text, text_set};

/// A table, and the client to reach it by.
#[derive(Clone, Debug)]
pub struct Table {
    /// The client.
    pub client: Client,
    /// The table's name.
    pub name: String,
}
