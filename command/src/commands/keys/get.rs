//! `latchkey keys get`: one key.

use clap::Args;

use super::{COLUMNS, Which};
use crate::client::Call;
use crate::error::{Error, Exit};
use crate::session::Session;

/// Show a key; its secret nobody can show
#[derive(Debug, Args)]
pub(crate) struct Get {
    #[command(flatten)]
    which: Which,
}

impl Get {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Error> {
        let key = session.client.data(Call::get(self.which.path())).await?;
        session.output.one(&key, COLUMNS)?;

        Ok(Exit::Done)
    }
}
