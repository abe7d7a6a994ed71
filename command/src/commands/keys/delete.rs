//! `latchkey keys delete`: revoke a key, for good.

use clap::Args;

use super::Which;
use crate::client::Call;
use crate::error::{Error, Exit};
use crate::output::{Column, text};
use crate::session::Session;

/// Revoke a key, for good: no request is let in with it any more
#[derive(Debug, Args)]
pub(crate) struct Delete {
    #[command(flatten)]
    which: Which,
}

const COLUMNS: &[Column] = &[("id", |key| text(key, "/id")), ("deleted", |key| text(key, "/deleted"))];

impl Delete {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Error> {
        let deleted = session.client.data(Call::delete(self.which.path())).await?;
        session.output.one(&deleted, COLUMNS)?;

        Ok(Exit::Done)
    }
}
