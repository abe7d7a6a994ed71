//! `latchkey orgs list`: every organization.

use clap::Args;

use super::COLUMNS;
use crate::client::pages::Pages;
use crate::error::{Error, Exit};
use crate::parse;
use crate::session::Session;

/// List organizations, in the order of their slugs; with options, those alone that fit all of them
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Those on this plan
    #[arg(long)]
    plan: Option<String>,

    /// Those that are in this state
    #[arg(long, value_parser = ["active", "locked"])]
    status: Option<String>,

    /// Those whose name begins so, in any case
    #[arg(long, value_name = "BEGINNING")]
    name: Option<String>,

    /// Those with this external id
    #[arg(long, value_name = "ID")]
    external_id: Option<String>,

    /// Show so many at most [default: all]
    #[arg(long, value_name = "N", value_parser = parse::rows)]
    limit: Option<usize>,
}

impl List {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Error> {
        let pages = Pages::new(&session.client, "/operator/v1/organizations", self.limit);
        let filter =
            [("plan", self.plan), ("status", self.status), ("name", self.name), ("externalId", self.external_id)];

        session.show(pages.filtered(filter), COLUMNS).await
    }
}
