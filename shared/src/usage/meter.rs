//! The meter: notes what became of each request, and writes it when nobody waits.
//!
//! `ADD` is not idempotent. A write whose answer was lost is treated as made: usage may miss requests, and never counts
//! one twice. A write that was certainly refused is kept, and so is one that was not tried after a failure.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use dynamodb::Tries;
use jiff::Timestamp;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::batch::Batch;
use super::metrics::Metrics;
use crate::contract::denial::Kind;
use crate::environment::log;
use crate::registry::usage::{Entry, Holder, Outcome};
use crate::store;

/// How many writes run at once at the end, when everything left has to be written in half a second.
const AT_ONCE: usize = 8;

/// How long refused writes are tried at the end: Lambda gives a process half a second.
const LAST_PATIENCE: Duration = Duration::from_millis(400);

/// Counts the outcomes of requests.
#[derive(Debug)]
pub struct Meter {
    usage: store::Usage,
    batch: Mutex<Batch>,
    /// What the log is told of, if it is.
    metrics: Option<Mutex<Metrics>>,
    /// How long writing may take after one answer; meanwhile the process cannot take the next request.
    patience: Duration,
}

/// The result of writing entries.
#[derive(Debug, Default)]
struct Written {
    /// Written, for certain.
    done: Vec<Entry>,
    /// Not written, for certain.
    left: Vec<Entry>,
    /// Perhaps written.
    lost: Vec<Entry>,
    /// The first failure.
    failure: Option<dynamodb::Error>,
}

impl Meter {
    /// A meter that writes to `usage`, for at most `patience` at a time, and tells the log of metrics under `namespace`.
    pub fn new(usage: store::Usage, patience: Duration, namespace: Option<String>) -> Self {
        Self { usage, batch: Mutex::default(), metrics: namespace.map(Metrics::new).map(Mutex::new), patience }
    }

    /// Notes what became of a request with a key of `holder` at `now`, in memory: it takes no time. `is_old`: it came with
    /// a secret that has been replaced, and still works.
    pub fn record(&self, holder: Holder, outcome: Outcome, is_old: bool, now: Timestamp) {
        self.see(outcome, now);
        self.batch().record(holder, outcome, is_old, now);
    }

    /// Notes that a request at `now` was refused for `reason`, and is nobody's usage.
    pub fn turn_away(&self, reason: Kind, now: Timestamp) {
        self.see(Outcome::Refused(reason), now);
    }

    fn see(&self, outcome: Outcome, now: Timestamp) {
        if let Some(mut metrics) = self.metrics() {
            metrics.see(outcome, now);
        }
    }

    /// Writes what is due, if anything is. To be called after an answer: it makes one write after the other, on the
    /// connection that the gate has just used. Only the log is told what happens to them.
    pub async fn flush_due(&self) {
        let begun = Instant::now();
        // What is written of keys can make their sums due.
        let mut entries = self.batch().take_due();
        if !entries.is_empty() || self.metrics().is_some_and(|metrics| metrics.is_due()) {
            self.tell();
        }
        while !entries.is_empty() {
            let patience = self.patience.saturating_sub(begun.elapsed());
            let written = write(&self.usage, entries, 1, patience).await;
            if !self.settle(written) {
                return;
            }
            entries = self.batch().take_due();
        }
    }

    /// Writes everything that is left, at the end of the process. It uses connections of its own, because those that
    /// were kept may have gone stale while the process was frozen.
    pub async fn flush_all(&self) {
        self.tell();
        let usage = self.usage.anew();
        let mut tries = Tries::within(LAST_PATIENCE);
        loop {
            let entries = self.batch().take();
            if entries.is_empty() {
                return;
            }
            let written = write(&usage, entries, AT_ONCE, self.patience).await;
            // What is left was certainly refused.
            if !self.settle(written) && tries.again(dynamodb::Error::Contended).await.is_err() {
                return;
            }
        }
    }

    /// Tells the log of what was seen.
    fn tell(&self) {
        if let Some(line) = self.metrics().and_then(|mut metrics| metrics.tell()) {
            log::line(&line);
        }
    }

    /// Adds what was written to the sums, keeps the entries that are left, and logs that once. Returns whether all were
    /// written.
    fn settle(&self, written: Written) -> bool {
        let kept = requests(&written.left);
        let mut batch = self.batch();
        batch.sum(written.done);
        batch.keep(written.left);
        if written.failure.is_some() {
            batch.rest();
        }
        let lost = requests(&written.lost).saturating_add(batch.turned_away());
        drop(batch);
        let Some(cause) = written.failure else {
            if lost > 0 {
                tracing::warn!(lost, "the usage of some requests found no place: too many keys are in use at once");
            }
            return true;
        };
        tracing::warn!(
            kept,
            lost,
            sums_lost = written.lost.iter().filter(|entry| entry.account.is_sum()).count(),
            "the usage of some requests could not be written: `kept` is tried again, `lost` is not: {cause}"
        );

        false
    }

    fn metrics(&self) -> Option<MutexGuard<'_, Metrics>> {
        self.metrics.as_ref().map(|metrics| metrics.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn batch(&self) -> MutexGuard<'_, Batch> {
        // No update leaves it half done.
        self.batch.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many requests with keys `entries` are about.
fn requests(entries: &[Entry]) -> i64 {
    let of_keys = entries.iter().filter(|entry| !entry.account.is_sum());

    of_keys.fold(0, |all, entry| all.saturating_add(entry.requests()))
}

/// Writes `entries`, `at_once` at a time. After a failure, or when `patience` is over, no further write begins.
async fn write(usage: &store::Usage, entries: Vec<Entry>, at_once: usize, patience: Duration) -> Written {
    let begun = Instant::now();
    let mut waiting = entries.into_iter();
    let mut under_way = JoinSet::new();
    let mut written = Written::default();
    loop {
        while under_way.len() < at_once && written.failure.is_none() && begun.elapsed() < patience {
            let Some(entry) = waiting.next() else { break };
            let usage = usage.clone();
            under_way.spawn(async move {
                let outcome = usage.add(&entry).await;
                (entry, outcome)
            });
        }
        match under_way.join_next().await {
            None => break,
            Some(Ok((entry, Ok(())))) => written.done.push(entry),
            Some(Ok((entry, Err(error)))) => {
                let place = if error.is_refusal() { &mut written.left } else { &mut written.lost };
                place.push(entry);
                written.failure.get_or_insert(error);
            }
            Some(Err(error)) => drop(written.failure.get_or_insert(dynamodb::Error::Fault(error.to_string()))),
        }
    }
    written.left.extend(waiting);

    written
}
