//! `latchkey orgs audit`: who changed what.

use clap::Args;

use super::path;
use crate::error::{Error, Exit};
use crate::output::{Column, text};
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
];

impl Audit {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Error> {
        session.list(format!("{}/audit", path(&self.org)), self.limit, COLUMNS).await
    }
}
