//! `latchkey apply`, `latchkey diff`: organizations as a file describes them.

use std::cell::Cell;
use std::path::PathBuf;

use clap::Args;
use serde_json::Value;

use crate::apply::{Rest, Step, plan, read};
use crate::error::{Error, Exit};
use crate::interrupt::Interrupt;
use crate::output::{Column, Output, Rows, changed, read_or_not, text};
use crate::place::Target;
use crate::session::Session;
use crate::talk;

/// How the help of both ends.
const FILE: &str = "\
The file:
  organizations:
    - slug: acme
      name: Acme
      plan: pro
      status: active
      limits:
        - { requests: 600, per: minute }
        - { requests: 20, per: hour, sliding: true }
      sharedLimits: null
      leaks: revoke
      externalId: cus_0017
      metadata: { team: billing }

  slug          its name in addresses; it is needed
  name          what people call it [default: the slug]
  plan          one of the contract's; a new organization needs one
  status        active or locked
  limits        of each of its keys, in place of its plan's; a sliding one holds for every
                span of that length, and not only for whole minutes or hours
  sharedLimits  of all its keys together, in place of its plan's; they cannot slide
  leaks         what is done about keys that have leaked: notify, quarantine or revoke
  externalId    what it is called in a system of yours
  metadata      texts to write down beside it

  What it leaves out is left alone. null takes limits, leaks, externalId and metadata away.";

/// Make organizations as a file describes them; once they are, it changes nothing
#[derive(Debug, Args)]
#[command(after_help = FILE)]
pub(crate) struct Apply {
    /// The file; - for standard input
    #[arg(short, long, value_name = "FILE")]
    file: PathBuf,

    #[command(flatten)]
    rest: Pruning,

    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
}

/// Say what `apply` would do; the exit code is 5 if it would do something
#[derive(Debug, Args)]
#[command(after_help = FILE)]
pub(crate) struct Diff {
    /// The file; - for standard input
    #[arg(short, long, value_name = "FILE")]
    file: PathBuf,

    #[command(flatten)]
    rest: Pruning,
}

/// What becomes of organizations that the file lacks.
#[derive(Clone, Copy, Debug, Args)]
struct Pruning {
    /// Lock every organization that the file lacks
    #[arg(long)]
    prune: bool,

    /// With --prune: delete them for good, with all their keys, in place of locking them; their audit trails stay
    #[arg(long, requires = "prune")]
    delete: bool,
}

impl From<Pruning> for Rest {
    fn from(Pruning { prune, delete }: Pruning) -> Self {
        match (prune, delete) {
            (true, true) => Self::IsDeleted,
            (true, false) => Self::IsLocked,
            (false, _) => Self::Stays,
        }
    }
}

const COLUMNS: &[Column] =
    &[("organization", |row| text(row, "/slug")), ("result", |row| text(row, "/result")), ("changes", changes)];

/// The same, of what is not done.
const PLANNED: &[Column] =
    &[("organization", |row| text(row, "/slug")), ("would be", |row| text(row, "/result")), ("changes", changes)];

/// `plan free → pro, limits none → 600/minute`.
fn changes(row: &Value) -> String {
    let each = row["changes"].as_object().into_iter().flatten();
    let each = each.map(|(member, change)| changed(member, &change["before"], &change["after"]));

    each.collect::<Vec<_>>().join(", ")
}

impl Apply {
    pub(super) async fn run(self, target: Target, output: Output) -> Result<Exit, Error> {
        // A file that is not right is no reason to look for a stack.
        let wanted = read(&self.file)?;
        let session = Session::open(target, output).await?;
        let steps = plan(&session.client, &wanted, self.rest.into()).await?;
        if steps.is_empty() {
            talk::note("the file has no organization: there is nothing to do");
        }
        if self.dry_run {
            let mut rows = output.rows(PLANNED);
            steps.iter().try_for_each(|step| rows.push(step.row()))?;
            rows.end()?;
            return Ok(Exit::Done);
        }
        let mut rows = output.rows(COLUMNS);
        let mut done = 0_usize;
        let carried_out = carry_out(&session, &steps, &mut rows, &mut done).await;
        // What was done is said, also where it went no further.
        let printed = rows.end();
        if carried_out.is_err() {
            talk::note(&format!("{done} of {} organizations are as the file says", steps.len()));
        }
        carried_out.and(printed)?;

        Ok(Exit::Done)
    }
}

/// Does what is to be done, step by step.
async fn carry_out(session: &Session, steps: &[Step], rows: &mut Rows<'_>, done: &mut usize) -> Result<(), Error> {
    let mut interrupt = Interrupt::listen()?;
    let progress = talk::progress(steps.len(), session.output);
    for step in steps {
        if interrupt.came {
            return Err(Error::Failed("stopped: apply the same file again to go on".to_owned()));
        }
        if step.differs() {
            progress.set_message(format!("{} is {}", step.slug, step.result));
            let has_begun = Cell::new(false);
            let carried_out = interrupt.let_end(step.carry_out(&session.client, &has_begun)).await;
            let stopped = || stopped(&step.slug, has_begun.get());
            carried_out.ok_or_else(stopped)?.map_err(|error| error.about(&step.slug))?;
        }
        rows.tell(step.row())?;
        *done = done.saturating_add(1);
        progress.inc(1);
    }
    progress.finish_and_clear();

    Ok(())
}

/// What is known of the organization `slug` where nobody waits any more.
fn stopped(slug: &str, has_begun: bool) -> Error {
    Error::Failed(if has_begun {
        format!(
            "stopped waiting for {slug} to be deleted: the stack goes on by itself; apply the file again for the rest"
        )
    } else {
        format!("stopped in the middle of {slug}: apply the file again")
    })
}

impl Diff {
    pub(super) async fn run(self, target: Target, output: Output) -> Result<Exit, Error> {
        let wanted = read(&self.file)?;
        let session = Session::open(target, output).await?;
        let steps = plan(&session.client, &wanted, self.rest.into()).await?;
        let mut rows = output.rows(PLANNED);
        steps.iter().try_for_each(|step| rows.tell(step.row()))?;
        read_or_not(rows.end())?;

        Ok(if steps.iter().any(Step::differs) { Exit::Differs } else { Exit::Done })
    }
}
