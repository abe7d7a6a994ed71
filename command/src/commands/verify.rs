//! `latchkey verify`: whether a key would be let in.

use clap::Args;
use serde_json::Value;

use crate::body::Body;
use crate::client::Call;
use crate::error::{Error, Exit};
use crate::output::{Column, Output, read_or_not, text};
use crate::place::Target;
use crate::presented;
use crate::session::Session;

/// Ask the gate about a key, which is read from standard input; it counts as a request
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  latchkey verify --scope read < key.txt\n  latchkey verify --cost 0 --address 203.0.113.7 < key.txt\n\n\
                        The exit code is 0 if the key is let in, and 4 if it is not."
)]
pub(crate) struct Verify {
    /// A scope that the request needs; may be given several times
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<String>,

    /// How much the request counts; 0 asks without counting [default: 1]
    #[arg(long, value_name = "N")]
    cost: Option<u32>,

    /// From where the request comes
    #[arg(long)]
    address: Option<String>,
}

const COLUMNS: &[Column] = &[
    ("valid", |verdict| text(verdict, "/valid")),
    ("reason", |verdict| text(verdict, "/reason")),
    ("organization", |verdict| text(verdict, "/organization")),
    ("key", |verdict| text(verdict, "/keyId")),
    ("external id", |verdict| text(verdict, "/externalId")),
    ("type", |verdict| text(verdict, "/type")),
    ("scopes", |verdict| text(verdict, "/scopes")),
    ("left", left),
];

/// What is left in the window with the least left.
fn left(verdict: &Value) -> String {
    let Some(limit) = verdict.get("rateLimit").filter(|limit| limit.is_object()) else { return String::new() };
    let whose = if limit["scope"] == "organization" { " of all keys together" } else { "" };

    format!("{} of {}{whose}", text(limit, "/remaining"), text(limit, "/limit"))
}

impl Verify {
    pub(super) async fn run(self, target: Target, output: Output) -> Result<Exit, Error> {
        let key = presented::key()?;
        let session = Session::open(target, output).await?;
        let counts = self.cost != Some(0);
        let call = Call::post("/operator/v1/verify", self.question(key));
        let verdict = session.client.data(if counts { call } else { call.harmless() }).await?;
        read_or_not(session.output.one(&verdict, COLUMNS))?;

        Ok(if verdict.get("valid") == Some(&Value::Bool(true)) { Exit::Done } else { Exit::Refused })
    }

    /// What the stack is asked.
    fn question(self, key: String) -> Body {
        Body::default()
            .with("key", Some(key))
            .list("scopes", self.scopes)
            .with("cost", self.cost)
            .with("address", self.address)
    }
}
