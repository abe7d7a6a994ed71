//! Webhooks: events to the addresses that organizations have named, each webhook with a queue of its own.
//!
//! A webhook that takes nothing is tried once a run and no more, after all others, so that it holds up nobody. What it has not
//! taken is tried again with growing waits; after the last one it is a dead letter, and the webhook is disabled.

mod post;

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use shared::environment::clock;
use shared::http::schedule::Run;
use shared::management::webhooks::disable;
use shared::registry::webhook::{Attempt, Webhook, Why, signatures};
use shared::store::{Courier, Fate, Parcel};
use shared::{App, Result};
use tokio::task::JoinSet;
use tokio::time::Instant;
use vault::Vault;

use self::post::{Failure, Post};
use crate::waits::fate;

/// How many webhooks are served side by side.
const AT_ONCE: usize = 64;

/// How many parcels are read at once.
const PAGE: i32 = 10;

/// Until when sending may begin, and until when it must have ended: the function's time is 30 seconds.
const BEGINS: Duration = Duration::from_secs(12);
const ENDS: Duration = Duration::from_secs(25);

/// How long a webhook has to answer.
const ANSWER: Duration = Duration::from_secs(15);

/// Sends what is due.
#[derive(Debug)]
pub(crate) struct Webhooks {
    app: &'static App,
    vault: Vault,
    post: Post,
}

/// What a run has done.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Done {
    /// How many events webhooks have taken.
    delivered: usize,
    /// How many are tried again later.
    postponed: usize,
    /// How many are not tried any more.
    dead: usize,
}

/// The time of a run.
#[derive(Clone, Copy, Debug)]
struct Time {
    now: Timestamp,
    since: Instant,
}

impl Time {
    fn is_over(&self) -> bool {
        self.since.elapsed() >= BEGINS
    }

    /// What it is by the platform's clock.
    fn by_the_clock(&self) -> Timestamp {
        let elapsed = SignedDuration::try_from(self.since.elapsed()).unwrap_or_default();

        self.now.saturating_add(elapsed).unwrap_or(self.now)
    }

    /// How long an attempt that begins now may take.
    fn patience(&self) -> Duration {
        ENDS.saturating_sub(self.since.elapsed()).min(ANSWER)
    }
}

impl Webhooks {
    pub(crate) fn new(app: &'static App, vault: Vault) -> Self {
        let post = Post::new(vault.test_hosts.clone());

        Self { app, vault, post }
    }

    /// Sends what is due, until all is or the time is over.
    pub(crate) async fn run(&'static self, run: Run) -> Result<Done> {
        let time = Time { now: run.now, since: Instant::now() };
        let mut done = Done::default();
        let mut couriers = Vec::new();
        let mut start = None;
        loop {
            let (page, next) = self.app.outbox.couriers(start).await?;
            for courier in page {
                match courier {
                    Ok(courier) => couriers.push(courier),
                    Err(error) => tracing::error!("a webhook's queue cannot be served: {error}"),
                }
            }
            let Some(next) = next else { break };
            start = Some(next);
        }
        couriers.sort_by_key(|courier| courier.is_failing);
        let mut ended = Ok(());
        let mut under_way = JoinSet::new();
        let mut waiting = couriers.into_iter();
        loop {
            while under_way.len() < AT_ONCE && !time.is_over() {
                let Some(courier) = waiting.next() else { break };
                under_way.spawn(self.serve(courier, time));
            }
            match under_way.join_next().await {
                None => break,
                Some(Ok(Ok(part))) => done.add(&part),
                // The others are served all the same.
                Some(Ok(Err(error))) => ended = ended.and(Err(error)),
                Some(Err(error)) => ended = ended.and(Err(shared::Error::failed(error))),
            }
        }

        ended.map(|()| done)
    }

    /// Sends what is due to the webhook of `courier`, in order, until it does not take something.
    async fn serve(&self, courier: Courier, time: Time) -> Result<Done> {
        let mut done = Done::default();
        let webhooks = self.app.keys.webhooks(&courier.org).await?.value;
        let webhook = webhooks.into_iter().find(|webhook| webhook.id == courier.webhook);
        let webhook = match webhook.ok_or(Why::Asked).and_then(|webhook| webhook.disabled.map_or(Ok(webhook), Err)) {
            Ok(webhook) => webhook,
            Err(Why::Failing) => {
                self.bury(&courier, time, &mut done).await?;
                return Ok(done);
            }
            // Nobody wants what is on its way there.
            Err(Why::Asked | Why::Gone) => {
                self.app.outbox.parcels_dropped(&courier).await?;
                return Ok(done);
            }
        };
        let mut last = None;
        'queue: while !time.is_over() {
            let (due, is_rest) = self.app.outbox.parcels(&courier, time.now, PAGE).await?;
            if due.is_empty() {
                if !is_rest {
                    self.app.outbox.courier_done(&courier).await?;
                }
                break;
            }
            for parcel in due {
                if time.is_over() {
                    break 'queue;
                }
                let sent = self.send(&courier, &webhook, &parcel, time).await?;
                last = Some(attempt(&sent, time));
                let Err(failure) = sent else {
                    self.app.outbox.parcel_taken(&parcel).await?;
                    done.delivered = done.delivered.saturating_add(1);
                    continue;
                };
                self.failed(&courier, &parcel, failure, time, &mut done).await?;
                break 'queue;
            }
        }
        if let Some(last) = last {
            let is_failing = !last.taken;
            self.app.keys.put_attempt(&courier.org, &courier.webhook, &last, time.now).await?;
            if is_failing != courier.is_failing {
                self.app.outbox.courier_noted(&courier, is_failing).await?;
            }
        }

