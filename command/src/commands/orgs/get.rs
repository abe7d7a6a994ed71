//! `latchkey orgs get`: one organization.

use clap::Args;

use super::{COLUMNS, path};
use crate::client::Call;
use crate::error::{Error, Exit};
use crate::parse;
use crate::session::Session;

/// Show an organization
#[derive(Debug, Args)]
pub(crate) struct Get {
    /// The organization's slug
    #[arg(value_parser = parse::slug)]
    org: String,
}

impl Get {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Error> {
        let org = session.client.data(Call::get(path(&self.org))).await?;
        session.output.one(&org, COLUMNS)?;

        Ok(Exit::Done)
    }
}
