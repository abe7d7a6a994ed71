//! `latchkey orgs lock`, `latchkey orgs unlock`: whether an organization's keys are let in.

use clap::Args;
use serde_json::json;

use super::{COLUMNS, path};
use crate::client::Call;
use crate::error::{Error, Exit};
use crate::parse;
use crate::session::Session;

/// An organization to be locked or unlocked.
#[derive(Debug, Args)]
pub(crate) struct Lock {
    /// The organization's slug
    #[arg(value_parser = parse::slug)]
    org: String,
}

impl Lock {
    pub(super) async fn run(self, session: &Session, status: &str) -> Result<Exit, Error> {
        let path = path(&self.org);
        // Putting one that is not there would make it.
        session.client.data(Call::get(&*path)).await?;
        let org = session.client.data(Call::put(path, json!({"status": status}))).await?;
        session.output.one(&org, COLUMNS)?;

        Ok(Exit::Done)
    }
}
