//! One webhook's turn: what is due in its queue is sent, in order, until it does not take something.
//!
//! Somebody may change, rotate or remove the webhook at any moment: it is read again before each event.

use std::ops::ControlFlow;

use jiff::{SignedDuration, Timestamp};
use shared::Result;
use shared::environment::clock;
use shared::http::schedule::Clock;
use shared::management::webhooks::disable;
use shared::registry::webhook::{Attempt, Tried, Webhook, Why, signatures};
use shared::store::{Courier, Fate, Outbox, Page, Parcel, Pause, Start};
use tokio::time::Instant;

use super::message;
use super::post::Failure;
use super::{ANSWER, Done, Webhooks, is_over};
use crate::waits::fate_since;

/// How many parcels are read at once, and dropped.
const PAGE: i32 = 10;

/// An answer that takes longer makes a webhook wait until the others were served.
const LONG: std::time::Duration = std::time::Duration::from_secs(5);

/// How long a webhook that goes on to be late is not noted again.
const NOTED: SignedDuration = SignedDuration::from_mins(30);

/// The turn of one webhook.
#[derive(Debug)]
pub(super) struct Round<'a> {
    webhooks: &'a Webhooks,
    courier: Courier,
    clock: Clock,
    done: Done,
    /// The last attempt of this turn, and whether it was late.
    last: Option<(Tried, bool)>,
    /// How long it wants to be left alone, if it has said so in this turn.
    paused: Option<Pause>,
}

/// Whether to go on with what comes next in the queue; if not, whether nothing is left in it.
type Goes = ControlFlow<bool>;

const STOP: Goes = ControlFlow::Break(false);

impl<'a> Round<'a> {
    pub(super) fn new(webhooks: &'a Webhooks, courier: Courier, clock: Clock) -> Self {
        Self { webhooks, courier, clock, done: Done::default(), last: None, paused: None }
    }

    /// Works the queue off.
    pub(super) async fn run(mut self) -> Result<Done> {
        let worked_off = self.work_off().await;
        // What was tried is noted, also where the turn has ended with an error.
        if let Some((tried, is_late)) = self.last.take() {
            let now = self.clock.now();
            let Courier { org, webhook, late, .. } = &self.courier;
            let has_taken = self.done.delivered > 0;
            self.webhooks.app.keys.put_attempt(org, webhook, &tried, has_taken, now).await?;
            let is_noted = late.is_some_and(|late| now.duration_since(late) < NOTED);
            let is_news = if is_late { !is_noted } else { late.is_some() };
            if is_news || self.paused.is_some() {
                (self.courier.late, self.courier.paused) = (is_late.then_some(now), self.paused.take());
                self.outbox().courier_noted(&self.courier).await?;
            }
        }
        let is_empty = worked_off?;
        // One that was late is remembered for a while.
        if is_empty && !self.courier.is_late(self.clock.now()) {
            self.outbox().courier_done(&self.courier).await?;
        }

        Ok(self.done)
    }

    const fn outbox(&self) -> &Outbox {
        &self.webhooks.app.outbox
    }

    async fn page(&self, start: Option<Start>) -> Result<Page<Parcel>> {
        let page = self.outbox().parcels(&self.courier, PAGE, start).await?;
        for error in &page.unreadable {
            tracing::error!("an event cannot be sent to a webhook, and stays where it is: {error}");
        }

        Ok(page)
    }

    /// Sends what is due. Returns whether nothing is left.
    async fn work_off(&mut self) -> Result<bool> {
        let (mut start, mut is_empty) = (None, true);
        loop {
            let page = self.page(start).await?;
            is_empty &= page.unreadable.is_empty();
            for parcel in &page.found {
                if let ControlFlow::Break(is_empty) = self.hand_over(parcel).await? {
                    return Ok(is_empty);
                }
            }
            let Some(next) = page.next else { return Ok(is_empty) };
            start = Some(next);
        }
    }

    /// Sends `parcel` if it is due, to the webhook as it is now.
    async fn hand_over(&mut self, parcel: &Parcel) -> Result<Goes> {
        loop {
            if is_over(self.clock) {
                return Ok(STOP);
            }
            let asked = self.clock.now();
            let webhook = match self.webhook().await? {
                Ok(webhook) => webhook,
                Err(why) => return self.clear(why, asked, "the webhook is disabled").await,
            };
            let is_paused = self.courier.paused.as_ref().is_some_and(|pause| pause.holds(&webhook.url, asked));
            if is_paused || parcel.due > asked {
                return Ok(STOP);
            }
            let begun = Instant::now();
            let sent = self.send(&webhook, parcel).await?;
            let is_long = begun.elapsed() >= LONG;
            self.last = Some((self.tried(&webhook, &sent), sent.is_err() || is_long));
            let Err(failure) = sent else {
                let is_out = self.outbox().parcel_taken(parcel).await?;
                self.done.delivered = self.done.delivered.saturating_add(1);
                // Where it is now, if another run has moved it, this one does not know.
                return Ok(if is_long || !is_out { STOP } else { ControlFlow::Continue(()) });
            };
            if let Some(goes) = self.failed(&webhook, parcel, failure).await? {
                return Ok(goes);
            }
        }
    }

