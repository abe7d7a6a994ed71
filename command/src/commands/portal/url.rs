//! `latchkey portal url`: a link that lets one person in.

use clap::Args;
use clap::builder::PossibleValuesParser;
use shared::contract::portal::Operation;

use crate::body::Body;
use crate::client::Call;
use crate::error::{Error, Exit};
use crate::output::{print, text};
use crate::parse;
use crate::session::Session;

/// Make a link to an organization's pages, for one person and one use, and print it
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  latchkey portal url acme --subject user_42 --operation list --operation create")]
pub(crate) struct Url {
    /// The organization's slug
    #[arg(value_parser = parse::slug)]
    org: String,

    /// Who it is for, by your own name for them: it is the actor in the audit trail
    #[arg(long, value_name = "TEXT")]
    subject: String,

    /// What people call them
    #[arg(long)]
    name: Option<String>,

    /// What they may do there, list among them; may be given several times [default: all that the contract opens]
    #[arg(long = "operation", value_name = "OPERATION", value_parser = PossibleValuesParser::new(Operation::ALL.map(Operation::name)))]
    operations: Vec<String>,

    /// Where the pages lead back to
    #[arg(long = "return-url", value_name = "URL")]
    back_to: Option<String>,

    /// The pages' language [default: the browser's]
    #[arg(long)]
    locale: Option<String>,

    /// The zone of their times [default: UTC for usage and expiry, the browser's for the rest]
    #[arg(long, value_name = "ZONE")]
    time_zone: Option<String>,

    /// How long the session lasts once the link is used, 5m to 12h [default: 1h]
    #[arg(long = "lasts", value_name = "SPAN", value_parser = parse::seconds)]
    seconds: Option<u64>,
}

impl Url {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Error> {
        let path = format!("/operator/v1/organizations/{}/portal-sessions", self.org);
        let link = session.client.data(Call::post(path, self.order())).await?;
        if !session.output.is_table() {
            session.output.document(&link)?;
            return Ok(Exit::Done);
        }
        print(&format!("{}\n", text(&link, "/url")))?;

        Ok(Exit::Done)
    }

    /// What the stack is told.
    fn order(self) -> Body {
        Body::default()
            .with("subject", Some(self.subject))
            .with("name", self.name)
            .list("operations", self.operations)
            .with("returnUrl", self.back_to)
            .with("locale", self.locale)
            .with("timeZone", self.time_zone)
            .with("seconds", self.seconds)
    }
}
