//! One run: what is due goes out, in the order of its organization where it is tried for the first time.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use dynamodb::Tries;
use serde::Serialize;
use shared::Result;
use shared::http::schedule::Run;
use shared::registry::event::Head;
use shared::registry::slug::Slug;
use shared::registry::webhook::{Id, Webhook};
use shared::store::{Fate, Keys, Letter, Outbox, Pile, WEBHOOK};

use crate::bus::Bus;
use crate::topic::Topic;
use crate::waits::fate;
use crate::{webhooks, words};

/// How many letters are read at once.
const PAGE: i32 = 100;

/// Hands on what is in the outbox.
#[derive(Debug)]
pub(crate) struct Deliverer {
    pub(crate) outbox: Outbox,
    /// Which webhooks an organization has.
    pub(crate) keys: Keys,
    pub(crate) bus: Bus,
    /// The topic for people, if there is one.
    pub(crate) topic: Option<Topic>,
    /// Where the portal's pages are, as far as alerts are shown there and it is known.
    pub(crate) portal: Option<String>,
}

/// What a run has done.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Done {
    /// How many events everybody has.
    delivered: usize,
    /// How many are tried again later.
    postponed: usize,
    /// How many are not tried any more.
    dead: usize,
    #[serde(skip)]
    buried: Vec<Head>,
    /// The webhooks of organizations, as they were when this page first asked.
    #[serde(skip)]
    webhooks: HashMap<Slug, Vec<Webhook>>,
}

/// Why a letter was not taken, by the names of those who have not taken it.
type Left = BTreeMap<String, String>;

impl Deliverer {
    /// Hands on what is due, until all is done or the time of `run` is over: the next run finds what is left.
    pub(crate) async fn run(&'static self, mut run: Run) -> Result<Done> {
        let mut done = Done::default();
        // An event that fails holds up nothing: those that nobody was asked about yet come first.
        let mut ended = Ok(());
        for pile in [Pile::New(None), Pile::Due(run.now)] {
            if ended.is_ok() {
                ended = self.work_off(pile, &mut run, &mut done).await;
            }
        }
        // Also of those that a run has buried before it failed.
        self.announce(&done.buried).await;

        ended.map(|()| done)
    }

    /// Hands on what is in `pile`, in rounds: of an organization with more than a page, the others come in between.
    async fn work_off(&self, first: Pile, run: &mut Run, done: &mut Done) -> Result<()> {
        let (mut pile, mut start, mut is_rest) = (first.clone(), None, false);
        loop {
            if is_over(&pile, run) {
                tracing::warn!("there is more to hand on than fits into one run: the next one goes on");
                return Ok(());
            }
            let page = self.outbox.letters(&pile, PAGE, start).await?;
            // What is in this page was written before: a webhook that was made before that must be among them.
            done.webhooks.clear();
            for error in &page.unreadable {
                tracing::error!("an event cannot be handed on, and stays where it is: {error}");
            }
            let mut gone = 0_usize;
            for letters in page.found.chunks(Bus::AT_ONCE) {
                if !is_over(&pile, run) {
                    gone = gone.saturating_add(self.hand_on(letters, run, done).await?);
                }
            }
            start = page.next;
            if start.is_some()
                && let Some(only) = only_organization(&page.found)
            {
                // Where nothing has left its place, another round finds the same.
                (pile, start, is_rest) = (Pile::New(Some(only.clone())), None, is_rest || gone > 0);
            } else if start.is_none() {
                if !is_rest {
                    return Ok(());
                }
                (pile, is_rest) = (first.clone(), false);
            }
        }
    }

    /// Hands `letters` on to all who are to have them, and notes what became of each. Returns how many have left their place.
    async fn hand_on(&self, letters: &[Letter], run: &mut Run, done: &mut Done) -> Result<usize> {
        // Asked first: nothing is told of an event that cannot be handed on to all.
        let mut addressed = Vec::new();
        for letter in letters {
            match self.webhooks_for(letter, done).await {
                Ok(webhooks) => addressed.push((letter, webhooks)),
                Err(dynamodb::Error::Fault(what)) => {
                    let Head { id, organization, .. } = &letter.head;
                    tracing::error!(
                        event.id = %id, org.id = %organization,
                        "an event cannot be handed on, and stays where it is: {what}"
                    );
                }
                Err(error) => return Err(error.into()),
            }
        }
        let gone = addressed.len();
        let for_bus = addressed.iter().map(|(letter, _)| *letter).filter(|letter| is_for(letter, Bus::NAME, true));
        let mut refused = self.bus.put(&for_bus.collect::<Vec<_>>(), &run.tries).await;
        let (mut taken, mut others) = (Vec::new(), Vec::new());
        for (letter, webhooks) in addressed {
            let mut left = Left::new();
            left.extend(refused.remove(letter.head.id.as_str()).map(|why| (Bus::NAME.to_owned(), why)));
            left.extend(self.told(letter, &run.tries).await.err().map(|why| (Topic::NAME.to_owned(), why)));
            left.extend(unknown(letter));
            if left.is_empty() && webhooks.is_empty() {
                taken.push(letter);
            } else {
                others.push((letter, left, webhooks));
            }
        }
        self.outbox.delivered(&taken).await?;
        done.delivered = done.delivered.saturating_add(taken.len());
        for (letter, left, webhooks) in others {
            if left.is_empty() {
                self.outbox.forwarded(letter, &webhooks, None, run.now, &mut run.tries.beside()).await?;
                done.delivered = done.delivered.saturating_add(1);
            } else {
                self.put_aside(letter, &left, &webhooks, run, done).await?;
            }
        }

        Ok(gone)
    }

