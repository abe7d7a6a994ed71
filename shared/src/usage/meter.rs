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
    /// How long writing may take after one answer; meanwhile the process cannot take the next request.
    patience: Duration,
}

/// The result of writing entries.
#[derive(Debug, Default)]
struct Written {
    /// Not written, for certain.
    left: Vec<Entry>,
    /// Requests that may or may not have been written.
    lost: i64,
    /// The first failure.
    failure: Option<dynamodb::Error>,
}

impl Meter {
    /// A meter that writes to `usage`, for at most `patience` at a time.
    pub fn new(usage: store::Usage, patience: Duration) -> Self {
        Self { usage, batch: Mutex::default(), patience }
    }

    /// Notes what became of a request with a key of `holder` at `now`, in memory: it takes no time. `is_old`: it came with
    /// a secret that has been replaced, and still works.
    pub fn record(&self, holder: Holder, outcome: Outcome, is_old: bool, now: Timestamp) {
        self.batch().record(holder, outcome, is_old, now);
    }

    /// Writes what is due, if anything is. To be called after an answer: it makes one write after the other, on the
    /// connection that the gate has just used. Only the log is told what happens to them.
    pub async fn flush_due(&self) {
        let entries = self.batch().take_due();
        if !entries.is_empty() {
            let written = write(&self.usage, entries, 1, self.patience).await;
            self.settle(written);
        }
    }

    /// Writes everything that is left, at the end of the process. It uses connections of its own, because those that
    /// were kept may have gone stale while the process was frozen.
    pub async fn flush_all(&self) {
        let mut entries = self.batch().take();
        let usage = self.usage.anew();
        let mut tries = Tries::within(LAST_PATIENCE);
        while !entries.is_empty() {
            let mut written = write(&usage, entries, AT_ONCE, self.patience).await;
            entries = std::mem::take(&mut written.left);
            self.settle(written);
            // Entries that are left were certainly refused.
            if entries.is_empty() || tries.again(dynamodb::Error::Contended).await.is_err() {
                return;
            }
        }
    }

    /// Keeps the entries that are left, and logs that once.
    fn settle(&self, written: Written) {
        let kept = written.left.iter().fold(0, |all: i64, entry| all.saturating_add(entry.requests()));
        let mut batch = self.batch();
        batch.keep(written.left);
        let lost = written.lost.saturating_add(batch.turned_away());
        drop(batch);
        if let Some(cause) = written.failure {
            tracing::warn!(
                kept,
                lost,
                "the usage of some requests could not be written: `kept` is tried again, `lost` is not: {cause}"
            );
        }
    }

    fn batch(&self) -> MutexGuard<'_, Batch> {
        // No update leaves it half done.
        self.batch.lock().unwrap_or_else(PoisonError::into_inner)
    }
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
            Some(Ok((_, Ok(())))) => (),
            Some(Ok((entry, Err(error)))) => {
                if error.is_refusal() {
                    written.left.push(entry);
                } else {
                    written.lost = written.lost.saturating_add(entry.requests());
                }
                written.failure.get_or_insert(error);
            }
            Some(Err(error)) => drop(written.failure.get_or_insert(dynamodb::Error::Fault(error.to_string()))),
        }
    }
    written.left.extend(waiting);

    written
}
