//! `latchkey keys reset`: give back what a key has used of its limits.

use clap::Args;
use http::Method;

use super::{COLUMNS, Which};
use crate::client::Call;
use crate::error::{Error, Exit};
use crate::session::Session;

/// Give back what a key has used of its own limits: each window that runs begins anew
#[derive(Debug, Args)]
#[command(
    after_help = "Limits that all keys of the organization share are not touched. Its usage stays as it is. The audit trail says what was given back: latchkey orgs audit acme --output jsonl"
)]
pub(crate) struct Reset {
    #[command(flatten)]
    which: Which,
}

impl Reset {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Error> {
        let call = Call::any(Method::POST, format!("{}/reset", self.which.path()), None);
        let key = session.client.data(call).await?;
        session.output.one(&key, COLUMNS)?;

        Ok(Exit::Done)
    }
}
