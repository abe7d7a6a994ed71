//! `latchkey keys list`: an organization's keys.

use clap::Args;

use super::{COLUMNS, path};
use crate::client::pages::Pages;
use crate::error::{Error, Exit};
use crate::parse;
use crate::session::Session;

/// List an organization's keys, newest first; with options, those alone that fit all of them
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  latchkey keys list acme --status active --unused-since 2026-05-01T00:00:00Z\n  \
                        latchkey keys list acme --external-id user_42 --output jsonl | jq -r .id")]
pub(crate) struct List {
    /// The organization's slug
    #[arg(value_parser = parse::slug)]
    org: String,

    /// Those that are in this state
    #[arg(long, value_parser = ["active", "inactive", "expired", "quarantined"])]
    status: Option<String>,

    /// Those of this type
    #[arg(long = "type", value_name = "TYPE")]
    kind: Option<String>,

    /// Those whose name begins so, in any case
    #[arg(long, value_name = "BEGINNING")]
    name: Option<String>,

    /// Those with this external id of their own
    #[arg(long, value_name = "ID")]
    external_id: Option<String>,

    /// Those that expire before this time, or have: 2030-01-01T00:00:00Z, or 30d from now
    #[arg(long, value_name = "TIME", value_parser = parse::coming)]
    expires_before: Option<String>,

    /// Those that were made before this time and not used since: 2026-05-01T00:00:00Z, or 180d ago
    #[arg(long, value_name = "TIME", value_parser = parse::past)]
    unused_since: Option<String>,

    /// Show so many at most [default: all]
    #[arg(long, value_name = "N", value_parser = parse::rows)]
    limit: Option<usize>,
}

impl List {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Error> {
        let pages = Pages::new(&session.client, path(&self.org), self.limit);
        let filter = [
            ("status", self.status),
            ("type", self.kind),
            ("name", self.name),
            ("externalId", self.external_id),
            ("expiresBefore", self.expires_before),
            ("unusedSince", self.unused_since),
        ];

        session.show(pages.filtered(filter), COLUMNS).await
    }
}
