//! Webhooks: events to the addresses that organizations have named, each webhook with a queue of its own.
//!
//! A webhook that takes nothing, or long for an answer, is tried once a run and no more, and for the next half hour at least
//! after all others, so that it holds up nobody. What it has not taken is tried again with growing waits; after the last one
//! it is a dead letter, and the webhook is disabled if it has taken nothing else.

mod bounded;
mod message;
mod post;
mod round;

use std::collections::BTreeSet;
use std::time::Duration;

use serde::Serialize;
use shared::http::schedule::{Clock, Run};
use shared::registry::webhook::Id;
use shared::store::{Courier, WEBHOOK};
use shared::{App, Error, Result};
use tokio::task::JoinSet;
use vault::Vault;

use self::post::Post;
use self::round::Round;

/// How many webhooks are served side by side.
const AT_ONCE: usize = 64;

/// How long a webhook has to answer.
const ANSWER: Duration = Duration::from_secs(15);

/// Until when sending may begin: what has begun then has its time to answer, and the function's 30 seconds are not over.
const BEGINS: Duration = Duration::from_secs(10);

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

impl Webhooks {
    pub(crate) fn new(app: &'static App, vault: Vault) -> Self {
        let post = Post::new(vault.test_hosts.clone());

        Self { app, vault, post }
    }

    /// Sends what is due, until all is or the time is over.
    pub(crate) async fn run(&'static self, run: Run) -> Result<Done> {
        let clock = run.clock;
        let mut waiting = in_turn(self.couriers().await?, &run).into_iter();
        let mut done = Done::default();
        let mut ended = Ok(());
        let mut under_way = JoinSet::new();
        loop {
            while under_way.len() < AT_ONCE && !is_over(clock) {
                let Some(courier) = waiting.next() else { break };
                under_way.spawn(Round::new(self, courier, clock).run());
            }
            match under_way.join_next().await {
                None => break,
                Some(Ok(Ok(part))) => done.add(&part),
                // The others are served all the same.
                Some(Ok(Err(error))) => ended = ended.and(Err(error)),
                Some(Err(error)) => ended = ended.and(Err(Error::failed(error))),
            }
        }

        ended.map(|()| done)
    }

    async fn couriers(&self) -> Result<Vec<Courier>> {
        let mut couriers = Vec::new();
        let mut start = None;
        loop {
            let page = self.app.outbox.couriers(start).await?;
            for error in &page.unreadable {
                tracing::error!("the queue of a webhook cannot be served: {error}");
            }
            couriers.extend(page.found);
            start = page.next;
            if start.is_none() {
                return Ok(couriers);
            }
        }
    }
}

/// Whether no more is begun to be sent.
fn is_over(clock: Clock) -> bool {
    clock.elapsed() >= BEGINS
}

/// `couriers` in the order in which `run` serves them: those that were late last. Where there are more than are served at once,
/// each minute begins with others, so that each has its turn however slow they all are.
fn in_turn(mut couriers: Vec<Courier>, run: &Run) -> Vec<Courier> {
    let minute = usize::try_from(run.now.as_second().div_euclid(60)).unwrap_or_default();
    let first = minute.saturating_mul(AT_ONCE).checked_rem(couriers.len()).unwrap_or_default();
    couriers.rotate_left(first);
    couriers.sort_by_key(|courier| courier.is_late(run.now));

    couriers
}

impl Done {
    const fn add(&mut self, part: &Self) {
        self.delivered = self.delivered.saturating_add(part.delivered);
        self.postponed = self.postponed.saturating_add(part.postponed);
        self.dead = self.dead.saturating_add(part.dead);
    }
}

/// The ids among `names` that are of webhooks.
pub(crate) fn named<'a>(names: impl Iterator<Item = &'a String>) -> BTreeSet<Id> {
    let ids = names.filter_map(|name| name.strip_prefix(WEBHOOK));

    ids.filter_map(|id| Id::try_from(id.to_owned()).ok()).collect()
}
