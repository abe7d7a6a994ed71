//! `latchkey orgs`: organizations.

mod audit;
mod delete;
mod get;
mod list;
mod lock;
mod put;
mod reset;

use clap::Subcommand;
use serde_json::Value;

use crate::error::{Error, Exit};
use crate::options::named;
use crate::output::{Column, limits, text};
use crate::session::Session;

/// What can be done with organizations.
#[derive(Debug, Subcommand)]
pub(crate) enum Orgs {
    List(list::List),
    Get(get::Get),
    Put(put::Put),
    /// Let none of its keys in, until it is unlocked
    Lock(lock::Lock),
    /// Let its keys in again
    Unlock(lock::Lock),
    Reset(reset::Reset),
    Audit(audit::Audit),
    Delete(delete::Delete),
}

impl Orgs {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Error> {
        match self {
            Self::List(list) => list.run(session).await,
            Self::Get(get) => get.run(session).await,
            Self::Put(put) => put.run(session).await.map_err(named),
            Self::Lock(lock) => lock.run(session, "locked").await,
            Self::Unlock(lock) => lock.run(session, "active").await,
            Self::Reset(reset) => reset.run(session).await,
            Self::Audit(audit) => audit.run(session).await,
            Self::Delete(delete) => delete.run(session).await,
        }
    }
}

/// An organization in a table.
const COLUMNS: &[Column] = &[
    ("slug", |org| text(org, "/slug")),
    ("name", |org| text(org, "/name")),
    ("external id", |org| text(org, "/externalId")),
    ("metadata", |org| text(org, "/metadata")),
    ("plan", |org| text(org, "/plan")),
    ("status", |org| text(org, "/status")),
    ("keys", |org| text(org, "/keys")),
    ("limits", |org| limits(org, "/limits")),
    ("shared limits", |org| limits(org, "/sharedLimits")),
    ("leaks", |org| text(org, "/leaks")),
    ("changed", |org| text(org, "/updatedAt")),
    ("pending", pending),
];

/// How far a change has come that is not in force for all keys.
fn pending(org: &Value) -> String {
    let Some(pending) = org.get("pending").filter(|pending| pending.is_object()) else { return String::new() };

    format!("{} of {} keys", text(pending, "/done"), text(pending, "/of"))
}

/// The path of the organization `slug`.
fn path(slug: &str) -> String {
    format!("/operator/v1/organizations/{slug}")
}
