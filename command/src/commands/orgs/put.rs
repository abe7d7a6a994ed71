//! `latchkey orgs put`: make an organization, or change its terms.

use clap::Args;
use serde_json::{Map, Value};

use super::{COLUMNS, path};
use crate::client::Call;
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

    /// A limit of its own for each of its keys, in place of its plan's; may be given several times
    #[arg(long = "limit", value_name = "N/WINDOW", value_parser = parse::limit)]
    limits: Vec<Value>,

    /// Take its own limits away
    #[arg(long, conflicts_with = "limits")]
    no_limits: bool,

    /// A limit of all its keys together; may be given several times
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
}

impl Put {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Error> {
        let path = path(&self.org);
        let org = session.client.data(Call::put(path, self.terms())).await?;
        session.output.one(&org, COLUMNS)?;

        Ok(Exit::Done)
    }

    /// What the stack is told.
    fn terms(self) -> Value {
        let mut terms = Map::new();
        let mut say = |member: &str, value: Option<Value>, is_taken: bool| {
            let value = if is_taken { Some(Value::Null) } else { value };
            terms.extend(value.map(|value| (member.to_owned(), value)));
        };
        let some = |list: Vec<Value>| (!list.is_empty()).then_some(Value::Array(list));
        say("name", self.name.map(Value::from), false);
        say("plan", self.plan.map(Value::from), false);
        say("limits", some(self.limits), self.no_limits);
        say("sharedLimits", some(self.shared_limits), self.no_shared_limits);
        say("leaks", self.leaks.map(Value::from), self.no_leaks);

        Value::Object(terms)
    }
}