        Ok(done)
    }

    async fn send(
        &self,
        courier: &Courier,
        webhook: &Webhook,
        parcel: &Parcel,
        time: Time,
    ) -> Result<std::result::Result<(), Failure>> {
        let master = self.vault.master().await?;
        let body = post::body(&parcel.event)?;
        let at = time.by_the_clock();
        let signed = signatures(master, &courier.org, webhook, &parcel.id, at, &body);

        Ok(self.post.send(&webhook.url, &parcel.id, at, &signed, body, time.patience()).await)
    }

    /// Notes that the webhook has not taken `parcel`, and stops for this run.
    async fn failed(
        &self,
        courier: &Courier,
        parcel: &Parcel,
        failure: Failure,
        time: Time,
        done: &mut Done,
    ) -> Result<()> {
        let Courier { org, webhook, .. } = courier;
        if failure.is_gone {
            tracing::warn!(org.id = %org, webhook.id = %webhook, "a webhook is gone, and disabled");
            disable(self.app, org, webhook, Why::Gone, time.now).await?;
            return Ok(self.app.outbox.parcels_dropped(courier).await?);
        }
        let attempts = parcel.attempts.saturating_add(1);
        match fate(attempts, time.now) {
            Fate::Again(due) => {
                let due = failure.not_before(time.now).map_or(due, |asked| asked.max(due));
                tracing::warn!(
                    event.id = parcel.id, org.id = %org, webhook.id = %webhook, attempts, %due,
                    "a webhook has not taken an event: {}", failure.outcome
                );
                done.postponed = done.postponed.saturating_add(1);
                Ok(self.app.outbox.parcel_moved(courier, parcel, Fate::Again(due), &mut self.app.keys.tries()).await?)
            }
            Fate::Dead(_) => {
                disable(self.app, org, webhook, Why::Failing, time.now).await?;
                self.bury(courier, time, done).await
            }
        }
    }

    /// Makes dead letters of everything that the webhook of `courier` has not taken.
    async fn bury(&self, courier: &Courier, time: Time, done: &mut Done) -> Result<()> {
        loop {
            let (parcels, is_rest) = self.app.outbox.parcels(courier, Timestamp::MAX, PAGE).await?;
            for parcel in &parcels {
                if time.is_over() {
                    return Ok(());
                }
                // Before it is moved: the alarm counts this line, and a run may be cut short here.
                tracing::error!(
                    event.id = parcel.id, org.id = %courier.org, webhook.id = %courier.webhook, attempts = parcel.attempts,
                    "a dead letter: a webhook has not taken an event, and it is not tried again"
                );
                let fate = Fate::Dead(time.now);
                self.app.outbox.parcel_moved(courier, parcel, fate, &mut self.app.keys.tries()).await?;
                done.dead = done.dead.saturating_add(1);
            }
            if !is_rest {
                return Ok(self.app.outbox.courier_done(courier).await?);
            }
        }
    }
}

impl Done {
    const fn add(&mut self, part: &Self) {
        self.delivered = self.delivered.saturating_add(part.delivered);
        self.postponed = self.postponed.saturating_add(part.postponed);
        self.dead = self.dead.saturating_add(part.dead);
    }
}

fn attempt(sent: &std::result::Result<(), Failure>, time: Time) -> Attempt {
    let outcome = sent.as_ref().err().map_or("taken", |failure| &failure.outcome);

    Attempt { at: clock::seconds(time.by_the_clock()), taken: sent.is_ok(), outcome: outcome.to_owned() }
}

/// The ids among `names` that are of webhooks.
pub(crate) fn named<'a>(names: impl Iterator<Item = &'a String>) -> BTreeSet<shared::registry::webhook::Id> {
    let ids = names.filter_map(|name| name.strip_prefix(shared::store::WEBHOOK));

    ids.filter_map(|id| shared::registry::webhook::Id::try_from(id.to_owned()).ok()).collect()
}