    /// The webhook, or why nothing is sent to it.
    async fn webhook(&self) -> Result<std::result::Result<Webhook, Why>> {
        let Courier { org, webhook, .. } = &self.courier;
        let webhooks = self.webhooks.app.keys.webhooks(org).await?.value;
        let found = webhooks.into_iter().find(|found| found.id == *webhook).ok_or(Why::Asked);

        Ok(found.and_then(|webhook| webhook.disabled.map_or(Ok(webhook), Err)))
    }

    async fn send(&self, webhook: &Webhook, parcel: &Parcel) -> Result<std::result::Result<(), Failure>> {
        let Webhooks { vault, post, .. } = self.webhooks;
        let master = vault.master().await?;
        let body = message::body(&parcel.event)?;
        let at = self.clock.now();
        let signed = signatures(master, &self.courier.org, webhook, &parcel.id, at, &body);

        Ok(post.send(&webhook.url, &parcel.id, at, &signed, body, ANSWER).await)
    }

    fn tried(&self, webhook: &Webhook, sent: &std::result::Result<(), Failure>) -> Tried {
        let outcome = sent.as_ref().err().map_or("taken", |failure| &failure.outcome);
        let at = clock::seconds(self.clock.now());
        let attempt = Attempt { at, taken: sent.is_ok(), outcome: outcome.to_owned() };

        Tried { url: Some(webhook.url.clone()), attempt }
    }

    /// Notes that `webhook` has not taken `parcel`. `None`: what was tried is not the webhook any more, so that it does not count.
    async fn failed(&mut self, webhook: &Webhook, parcel: &Parcel, failure: Failure) -> Result<Option<Goes>> {
        let Courier { org, webhook: id, .. } = &self.courier;
        let now = self.clock.now();
        let attempts = parcel.attempts.saturating_add(1);
        let why = match fate_since(parcel.since, attempts, now) {
            _ if failure.is_gone => Why::Gone,
            Fate::Dead(_) if self.has_taken_since(parcel.since).await? => {
                // It takes other things: this one alone is not sent again.
                self.bury(parcel, &failure.outcome).await?;
                return Ok(Some(STOP));
            }
            Fate::Dead(_) => Why::Failing,
            Fate::Again(due) => {
                let asked = failure.not_before(now);
                self.paused = asked.map(|until| Pause { until, url: Some(webhook.url.to_string()) });
                let due = asked.map_or(due, |asked| asked.max(due));
                tracing::warn!(
                    event.id = parcel.id, org.id = %org, webhook.id = %id, attempts, %due,
                    "a webhook has not taken an event: {}", failure.outcome
                );
                self.moved(parcel, Fate::Again(due)).await?;
                self.done.postponed = self.done.postponed.saturating_add(1);
                return Ok(Some(STOP));
            }
        };
        if !disable(self.webhooks.app, org, webhook, why, now).await? {
            return Ok(None);
        }
        tracing::warn!(org.id = %org, webhook.id = %id, "a webhook is disabled: {}", failure.outcome);

        self.clear(why, now, &failure.outcome).await.map(Some)
    }

    async fn has_taken_since(&self, at: Timestamp) -> Result<bool> {
        let Courier { org, webhook, .. } = &self.courier;

        Ok(self.done.delivered > 0 || self.webhooks.app.keys.has_taken_since(org, webhook, at).await?)
    }

    async fn moved(&self, parcel: &Parcel, fate: Fate) -> Result<()> {
        let mut tries = self.webhooks.app.keys.tries();

        Ok(self.outbox().parcel_moved(&self.courier, parcel, fate, &mut tries).await?)
    }

    /// Empties the queue of a webhook that nothing is sent to, because of `why`: of what has happened before `now`, when it was
    /// so. It may be switched on again by now, and what has happened since is for it. `outcome`: what the log is told of it.
    async fn clear(&mut self, why: Why, now: Timestamp, outcome: &str) -> Result<Goes> {
        let (mut start, mut is_empty) = (None, true);
        loop {
            let page = self.page(start).await?;
            let (before, since): (Vec<_>, Vec<_>) = page.found.iter().partition(|parcel| parcel.at <= now);
            is_empty &= page.unreadable.is_empty() && since.is_empty();
            match why {
                // Nobody wants it.
                Why::Asked | Why::Gone => self.outbox().parcels_dropped(&before).await?,
                Why::Failing => {
                    for parcel in before {
                        if is_over(self.clock) {
                            return Ok(STOP);
                        }
                        self.bury(parcel, outcome).await?;
                    }
                }
            }
            let Some(next) = page.next else { return Ok(ControlFlow::Break(is_empty)) };
            start = Some(next);
        }
    }

    /// Makes a dead letter of `parcel`, because of `outcome`.
    async fn bury(&mut self, parcel: &Parcel, outcome: &str) -> Result<()> {
        let Courier { org, webhook, .. } = &self.courier;
        // Before it is moved: the alarm counts this line, and a run may be cut short here.
        tracing::error!(
            event.id = parcel.id, org.id = %org, webhook.id = %webhook, attempts = parcel.attempts,
            "a dead letter: a webhook has not taken an event, and it is not tried again: {outcome}"
        );
        let now = self.clock.now();
        self.webhooks.app.keys.put_dead_letter(org, webhook, now).await?;
        self.moved(parcel, Fate::Dead(now)).await?;
        self.done.dead = self.done.dead.saturating_add(1);

        Ok(())
    }
}
