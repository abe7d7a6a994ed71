//! `latchkey orgs list`: every organization.

use clap::Args;

use super::COLUMNS;
use crate::error::{Error, Exit};
use crate::parse;
use crate::session::Session;

/// List organizations, in the order of their slugs
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Show so many at most [default: all]
    #[arg(long, value_name = "N", value_parser = parse::rows)]
    limit: Option<usize>,
}

impl List {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Error> {
        session.list("/operator/v1/organizations".to_owned(), self.limit, COLUMNS).await
    }
}
