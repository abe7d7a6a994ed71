//! The meter: notes what became of each request, and writes it when nobody waits.
//!
//! `ADD` is not idempotent. A write whose answer was lost is treated as made: usage may miss requests, and never counts
//! one twice. A write that was certainly refused is kept, and so is one that was not tried after a failure.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use dynamodb::Tries;
use jiff::Timestamp;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::batch::Batch;
use super::lookout::Lookout;
use super::metrics::Metrics;
use crate::contract::denial::Kind;
use crate::environment::log;
use crate::registry::alert::Hint;
use crate::registry::usage::{Account, Day, Entry, Outcome, Use};
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
    /// What may be worth an alert, where the contract has any.
    lookout: Option<Mutex<Lookout>>,
    /// How long writing may take after one answer; meanwhile the process cannot take the next request.
    patience: Duration,
}

/// The result of writing entries.
#[derive(Debug, Default)]
struct Written {
    /// Written, for certain, with the day as it is then, if that was asked for.
    done: Vec<(Entry, Option<Day>)>,
    /// Not written, for certain.
    left: Vec<Entry>,
    /// Perhaps written.
    lost: Vec<Entry>,
    /// The first failure.
    failure: Option<dynamodb::Error>,
}

impl Meter {
    /// A meter that writes to `usage`, for at most `patience` at a time, and tells the log of metrics under `namespace`. If
    /// it `watches`, it hints at what may be worth an alert.
    pub fn new(usage: store::Usage, patience: Duration, namespace: Option<String>, watches: bool) -> Self {
        let metrics = namespace.map(Metrics::new).map(Mutex::new);
        let lookout = watches.then(Mutex::default);

        Self { usage, batch: Mutex::default(), metrics, lookout, patience }
    }

    /// Notes what became of the request `used` at `now`, in memory: it takes no time.
    pub fn record(&self, used: Use, outcome: Outcome, now: Timestamp) {
        self.see(outcome, now);
        self.batch().record(used, outcome, now);
    }

    /// Notes that a request at `now` was refused for `reason`, and is nobody's usage.
    pub fn turn_away(&self, reason: Kind, now: Timestamp) {
        self.see(Outcome::Refused(reason), now);
    }

    /// Tells the log of metrics that are not about requests: how much of what, by name.
    pub(crate) fn note(&self, counts: BTreeMap<String, i64>, now: Timestamp) {
        if let Some(line) = self.metrics().and_then(|metrics| metrics.line(counts, now)) {
            log::line(&line);
        }
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
            let mut written = write(&self.usage, entries, 1, patience, self.lookout.is_some()).await;
            // Of what was written, also where other things could not be.
            let hints = self.look(&mut written.done);
            let settled = self.settle(written);
            for hint in hints {
                let patience = self.patience.saturating_sub(begun.elapsed());
                self.hint(&self.usage, hint, patience).await;
            }
            if !settled {
                return;
            }
            entries = self.batch().take_due();
        }
    }

    /// What is to be hinted at, of what was `written`.
    fn look(&self, written: &mut [(Entry, Option<Day>)]) -> Vec<Hint> {
        let Some(lookout) = &self.lookout else { return Vec::new() };
        let now = self.batch().latest();
        let mut lookout = lookout.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = written.iter_mut().filter_map(|(entry, day)| {
            let Account::Key(holder) = &entry.account else { return None };
            let signs = std::mem::take(&mut entry.signs);
            lookout.see(holder, day.as_ref()?, signs, now)
        });

        seen.collect()
    }

    /// Writes `hint`. If that fails, what it says is said again with the key's next usage.
    async fn hint(&self, usage: &store::Usage, hint: Hint, patience: Duration) {
        let written = tokio::time::timeout(patience, usage.hint(&hint)).await;
        let failed = match &written {
            Ok(Ok(())) => return,
            Ok(Err(error)) => error.to_string(),
            Err(_) => "there was no time left".to_owned(),
        };
        tracing::warn!("what may be worth an alert could not be noted: {failed}");
        if let Some(lookout) = &self.lookout {
            lookout.lock().unwrap_or_else(PoisonError::into_inner).take_back(hint);
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
            let mut written = write(&usage, entries, AT_ONCE, self.patience, self.lookout.is_some()).await;
            let hints = self.look(&mut written.done);
            let settled = self.settle(written);
            for hint in hints {
                self.hint(&usage, hint, LAST_PATIENCE).await;
            }
            // What is left was certainly refused.
            if !settled && tries.again(dynamodb::Error::Contended).await.is_err() {
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
        batch.sum(written.done.into_iter().map(|(entry, _)| entry).collect());
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

/// Writes `entries`, `at_once` at a time, and asks what keys' days are then, if it `watches`. After a failure, or when
/// `patience` is over, no further write begins.
async fn write(
    usage: &store::Usage,
    entries: Vec<Entry>,
    at_once: usize,
    patience: Duration,
    watches: bool,
) -> Written {
    let begun = Instant::now();
    let mut waiting = entries.into_iter();
    let mut under_way = JoinSet::new();
    let mut written = Written::default();
    loop {
        while under_way.len() < at_once && written.failure.is_none() && begun.elapsed() < patience {
            let Some(entry) = waiting.next() else { break };
            let usage = usage.clone();
            under_way.spawn(async move {
                let outcome = usage.add(&entry, watches && !entry.account.is_sum()).await;
                (entry, outcome)
            });
        }
        match under_way.join_next().await {
            None => break,
            Some(Ok((entry, Ok(day)))) => written.done.push((entry, day)),
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
