//! The life of a function that nobody calls: it runs on a schedule.
//!
//! Runs may overlap, and a run may be cut short anywhere: what it does must bear that. A run that fails is logged like a
//! request that fails, so that the same alarms count it; the next one goes on from what it has left.

use std::future::Future;
use std::time::Duration;

use dynamodb::Tries;
use jiff::{SignedDuration, Timestamp};
use lambda_http::LambdaEvent;
use serde::Serialize;
use serde_json::value::RawValue;
use tokio::time::Instant;

use crate::environment::clock;
use crate::gate::app::App;
use crate::http::lambda::{self, Exit};
use crate::http::serve::{log_failure, start};
use crate::registry::error::Result;

/// The platform's clock during a run.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    begun: Timestamp,
    since: Instant,
}

impl Clock {
    /// A clock that begins with `begun`.
    fn from(begun: Timestamp) -> Self {
        Self { begun, since: Instant::now() }
    }

    /// How long the run has taken.
    pub fn elapsed(&self) -> Duration {
        self.since.elapsed()
    }

    /// What time it is.
    pub fn now(&self) -> Timestamp {
        let elapsed = SignedDuration::try_from(self.elapsed()).unwrap_or_default();

        self.begun.saturating_add(elapsed).unwrap_or(self.begun)
    }
}

/// One run.
#[derive(Debug)]
pub struct Run {
    /// When it began, by the platform's clock.
    pub now: Timestamp,
    /// That clock, as it goes on.
    pub clock: Clock,
    /// The attempts of the whole run. They are over at two thirds of the function's time: nothing new is begun then, and
    /// what is under way can still end.
    pub tries: Tries,
    /// The share of what could fill every run: it is over at three quarters of that time, and leaves the rest to others.
    pub share: Tries,
}

impl Run {
    fn begun(platform: Option<Timestamp>, timeout: Duration) -> Self {
        let time = timeout.saturating_mul(2).checked_div(3).unwrap_or(timeout);
        let share = time.saturating_mul(3).checked_div(4).unwrap_or(time);
        let now = platform.unwrap_or_else(clock::now);

        Self { now, clock: Clock::from(now), tries: Tries::within(time), share: Tries::within(share) }
    }
}

/// Runs `work` whenever it is time, with what `prepare` has made when the process started. What a run returns is its answer:
/// it shows where somebody invokes the function by hand.
///
/// # Errors
/// The environment or the contract is not as it must be, or the Runtime API is gone.
pub async fn serve<W, P, F, R, E>(prepare: P, work: fn(&'static W, Run) -> F) -> Exit
where
    P: AsyncFnOnce(&'static App) -> std::result::Result<W, E>,
    E: std::error::Error + Send + Sync + 'static,
    F: Future<Output = Result<R>> + 'static,
    R: Serialize + 'static,
{
    // Nobody waits for the first call: it may open the connection.
    let app = Box::pin(start(false)).await?;
    let prepared = prepare(app).await.inspect_err(|error| tracing::error!("cannot start: {error}"))?;
    let prepared: &'static W = Box::leak(Box::new(prepared));

    let answer = move |event: LambdaEvent<Box<RawValue>>| async move {
        let run = Run::begun(clock::of_platform(event.context.deadline, app.timeout), app.timeout);
        work(prepared, run).await.map_err(|error| {
            log_failure("a run", "it was denied something", &error);
            lambda_http::Error::from("the run failed")
        })
    };

    Box::pin(lambda::run(answer, None)).await
}
