//! `latchkey keys regenerate`: give a key a new secret.

use clap::Args;
use serde_json::json;

use super::{Which, with_secret};
use crate::client::Call;
use crate::error::{Error, Exit};
use crate::parse;
use crate::secret::{Destination, HELP, destination};
use crate::session::Session;

/// Give a key a new secret, which is shown this once; one that is switched off stays so
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  latchkey keys regenerate acme key_01… --overlap 24h --secret-to file:key.txt")]
pub(crate) struct Regenerate {
    #[command(flatten)]
    which: Which,

    /// How long the old secret goes on working: 90s, 15m, 24h, 7d
    #[arg(long, value_name = "SPAN", value_parser = parse::seconds, default_value = "0s")]
    overlap: u64,

    /// Let the key work longer: as long as its plan and its type say of a new one
    #[arg(long)]
    prolong: bool,

    #[arg(long, value_name = "PLACE", value_parser = destination, help = HELP)]
    secret_to: Option<Destination>,
}

/// What is to be done where nobody knows whether it has another.
const UNANSWERED: &str = "the key may have a new secret, which is lost: regenerate it again";

impl Regenerate {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Error> {
        let rotation = if self.prolong {
            json!({"overlapSeconds": self.overlap, "prolong": true})
        } else {
            json!({"overlapSeconds": self.overlap})
        };
        let call = Call::post(format!("{}/regenerate", self.which.path()), rotation);

        with_secret(session, call, self.secret_to.as_ref(), UNANSWERED).await
    }
}
