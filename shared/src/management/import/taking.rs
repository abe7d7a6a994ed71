//! Taking over keys, as many at once as a transaction holds, in the order of the request.

use std::collections::VecDeque;

use dynamodb::Tries;
use serde_json::value::RawValue;

use super::Outcome;
use super::foreign::Foreign;
use crate::contract::InForce;
use crate::contract::denial::Denial;
use crate::contract::envelope::Rendered;
use crate::contract::limit::Limits;
use crate::contract::placeholder::Told;
use crate::contract::quota::Quotas;
use crate::contract::reading::json;
use crate::contract::secret::Digest;
use crate::gate::app::App;
use crate::management::issue::full;
use crate::management::terms::{Order, Terms, movable, orderable, own_limits};
use crate::registry::author::Author;
use crate::registry::error::{Error, Result, both};
use crate::registry::key::{Id, Key, OwnLimits, SetBy};
use crate::registry::organization::Organization;
use crate::store::{Adding, Inserted, TAKEN_OVER};

/// A key that is to be taken over, and its place in the request.
struct Wanted {
    place: usize,
    order: Order,
    /// All but what the organization's plan allows it.
    key: Key,
    /// Whether it comes with its id from another stack, and is what it was there.
    is_moved: bool,
}

/// The keys of one transaction: each of another digest and id, and all of them moved, or none.
type Batch = Vec<Wanted>;

/// Keys of one request on their way.
pub(super) struct Taking<'a> {
    app: &'a App,
    org: Organization,
    /// Its plan.
    plan: InForce<'a>,
    author: &'a Author,
    tries: Tries,
    /// What became of each; `None` where that is open.
    results: Vec<Option<Outcome>>,
}

