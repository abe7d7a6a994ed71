//! Gives keys new secrets by themselves, each in three steps of which any may be the last of a run that is cut short.
//!
//! First the new secret is put on the shelf, pending: from then on it cannot be lost. Then the key has it, in one transaction. Then it
//! is current, for whoever reads it there. The next run finds what is pending: is it the key's own, the last step is left; else the
//! second one, with the same secret. Two runs at once make the same steps: the shelf takes one secret for a step, and the transaction is
//! carried out once.

use jiff::Timestamp;
use serde::Serialize;
use shared::environment::settings;
use shared::http::schedule::{self, Run};
use shared::management::rotate::{Candidate, Fresh, Next, after_failures, idle_wait, later};
use shared::store::Reminder;
use shared::{App, Error, Result};
use tokio::task::JoinSet;

use crate::shelf::Shelf;

/// How many keys are dealt with side by side.
const AT_ONCE: i32 = 4;

/// The work of a process.
#[derive(Debug)]
struct Rotation {
    app: &'static App,
    shelf: Shelf,
}

/// What a run has done.
#[derive(Debug, Default, Serialize)]
struct Done {
    /// Keys that have a new secret.
    rotated: usize,
    /// Keys that are looked at again, since nobody gets in with them as they are.
    waiting: usize,
    /// Keys that could not be given one, and are tried again.
    failed: usize,
}

/// What became of one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Rotated,
    Waiting,
    Nothing,
}

/// Runs whenever it is time, until the process is to end.
///
/// # Errors
/// The environment or the contract is not as it must be, or the Runtime API is gone.
pub async fn serve() -> shared::Exit {
    let prepare = async |app| {
        Ok::<_, std::convert::Infallible>(Rotation { app, shelf: Shelf::new(settings::secretsmanager_endpoint()) })
    };

    schedule::serve(prepare, Rotation::run).await
}

impl Rotation {
    /// Deals with all keys that are due, until none is left or the time is over.
    async fn run(&'static self, run: Run) -> Result<Done> {
        let (mut done, mut start, mut ended) = (Done::default(), None, Ok(()));
        loop {
            if run.share.are_over() {
                tracing::warn!("more keys are due than one run can rotate: the next one goes on");
                return ended.map(|()| done);
            }
            let page = self.app.keys.reminders(run.now, AT_ONCE, start).await?;
            for unreadable in &page.unreadable {
                tracing::error!("a key cannot be rotated: {}: {}", unreadable.place(), unreadable.why);
                let (later, mut tries) = (later(run.now, idle_wait()), run.tries.beside());
                ended = ended
                    .and(self.app.keys.put_unreadable_off(unreadable, later, &mut tries).await.map_err(Error::from));
            }
            let turns: JoinSet<_> =
                page.found.into_iter().map(|reminder| self.turn(reminder, run.now, run.tries.beside())).collect();
            for turned in turns.join_all().await {
                let count = match turned {
                    Ok(Some(Outcome::Rotated)) => &mut done.rotated,
                    Ok(Some(Outcome::Waiting)) => &mut done.waiting,
                    Ok(None) => &mut done.failed,
                    Ok(Some(Outcome::Nothing)) => continue,
                    // The reminder stays where it is, and the others have their turn all the same.
                    Err(error) => {
                        ended = ended.and(Err(error));
                        continue;
                    }
                };
                *count = count.saturating_add(1);
            }
            start = page.next;
            if start.is_none() {
                return ended.map(|()| done);
            }
        }
    }

    /// Deals with the key of `reminder`; `None` where that failed. What is wrong with one key is none of another's business.
    ///
    /// # Errors
    /// The reminder cannot be moved.
    async fn turn(
        &'static self,
        reminder: Reminder,
        now: Timestamp,
        mut tries: dynamodb::Tries,
    ) -> Result<Option<Outcome>> {
        let outcome = self.deal_with(&reminder, now, &mut tries).await;
        let Reminder { org, key, failures, .. } = &reminder;
        let (done, wait, failures) = match outcome {
            Ok(Outcome::Waiting) => (Some(Outcome::Waiting), idle_wait(), 0),
            Ok(outcome) => {
                self.app.keys.reminded(&reminder).await?;
                return Ok(Some(outcome));
            }
            Err(error) => {
                let (failures, why) = (failures.saturating_add(1), cause(&error));
                let (wait, is_told) = after_failures(failures);
                if is_told {
                    tracing::error!("a key cannot be rotated, {failures} times by now: {org}/{key}: {why}");
                } else {
                    tracing::warn!("a key is tried again that was to be rotated: {org}/{key}: {why}");
                }
                (None, wait, failures)
            }
        };
        self.app.keys.put_off(&reminder, later(now, wait), failures, &mut tries).await?;

        Ok(done)
    }

    async fn deal_with(&self, reminder: &Reminder, now: Timestamp, tries: &mut dynamodb::Tries) -> Result<Outcome> {
        loop {
            let Some(candidate) = Candidate::of(self.app, reminder).await? else { return Ok(Outcome::Nothing) };
            let name = candidate.name();
            let labels = self.shelf.labels(&name).await?;
            let pending = match labels.as_ref().and_then(|labels| labels.pending()) {
                Some(version) => match self.shelf.text(&name, version).await {
                    Ok(text) => Some((version, text)),
                    // What was pending is nobody's any more: the secret is to be deleted, for one.
                    Err(error) if candidate.next(now) == Next::Nothing => {
                        let Reminder { org, key, .. } = reminder;
                        tracing::warn!(
                            "a key rotates no more, and what was pending cannot be read: {org}/{key}: {}",
                            cause(&error)
                        );
                        return Ok(Outcome::Nothing);
                    }
                    Err(error) => return Err(error),
                },
                None => None,
            };
            // A run was cut short once the key had it: nothing is put in its place before it is current.
            let taken = pending.as_ref().filter(|(_, text)| candidate.has(text));
            let is_finished = taken.is_some();
            if let Some((version, _)) = taken {
                self.shelf.promote(&name, version).await?;
            }
            match candidate.next(now) {
                Next::Nothing if is_finished => return Ok(Outcome::Rotated),
                Next::Nothing => return Ok(Outcome::Nothing),
                Next::Wait => return Ok(Outcome::Waiting),
                Next::Rotate => (),
            }
            let step = candidate.step();
            let fresh = match pending {
                Some((version, text)) if version == step => candidate.minted_before(self.app, text)?,
                Some(_) | None => {
                    self.shelf.ensure(&name, labels.as_ref()).await?;
                    self.pending(&candidate, &name, &step).await?
                }
            };
            if candidate.give(self.app, fresh, now, tries).await? {
                self.shelf.promote(&name, &step).await?;
                return Ok(Outcome::Rotated);
            }
            tries.again(dynamodb::Error::Contended).await?;
        }
    }

    /// The secret that is on the shelf for this `step` of `candidate`: a new one, or what another run has put there.
    async fn pending(&self, candidate: &Candidate, name: &str, step: &str) -> Result<Fresh> {
        let (fresh, text) = candidate.mint(self.app)?;
        if self.shelf.put(name, step, &text).await? {
            return Ok(fresh);
        }

        candidate.minted_before(self.app, self.shelf.text(name, step).await?)
    }
}

/// What the log is told of `error`.
fn cause(error: &Error) -> String {
    match error {
        Error::Failed { cause, .. } => cause.clone(),
        Error::Denied(denial) | Error::FailedAgain(denial) => format!("{denial:?}"),
    }
}
