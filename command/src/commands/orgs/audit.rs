//! `latchkey orgs audit`: who changed what.

use std::collections::BTreeSet;

use clap::Args;
use serde_json::Value;

use super::path;
use crate::error::{Error, Exit};
use crate::output::{Column, changed, text};
use crate::parse;
use crate::session::Session;

/// Show who changed what of an organization and its keys, newest first
#[derive(Debug, Args)]
pub(crate) struct Audit {
    /// The organization's slug
    #[arg(value_parser = parse::slug)]
    org: String,

    /// Show so many rows at most [default: all]
    #[arg(long, value_name = "N", value_parser = parse::rows)]
    limit: Option<usize>,
}

const COLUMNS: &[Column] = &[
    ("at", |row| text(row, "/at")),
    ("action", |row| text(row, "/action")),
    ("key", |row| text(row, "/keyId")),
    ("plane", |row| text(row, "/plane")),
    ("actor", |row| text(row, "/actor")),
    ("changes", changes),
];

/// Every member of which a change has made something else, but for the time at which it did.
fn changes(row: &Value) -> String {
    let (before, after) = (&row["before"], &row["after"]);
    // What was made or removed was not changed.
    let (Some(was), Some(is)) = (before.as_object(), after.as_object()) else { return String::new() };
    let members: BTreeSet<&str> = was.keys().chain(is.keys()).map(String::as_str).collect();
    let differing = members.into_iter().filter(|member| *member != "updatedAt" && before[*member] != after[*member]);
    let each = differing.map(|member| changed(member, &before[member], &after[member]));

    each.collect::<Vec<_>>().join(", ")
}

impl Audit {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Error> {
        session.list(format!("{}/audit", path(&self.org)), self.limit, COLUMNS).await
    }
}
