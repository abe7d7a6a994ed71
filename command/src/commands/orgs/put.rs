//! `latchkey orgs put`: make an organization, or change its terms.

use clap::Args;
use serde_json::Value;

use super::{COLUMNS, path};
use crate::body::Body;
use crate::client::Call;
use crate::commands::labels::Relabelled;
use crate::error::{Error, Exit};
use crate::parse;
use crate::session::Session;

/// Make an organization, or change its terms: what you leave out stays as it is
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  latchkey orgs put acme --name Acme --plan pro\n  \
                        latchkey orgs put acme --limit 5000/minute --limit 100000/day\n  latchkey orgs put acme --no-limits")]
pub(crate) struct Put {
    /// The organization's slug
    #[arg(value_parser = parse::slug)]
    org: String,

    /// What people call it [default: the slug]
    #[arg(long)]
    name: Option<String>,

    /// One of the contract's plans; a new organization needs one
    #[arg(long)]
    plan: Option<String>,

    /// A limit for each of its keys, in place of its plan's and of all that it has; may be given several times
    #[arg(long = "limit", value_name = "N/WINDOW", value_parser = parse::limit)]
    limits: Vec<Value>,

    /// Take its own limits away
    #[arg(long, conflicts_with = "limits")]
    no_limits: bool,

    /// A limit of all its keys together, in place of its plan's and of all that it has; may be given several times
    #[arg(long = "shared-limit", value_name = "N/WINDOW", value_parser = parse::limit)]
    shared_limits: Vec<Value>,

    /// Take its own shared limits away
    #[arg(long, conflicts_with = "shared_limits")]
    no_shared_limits: bool,

    /// What is done about its keys that have leaked
    #[arg(long, value_name = "POLICY", value_parser = ["notify", "quarantine", "revoke"])]
    leaks: Option<String>,

    /// Do about leaked keys what the contract says
    #[arg(long, conflicts_with = "leaks")]
    no_leaks: bool,

    #[command(flatten)]
    labels: Relabelled,
}

impl Put {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Error> {
        let path = path(&self.org);
        let org = session.client.data(Call::put(path, self.terms())).await?;
        session.output.one(&org, COLUMNS)?;

        Ok(Exit::Done)
    }

    /// What the stack is told.
    fn terms(self) -> Body {
        let body = Body::default()
            .with("name", self.name)
            .with("plan", self.plan)
            .list("limits", self.limits)
            .without("limits", self.no_limits)
            .list("sharedLimits", self.shared_limits)
            .without("sharedLimits", self.no_shared_limits)
            .with("leaks", self.leaks)
            .without("leaks", self.no_leaks);

        self.labels.add_to(body)
    }
}
