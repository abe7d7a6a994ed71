//! `latchkey keys update`: change a key.

use clap::Args;
use serde_json::Value;

use super::{COLUMNS, Which};
use crate::body::Body;
use crate::client::Call;
use crate::commands::cycle::Recycled;
use crate::commands::labels::Relabelled;
use crate::error::{Error, Exit};
use crate::parse;
use crate::session::Session;

/// Change a key: what you leave out stays as it is
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  latchkey keys update acme key_01… --status inactive\n  latchkey keys update acme key_01… --no-expiry"
)]
pub(crate) struct Update {
    #[command(flatten)]
    which: Which,

    /// What people call it
    #[arg(long)]
    name: Option<String>,

    /// What it may do, in place of what it may do now; may be given several times
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<String>,

    /// Whether it is let in; `active` also ends a quarantine
    #[arg(long, value_parser = ["active", "inactive"])]
    status: Option<String>,

    /// A limit of its own, in place of all that it has; may be given several times
    #[arg(long = "limit", value_name = "N/WINDOW", value_parser = parse::limit)]
    limits: Vec<Value>,

    /// Take the limits away that an operator has set
    #[arg(long, conflicts_with = "limits")]
    no_limits: bool,

    /// An address or a network from where alone it may be used, in place of all that it has; may be given several times
    #[arg(long = "allow", value_name = "ADDRESS")]
    addresses: Vec<String>,

    /// Allow it from everywhere
    #[arg(long, conflicts_with = "addresses")]
    allow_anywhere: bool,

    /// When it ends: 2030-01-01T00:00:00Z, or 90d from now
    #[arg(long, value_name = "TIME", value_parser = parse::coming)]
    expires: Option<String>,

    /// Let it never end
    #[arg(long, conflicts_with = "expires")]
    no_expiry: bool,

    #[command(flatten)]
    labels: Relabelled,

    #[command(flatten)]
    cycle: Recycled,
}

impl Update {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Error> {
        let path = self.which.path();
        // The second time lets a key out of quarantine that the first time has switched on.
        let switches_on = self.status.as_deref() == Some("active");
        let change = self.change();
        if change.is_empty() {
            return Err(Error::Usage("there is nothing to change: give an option".to_owned()));
        }
        let call = Call::patch(path, change);
        let call = if switches_on { call } else { call.harmless() };
        let key = session.client.data(call).await?;
        session.output.one(&key, COLUMNS)?;

        Ok(Exit::Done)
    }

    /// What the stack is told.
    fn change(self) -> Body {
        let body = Body::default()
            .with("name", self.name)
            .list("scopes", self.scopes)
            .with("status", self.status)
            .list("limits", self.limits)
            .without("limits", self.no_limits)
            .list("allowedAddresses", self.addresses)
            .without("allowedAddresses", self.allow_anywhere)
            .with("expiresAt", self.expires)
            .without("expiresAt", self.no_expiry);

        self.cycle.add_to(self.labels.add_to(body))
    }
}
