//! `latchkey keys list`: an organization's keys.

use clap::Args;

use super::{COLUMNS, path};
use crate::error::{Error, Exit};
use crate::parse;
use crate::session::Session;

/// List an organization's keys, newest first
#[derive(Debug, Args)]
pub(crate) struct List {
    /// The organization's slug
    #[arg(value_parser = parse::slug)]
    org: String,

    /// Show so many at most [default: all]
    #[arg(long, value_name = "N", value_parser = parse::rows)]
    limit: Option<usize>,
}

impl List {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Error> {
        session.list(path(&self.org), self.limit, COLUMNS).await
    }
}
