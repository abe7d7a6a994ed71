//! `latchkey orgs delete`: delete an organization, with everything that it has.

use std::cell::Cell;

use clap::Args;

use crate::deletion::{Trail, delete};
use crate::error::{Error, Exit};
use crate::interrupt::Interrupt;
use crate::output::{Column, text};
use crate::parse;
use crate::session::Session;
use crate::talk;

/// Delete an organization for good, with its keys and all else that it has; it must be locked
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  latchkey orgs lock acme\n  latchkey orgs delete acme --confirm acme")]
pub(crate) struct Delete {
    /// The organization's slug
    #[arg(value_parser = parse::slug)]
    org: String,

    /// The slug once more, so that nobody deletes another one by mistake
    #[arg(long, value_name = "ORG")]
    confirm: String,

    /// What becomes of its audit trail: it stays, or goes with everything else
    #[arg(long, value_name = "WHAT", default_value = "keep")]
    audit: Trail,
}

const COLUMNS: &[Column] = &[("slug", |org| text(org, "/slug")), ("deleted", |org| text(org, "/deleted"))];

/// What is known where nobody waits any more.
fn stopped(has_begun: bool) -> Error {
    let said = if has_begun {
        "stopped waiting: the stack goes on by itself"
    } else {
        "stopped before the stack had answered: it may have begun; the same command asks again"
    };

    Error::Failed(said.to_owned())
}

/// `error`, and what to do where the organization is not locked.
fn advised(error: Error, slug: &str) -> Error {
    // Nothing else that stands against it is mended by a command.
    if matches!(&error, Error::Refused(why) if why.contains("lock")) {
        error.advising(&format!("`latchkey orgs lock {slug}` locks it"))
    } else {
        error
    }
}

impl Delete {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Error> {
        if self.confirm != self.org {
            return Err(Error::Usage(format!("--confirm must be {}, the organization that is deleted", self.org)));
        }
        let progress = talk::waiting(format!("deleting {}", self.org), session.output);
        let mut interrupt = Interrupt::listen()?;
        let has_begun = Cell::new(false);
        let deleted = interrupt.unless(delete(&session.client, &self.org, self.audit, &has_begun)).await;
        let deleted = deleted.ok_or_else(|| stopped(has_begun.get()))?.map_err(|error| advised(error, &self.org))?;
        progress.finish_and_clear();
        session.output.one(&deleted, COLUMNS)?;

        Ok(Exit::Done)
    }
}