    /// The webhooks that `letter` is to go to: where nobody was asked yet, those of its organization that want it.
    async fn webhooks_for(&self, letter: &Letter, done: &mut Done) -> dynamodb::Result<BTreeSet<Id>> {
        if let Some(left) = &letter.left {
            return Ok(webhooks::named(left.iter()));
        }
        let Head { organization, .. } = &letter.head;
        if !done.webhooks.contains_key(organization) {
            let webhooks = self.keys.webhooks(organization).await?.value;
            done.webhooks.insert(organization.clone(), webhooks);
        }
        let webhooks = done.webhooks.get(organization).map(Vec::as_slice).unwrap_or_default();

        Ok(webhooks.iter().filter(|webhook| webhook.gets(&letter.head)).map(|webhook| webhook.id.clone()).collect())
    }

    /// Tells people, if they are to be told. A topic that does not answer would take longer, for ten letters, than there is:
    /// what comes too late is tried again, so that what the bus has taken does not stay for the next run.
    async fn told(&self, letter: &Letter, tries: &Tries) -> std::result::Result<(), String> {
        let is_for_people = is_for(letter, Topic::NAME, words::concerns_people(&letter.head));
        let Some(topic) = self.topic.as_ref().filter(|_| is_for_people) else { return Ok(()) };
        if tries.are_over() {
            return Err("the time of the run was over".to_owned());
        }

        topic.publish(&words::about(&letter.head, &letter.event, self.portal.as_deref())).await
    }

    /// Puts `letter` where it waits for its next attempt, or where it stays if there is none.
    async fn put_aside(
        &self,
        letter: &Letter,
        left: &Left,
        webhooks: &BTreeSet<Id>,
        run: &mut Run,
        done: &mut Done,
    ) -> Result<()> {
        let attempts = letter.attempts.saturating_add(1);
        let names: BTreeSet<_> = left.keys().cloned().collect();
        let fate = fate(attempts, run.now);
        let Head { id, organization, kind, .. } = &letter.head;
        let why = format!("{left:?}");
        match fate {
            Fate::Again(due) => {
                tracing::warn!(
                    event.id = %id, org.id = %organization, kind, attempts, %due,
                    "an event was not taken, and is tried again: {why}"
                );
                done.postponed = done.postponed.saturating_add(1);
            }
            // Before it is moved: the alarm counts this line, and a run may be cut short here.
            Fate::Dead(_) => {
                tracing::error!(
                    event.id = %id, org.id = %organization, kind, attempts,
                    "a dead letter: an event was not taken, and is not tried again: {why}"
                );
                done.dead = done.dead.saturating_add(1);
                done.buried.push(letter.head.clone());
            }
        }

        // A failure here leaves it where it is.
        let mut tries = run.tries.beside();
        if webhooks.is_empty() {
            return Ok(self.outbox.moved(letter, &names, fate, &mut tries).await?);
        }

        let left = Some((&names, fate));
        Ok(self.outbox.forwarded(letter, webhooks, left, run.now, &mut tries).await.map(drop)?)
    }

    /// Tells people of dead letters: one message a run, however many there are. The alarm has counted them already.
    async fn announce(&self, buried: &[Head]) {
        let Some(topic) = self.topic.as_ref().filter(|_| !buried.is_empty()) else { return };
        if let Err(why) = topic.publish(&words::about_dead(buried)).await {
            tracing::warn!("nobody could be told of dead letters: {why}");
        }
    }
}

/// Whether the time for `pile` is over: a flood of new events leaves some to those that are tried again.
fn is_over(pile: &Pile, run: &Run) -> bool {
    match pile {
        Pile::New(_) => run.share.are_over(),
        Pile::Due(_) => run.tries.are_over(),
    }
}

/// The organization that all of `letters` are of, if they are new and there is one.
fn only_organization(letters: &[Letter]) -> Option<&Slug> {
    let first = letters.first().filter(|letter| letter.left.is_none())?;
    let organization = &first.head.organization;

    letters.iter().all(|letter| letter.head.organization == *organization).then_some(organization)
}

/// Whether `letter` is to go to the one called `name`, which is to have it the first time if `at_first`.
fn is_for(letter: &Letter, name: &str, at_first: bool) -> bool {
    letter.left.as_ref().map_or(at_first, |left| left.contains(name))
}

/// Those in `letter` whom only another version of this function knows. They are not forgotten.
fn unknown(letter: &Letter) -> Left {
    let is_known = |name: &String| [Bus::NAME, Topic::NAME].contains(&name.as_str()) || name.starts_with(WEBHOOK);
    let left = letter.left.iter().flatten().filter(|name| !is_known(name));

    left.map(|name| (name.clone(), "this version does not know who that is".to_owned())).collect()
}
