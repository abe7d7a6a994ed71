//! `latchkey keys usage`: what became of the requests with a key.

use clap::Args;
use serde_json::Value;

use super::Which;
use crate::client::Call;
use crate::error::{Error, Exit};
use crate::output::{Column, text};
use crate::parse;
use crate::session::Session;

/// Show what became of the requests with a key, by hours or days of UTC
#[derive(Debug, Args)]
#[command(after_help = "A table leaves out hours and days without requests; JSON has them all.")]
pub(crate) struct Usage {
    #[command(flatten)]
    which: Which,

    /// From when: 2026-11-20T00:00:00Z, or 7d ago [default: 24 hours or 30 days before --to]
    #[arg(long, value_name = "TIME", value_parser = parse::past)]
    from: Option<String>,

    /// Until when [default: now]
    #[arg(long, value_name = "TIME", value_parser = parse::past)]
    to: Option<String>,

    /// How long a row is
    #[arg(long, value_parser = ["hour", "day"], default_value = "hour")]
    granularity: String,
}

const COLUMNS: &[Column] = &[
    ("from", |row| text(row, "/from")),
    ("to", |row| text(row, "/to")),
    ("requests", |row| text(row, "/requests")),
    ("successes", |row| text(row, "/successes")),
    ("client errors", |row| text(row, "/clientErrors")),
    ("server errors", |row| text(row, "/serverErrors")),
    ("verifications", |row| text(row, "/verifications")),
    ("refused", |row| text(row, "/refused/total")),
];

impl Usage {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Error> {
        let call = Call::get(format!("{}/usage", self.which.path()))
            .with("from", self.from)
            .with("granularity", Some(self.granularity))
            .with("to", self.to);
        let mut usage = session.client.data(call).await?;
        if !session.output.is_table() {
            session.output.one(&usage, &[])?;
            return Ok(Exit::Done);
        }
        let mut rows = session.output.rows(COLUMNS);
        for bucket in usage.pointer("/buckets").and_then(Value::as_array).into_iter().flatten() {
            if text(bucket, "/requests") != "0" {
                rows.push(bucket.clone())?;
            }
        }
        let (from, to) = (text(&usage, "/from"), text(&usage, "/to"));
        let mut totals = usage.pointer_mut("/totals").map(Value::take).unwrap_or_default();
        if let Some(totals) = totals.as_object_mut() {
            totals.insert("from".to_owned(), from.into());
            totals.insert("to".to_owned(), to.into());
        }
        rows.push(totals)?;
        rows.end()?;

        Ok(Exit::Done)
    }
}
