//! Deleting an organization: asking until nothing is left of it.

use std::cell::Cell;
use std::time::Duration;

use clap::ValueEnum;
use serde_json::{Value, json};

use crate::client::{Call, Client, rest};
use crate::error::Error;

/// How long to wait before asking again: the stack goes on meanwhile.
const PAUSE: Duration = Duration::from_millis(500);

/// What becomes of an organization's audit trail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Trail {
    Keep,
    Delete,
}

/// Deletes the organization `slug`, which must be locked, and everything that it has. Whoever stops waiting stops nothing: the stack
/// goes on by itself once it has said that this `has_begun`.
pub(crate) async fn delete(client: &Client, slug: &str, trail: Trail, has_begun: &Cell<bool>) -> Result<Value, Error> {
    let trail = match trail {
        Trail::Keep => "keep",
        Trail::Delete => "delete",
    };
    loop {
        let order = json!({"organization": slug, "audit": trail});
        let state = client.data(Call::delete_as(format!("/operator/v1/organizations/{slug}"), order)).await?;
        if state.get("deleted").and_then(Value::as_bool) == Some(true) {
            return Ok(json!({"slug": slug, "deleted": true}));
        }
        has_begun.set(true);
        rest(PAUSE).await;
    }
}
