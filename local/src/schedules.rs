//! Schedules: a function that nobody calls gets an event at a rate, as EventBridge sends it.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use template::Schedule;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use crate::clock::Clock;
use crate::credential::{ACCOUNT, REGION};
use crate::pool::Pool;

/// Whether, and how often, schedules run.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) enum Pace {
    /// When somebody fires them.
    #[default]
    ByHand,
    /// As the template says.
    Template,
    /// So often, whatever the template says.
    Each(Duration),
}

/// The event of a run.
pub(crate) fn event(function: &str, schedule: &Schedule, clock: &Clock) -> Value {
    let time = Timestamp::from_millisecond(clock.now_millis()).unwrap_or(Timestamp::UNIX_EPOCH);
    let rule = format!("arn:aws:events:{REGION}:{ACCOUNT}:rule/{function}{}", schedule.name);

    json!({
        "version": "0",
        "id": uuid::Uuid::new_v4().to_string(),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": format!("{time:.0}"),
        "region": REGION,
        "resources": [rule],
        "detail": {},
    })
}

/// Starts the schedules of all functions in `pools` at this pace. They end when the stack is `stopped`.
pub(crate) fn start<'p>(
    pools: impl Iterator<Item = &'p Arc<Pool>>,
    pace: Pace,
    clock: &Clock,
    stopped: &watch::Receiver<bool>,
) {
    for pool in pools {
        for schedule in &pool.function.schedules {
            let every = match pace {
                Pace::ByHand => continue,
                Pace::Template => schedule.rate,
                Pace::Each(time) => time.max(Duration::from_millis(100)),
            };
            tokio::spawn(run(Arc::clone(pool), schedule, every, clock.clone(), stopped.clone()));
        }
    }
}

async fn run(
    pool: Arc<Pool>,
    schedule: &'static Schedule,
    every: Duration,
    clock: Clock,
    mut stopped: watch::Receiver<bool>,
) {
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // The first is over at once.
    ticks.tick().await;
    loop {
        tokio::select! {
            _ = stopped.wait_for(|stopped| *stopped) => return,
            _ = ticks.tick() => {}
        }
        let event = event(&pool.function.name, schedule, &clock).to_string();
        // What went wrong is in the log; the next run comes in any case.
        drop(pool.invoke(event.into()).await);
    }
}
