//! Opens alerts, and closes them: the one teller of a stack. It looks at keys of which somebody has noted that something
//! may be wrong, and once an hour goes through all organizations for what nobody notes: what did not happen.
//!
//! What is remembered of a key and what people are told of it are one transaction, so that two runs at once tell it once, and
//! a run that is cut short tells it neither half nor twice. It judges nothing itself: the rules are `registry::alert`'s. It
//! never sees a request, and no request waits for it.

mod look;
mod sweep;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt::Display;
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use look::Case;

use crate::Exit;
use crate::contract::alerts::Kind;
use crate::gate::app::App;
use crate::http::schedule::{self, Run};
use crate::registry::alert::Telling;
use crate::registry::error::{Error, Result};
use crate::store::Hints;

/// How many keys are looked at side by side.
const AT_ONCE: usize = 8;

/// For how long others may keep changing what a look is about: then it is left to the next run.
const PATIENCE: Duration = Duration::from_secs(2);

/// The work of a process.
#[derive(Debug)]
struct Watch {
    app: &'static App,
}

/// What a run has done.
#[derive(Debug, Default, Serialize)]
struct Done {
    /// Hints that were looked at.
    hints: usize,
    /// Organizations that were gone through.
    organizations: usize,
    /// What people will be told, by kind.
    told: BTreeMap<Kind, usize>,
}

impl Done {
    fn tell(&mut self, tellings: &[Telling]) {
        for telling in tellings {
            let told = self.told.entry(telling.kind).or_default();
            *told = told.saturating_add(1);
        }
    }
}

/// Runs whenever it is time, until the process is to end.
///
/// # Errors
/// The environment or the contract is not as it must be, or the Runtime API is gone.
pub async fn serve() -> Exit {
    schedule::serve(async |app| Ok::<_, Infallible>(Watch { app }), Watch::run).await
}

impl Watch {
    async fn run(&'static self, mut run: Run) -> Result<Done> {
        let mut done = Done::default();
        if self.app.contract.alerts.is_empty() {
            return Ok(done);
        }
        let mut ended = self.see_hints(&mut run, &mut done).await;
        if ended.is_ok() {
            ended = self.sweep(&mut run, &mut done).await;
        }
        // Also of what a run has told before it failed.
        let counts =
            done.told.iter().map(|(kind, told)| (format!("Alerts.{kind:?}"), i64::try_from(*told).unwrap_or(i64::MAX)));
        self.app.meter.note(counts.collect(), run.now);

        ended.map(|()| done)
    }

    /// Looks at the keys that were hinted at.
    async fn see_hints(&'static self, run: &mut Run, done: &mut Done) -> Result<()> {
        let mut start = None;
        loop {
            if run.share.are_over() {
                tracing::warn!("more was noted than one run can look at: the next one goes on");
                return Ok(());
            }
            let Hints { noted: hints, unreadable, next } = self.app.usage.hints(AT_ONCE, start).await?;
            for error in unreadable {
                tracing::error!("what was noted of a key cannot be read, and is gone in a day: {error}");
            }
            done.hints = done.hints.saturating_add(hints.len());
            let mut looks = tokio::task::JoinSet::new();
            for noted in hints {
                let (app, now, mut tries) = (self.app, run.now, run.tries.beside_for(PATIENCE));
                looks.spawn(async move {
                    let looked: Result<_> = async {
                        let case = Case { app, holder: &noted.hint.holder, hint: Some(&noted.hint), now };
                        let told = case.look(&mut tries).await?;
                        if told.is_some() {
                            app.usage.seen(&noted).await?;
                        }
                        Ok(told)
                    }
                    .await;
                    (noted.hint.holder.key, looked)
                });
            }
            for (key, looked) in looks.join_all().await {
                done.tell(&passed_over(&key, looked)?);
            }
            let Some(next) = next else { return Ok(()) };
            start = Some(next);
        }
    }
}

/// What was told, or nothing where something of `whose` cannot be read, or others kept changing it: it is logged, and holds up nothing
/// else.
///
/// # Errors
/// The store does not answer: the next run tries again.
fn passed_over(whose: &dyn Display, looked: Result<Option<Vec<Telling>>>) -> Result<Vec<Telling>> {
    match looked {
        Ok(Some(told)) => Ok(told),
        Ok(None) => {
            tracing::warn!("{whose} kept changing, and is watched for alerts by a later run");
            Ok(Vec::new())
        }
        Err(Error::Failed { cause, denial: crate::contract::denial::Denial::Internal }) => {
            tracing::error!("{whose} cannot be watched for alerts: {cause}");
            Ok(Vec::new())
        }
        Err(error) => Err(error),
    }
}

/// Whether it is written: it is not where other writes of the item came first, or were too many.
fn unless_busy(written: dynamodb::Result<bool>) -> dynamodb::Result<bool> {
    match written {
        Err(dynamodb::Error::Contended | dynamodb::Error::Throttled { .. }) => Ok(false),
        Ok(_) | Err(_) => written,
    }
}

/// The number of the hour since 1970.
fn hour(now: Timestamp) -> i64 {
    crate::contract::limit::Window::Hour.number(now)
}