impl<'a> Taking<'a> {
    pub(super) fn new(
        app: &'a App,
        (org, plan): (Organization, InForce<'a>),
        author: &'a Author,
        tries: Tries,
        count: usize,
    ) -> Self {
        Self { app, org, plan, author, tries, results: std::iter::repeat_with(|| None).take(count).collect() }
    }

    /// Takes over all of `keys`, and says what became of each.
    pub(super) async fn all(mut self, keys: &[Box<RawValue>]) -> Result<Vec<Outcome>> {
        let mut wanted = Vec::with_capacity(keys.len());
        for (place, key) in keys.iter().enumerate() {
            match self.read(place, key) {
                Ok(one) => wanted.push(one),
                Err(error) => self.refuse(place, error)?,
            }
        }
        let mut batches = batches(wanted);
        while let Some(batch) = batches.pop_front() {
            if self.tries.are_over() {
                break;
            }
            match self.batch(batch).await {
                // What is left of it comes first.
                Ok(left) => {
                    let left = left.into_iter().filter(|batch| !batch.is_empty());
                    batches = left.chain(batches).collect();
                }
                Err(failure) if self.goes_on_later(&failure) => break,
                Err(failure) => return Err(failure),
            }
        }

        Ok(self.results.into_iter().map(|result| result.unwrap_or(Outcome::Busy)).collect())
    }

    /// Whether `failure` leaves an answer: time heals it, and some are taken over or the time for them is over.
    fn goes_on_later(&self, failure: &Error) -> bool {
        let has_some = self.results.iter().flatten().any(|result| matches!(result, Outcome::Imported { .. }));

        matches!(failure.denial(), Denial::Unavailable { .. }) && (has_some || self.tries.are_over())
    }

    fn read(&self, place: usize, key: &RawValue) -> Result<Wanted> {
        let now = self.author.at;
        let told = json::<Foreign>(key)?.told(&self.app.contract);
        let is_moved = told.id.is_some();
        let terms = both(self.terms(&told.order, is_moved), self.limits(&told.order, told.manager_limits.as_ref()));
        let terms = both(terms, told.check_quarantine());
        let (((Terms { scopes, expires_at }, limits), ()), created_at) = both(terms, told.created(now))?;
        let order = told.order;
        let key = Key {
            // Lists are in the order of ids.
            id: told.id.map_or_else(|| Id::new(created_at, self.app.entropy), Ok)?,
            org: self.org.slug.clone(),
            name: order.name.clone(),
            external_id: order.external_id.clone(),
            metadata: order.metadata.clone().unwrap_or_default(),
            kind: order.kind.clone(),
            scopes,
            limits,
            addresses: order.allowed_addresses.clone().unwrap_or_default(),
            status: told.status,
            expires_at,
            cycle: None,
            created_at,
            digest: told.digest,
            hint: told.hint,
            previous: None,
            predecessor: None,
            leak: told.leak,
            version: 1,
        };

        Ok(Wanted { place, order, key, is_moved })
    }

    /// The terms of a key that is ordered so: a new one's, or those that it has had.
    fn terms(&self, order: &Order, is_moved: bool) -> Result<Terms> {
        let judge = if is_moved { movable } else { orderable };

        judge(self.app, &self.org, order, self.author)
    }

    /// The limits of its own, of which a manager has set some.
    fn limits(&self, order: &Order, manager: Option<&Limits>) -> Result<OwnLimits> {
        let checked = manager.map_or(Ok(()), |limits| self.app.contract.check_limits_of("managerLimits", limits));
        let (own, ()) = both(own_limits(self.app, order, self.author), checked.map_err(Error::from))?;

        Ok(own.with(SetBy::Manager, manager.cloned()))
    }

    /// Notes why the key at `place` is refused.
    ///
    /// # Errors
    /// `error`, where that is no refusal.
    fn refuse(&mut self, place: usize, error: Error) -> Result<()> {
        let Error::Denied(denial) = error else { return Err(error) };
        let told = Told::new(&denial, &self.author.request);
        let response = Rendered::new(&self.app.contract, &told, &Quotas::default()).map_err(Error::failed)?;
        self.settle(place, Outcome::Refused { reason: denial.kind(), response });

        Ok(())
    }

    fn settle(&mut self, place: usize, outcome: Outcome) {
        if let Some(result) = self.results.get_mut(place) {
            *result = Some(outcome);
        }
    }

    /// Takes over `batch`, all of it or nothing. Returns what is to be tried once more.
    async fn batch(&mut self, batch: Batch) -> Result<Vec<Batch>> {
        let keys: Vec<_> = batch.iter().map(|wanted| wanted.key.clone()).collect();
        // An organization keeps the keys that it has, wherever they go.
        let cap = self.plan.keys().filter(|_| batch.iter().any(|wanted| !wanted.is_moved));
        let Self { app, org, author, .. } = self;
        let mut tries = self.tries.beside();
        match app.keys.insert(&keys, org, cap, author, Adding::TakenOver, &mut tries).await? {
            Inserted::Yes => {
                // The next ones need not read the organization again for that.
                org.sequence = org.sequence.saturating_add(i64::try_from(keys.len()).unwrap_or(i64::MAX));
                for Wanted { place, key, .. } in batch {
                    self.settle(place, Outcome::Imported { id: key.id });
                }
                Ok(Vec::new())
            }
            Inserted::Taken => self.taken(batch).await,
            Inserted::IdTaken => self.known(batch).await,
            Inserted::Full(0) => {
                for wanted in batch {
                    self.refuse(wanted.place, full(&self.org, &self.plan).into())?;
                }
                Ok(Vec::new())
            }
            Inserted::Full(room) => Ok(split(batch, room)),
            Inserted::Revoked if batch.len() > 1 => {
                let half = batch.len().div_ceil(2);
                Ok(split(batch, half))
            }
            Inserted::Revoked => {
                for wanted in batch {
                    self.refuse(wanted.place, revoked().into())?;
                }
                Ok(Vec::new())
            }
            Inserted::Unauthorized => Err(Denial::UnknownKey.into()),
            Inserted::Changed => {
                self.tries.again(dynamodb::Error::Contended).await?;
                let now = self.tries.beside().run(|| self.app.keys.organization(&self.org.slug)).await?;
                self.org = now.ok_or(Denial::OrganizationNotFound)?;
                self.plan = self.tries.beside().run(|| self.app.plan_of(&self.org)).await?;
                self.allowed(batch).map(|batch| vec![batch])
            }
        }
    }

    /// `batch`, as far as the organization is still allowed it.
    fn allowed(&mut self, batch: Batch) -> Result<Batch> {
        let mut allowed = Vec::with_capacity(batch.len());
        for mut wanted in batch {
            match self.terms(&wanted.order, wanted.is_moved) {
                Ok(Terms { scopes, expires_at }) => {
                    wanted.key.scopes = scopes;
                    wanted.key.expires_at = expires_at;
                    allowed.push(wanted);
                }
                Err(error) => self.refuse(wanted.place, error)?,
            }
        }

        Ok(allowed)
    }

    /// Settles those of `batch` whose digest is in the table, and returns the others. A secret never gives up its place there.
    async fn taken(&mut self, batch: Batch) -> Result<Vec<Batch>> {
        let mut tries = self.tries.beside();
        let digests: Vec<_> = batch.iter().map(|wanted| wanted.key.digest).collect();
        let holders = tries.run(|| self.app.keys.holders(&digests)).await?;
        let own = holders.values().filter(|holder| holder.org == self.org.slug && holder.ended.is_none());
        let own: Vec<_> = own.map(|holder| holder.key.clone()).collect();
        let keys = tries.run(|| self.app.keys.some(&self.org.slug, &own)).await?;
        let works =
            |id: &Id, digest: &Digest| keys.iter().any(|key| key.id == *id && key.answers_to(digest, self.author.at));
        let (mut left, mut settled) = (Vec::new(), Vec::new());
        for wanted in batch {
            let outcome = match holders.get(&wanted.key.digest) {
                None => {
                    left.push(wanted);
                    continue;
                }
                Some(holder) if holder.org != self.org.slug => {
                    Err(Denial::Conflict { reason: "The digest is another key's".to_owned() })
                }
                Some(holder) if wanted.is_moved && holder.key != wanted.key.id => {
                    Err(Denial::Conflict { reason: format!("The digest is that of the key {}", holder.key) })
                }
                Some(holder) if works(&holder.key, &wanted.key.digest) => Ok(holder.key.clone()),
                Some(_) => Err(revoked()),
            };
            settled.push((wanted.place, outcome));
        }
        if settled.is_empty() {
            return Err(Error::failed("a digest was taken, and is not there"));
        }
        for (place, outcome) in settled {
            match outcome {
                Ok(id) => self.settle(place, Outcome::Exists { id }),
                Err(denial) => self.refuse(place, denial.into())?,
            }
        }

        Ok(vec![left])
    }

    /// Settles those of `batch` whose id is another key's, here or in another organization, or was; and returns the others.
    async fn known(&mut self, batch: Batch) -> Result<Vec<Batch>> {
        let mut tries = self.tries.beside();
        let ids: Vec<_> = batch.iter().map(|wanted| wanted.key.id.clone()).collect();
        let (org, keys) = (self.org.slug.clone(), &self.app.keys);
        let noted = tries.run(|| keys.noted(&ids)).await?;
        // Ids of older keys may not be noted yet.
        let here: Vec<_> = tries.run(|| keys.some(&org, &ids)).await?.into_iter().map(|key| key.id).collect();
        let is_known = |wanted: &Wanted| noted.contains(&wanted.key.id) || here.contains(&wanted.key.id);
        let (known, left): (Batch, Batch) = batch.into_iter().partition(is_known);
        if known.is_empty() {
            return Err(Error::failed("an id was taken, and is not there"));
        }
        for wanted in known {
            self.refuse(
                wanted.place,
                Denial::Conflict { reason: "The id is another key's, or was".to_owned() }.into(),
            )?;
        }

        Ok(vec![left])
    }
}

/// `wanted` in batches, in order. A digest or an id that comes twice is in two.
fn batches(wanted: Vec<Wanted>) -> VecDeque<Batch> {
    let mut batches = VecDeque::new();
    let mut batch = Batch::new();
    for one in wanted {
        let is_apart = |other: &Wanted| {
            other.is_moved != one.is_moved || other.key.digest == one.key.digest || other.key.id == one.key.id
        };
        if batch.len() >= TAKEN_OVER || batch.iter().any(is_apart) {
            batches.push_back(std::mem::take(&mut batch));
        }
        batch.push(one);
    }
    batches.push_back(batch);
    batches.retain(|batch| !batch.is_empty());

    batches
}

/// The first `count` of `batch`, and the rest.
fn split(mut batch: Batch, count: usize) -> Vec<Batch> {
    let rest = batch.split_off(count.min(batch.len()));

    vec![batch, rest]
}

fn revoked() -> Denial {
    Denial::Conflict { reason: "The digest is of a secret that was revoked or replaced".to_owned() }
}
