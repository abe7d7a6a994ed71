//! `latchkey keys create`: issue a key. Its secret is shown once, or goes where it is wanted.

use clap::Args;
use serde_json::Value;

use super::{path, with_secret};
use crate::body::Body;
use crate::client::Call;
use crate::commands::cycle::Cycle;
use crate::commands::labels::Labels;
use crate::error::{Error, Exit};
use crate::parse;
use crate::secret::{Destination, HELP, destination};
use crate::session::Session;

/// Issue a key; its secret is shown this once
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  latchkey keys create acme --name production-web --type live --scope read --scope write\n  \
                        latchkey keys create acme --name ci --type test --secret-to file:key.txt"
)]
pub(crate) struct Create {
    /// The organization's slug
    #[arg(value_parser = parse::slug)]
    org: String,

    /// What people call the key
    #[arg(long)]
    name: String,

    /// Its type, if the contract has types
    #[arg(long = "type", value_name = "TYPE")]
    kind: Option<String>,

    /// What it may do; may be given several times [default: as its type says]
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<String>,

    /// A limit of its own; may be given several times
    #[arg(long = "limit", value_name = "N/WINDOW", value_parser = parse::limit)]
    limits: Vec<Value>,

    /// An address or a network from where alone it may be used; may be given several times
    #[arg(long = "allow", value_name = "ADDRESS")]
    addresses: Vec<String>,

    /// When it ends: 2030-01-01T00:00:00Z, or 90d from now [default: as its plan and its type say]
    #[arg(long, value_name = "TIME", value_parser = parse::coming)]
    expires: Option<String>,

    /// Let it never end, where its plan and its type allow that
    #[arg(long, conflicts_with = "expires")]
    no_expiry: bool,

    #[command(flatten)]
    labels: Labels,

    #[command(flatten)]
    cycle: Cycle,

    #[arg(long, value_name = "PLACE", value_parser = destination, help = HELP)]
    secret_to: Option<Destination>,
}

/// What is to be done where nobody knows whether it was made.
const UNANSWERED: &str =
    "the key may have been made, and its secret is lost: `latchkey keys list` shows whether it is there";

impl Create {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Error> {
        let to = self.secret_to.clone();
        let call = Call::post(path(&self.org), self.order());

        with_secret(session, call, to.as_ref(), UNANSWERED).await
    }

    /// What the stack is told.
    fn order(self) -> Body {
        let body = Body::default()
            .with("name", Some(self.name))
            .with("type", self.kind)
            .list("scopes", self.scopes)
            .list("limits", self.limits)
            .list("allowedAddresses", self.addresses)
            .with("expiresAt", self.expires)
            .without("expiresAt", self.no_expiry);

        self.cycle.add_to(self.labels.add_to(body))
    }
}
