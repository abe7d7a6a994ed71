//! `latchkey orgs reset`: give back what all keys of an organization have used of the limits that they share.

use clap::Args;
use http::Method;

use super::{COLUMNS, path};
use crate::client::Call;
use crate::error::{Error, Exit};
use crate::parse;
use crate::session::Session;

/// Give back what all keys have used of the limits that they share: each window that runs begins anew
#[derive(Debug, Args)]
#[command(
    after_help = "Limits of each key's own are not touched: latchkey keys reset. The audit trail says what was given back: latchkey orgs audit acme --output jsonl"
)]
pub(crate) struct Reset {
    /// The organization's slug
    #[arg(value_parser = parse::slug)]
    org: String,
}

impl Reset {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Error> {
        let call = Call::any(Method::POST, format!("{}/reset", path(&self.org)), None);
        let org = session.client.data(call).await?;
        session.output.one(&org, COLUMNS)?;

        Ok(Exit::Done)
    }
}
