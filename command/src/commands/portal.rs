//! `latchkey portal`: the pages on which an organization's people manage its keys.

mod url;

use clap::Subcommand;

use crate::error::{Error, Exit};
use crate::options::named;
use crate::session::Session;

/// What can be done about the portal.
#[derive(Debug, Subcommand)]
pub(crate) enum Portal {
    Url(url::Url),
}

impl Portal {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Error> {
        match self {
            Self::Url(url) => url.run(session).await.map_err(named),
        }
    }
}
