//! The counters table: one pass per secret in use, judged and counted by one conditional update.

mod draft;
mod expressions;
mod pinned;
mod reset;
mod shared;
mod stamp;
mod state;
mod succession;
mod uses;

use std::sync::Arc;

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{Put, Update};
use dynamodb::{
    AttributeValue, Change, Client, Direct, Error, Item, Refused, Result, Tells, Tries, Updated, bytes, number,
};
use jiff::Timestamp;

use draft::{Draft, Drafted};
use expressions::{Judgement, count_name, is_stale, ttl};
use pinned::pinned;
pub(super) use reset::Used;
pub use shared::Together;
use stamp::stamp;
use state::GONE;
pub use state::{Remains, State};
pub(super) use succession::Succession;

use super::{Attributes, attributes, names};
use crate::contract::Contract;
use crate::contract::cost::Cost;
use crate::contract::secret::Digest;
use crate::registry::ask::Ask;
use crate::registry::counts::Counts;
use crate::registry::pass::{Pass, judge};

/// The passes, judged under one contract.
#[derive(Clone, Debug)]
pub struct Passes {
    client: Client,
    once: Client,
    /// What requests are counted by.
    direct: Direct,
    table: String,
    judgement: Arc<Judgement>,
}

/// What became of an attempt to count a request.
#[derive(Debug)]
pub enum Counted {
    /// It passed, and the pass has counted it.
    Yes(Box<Pass>),
    /// It did not pass: this is what was there.
    No(State),
    /// A transaction held the pass: try again.
    Busy,
}

/// What a stamp is made from.
#[derive(Clone, Copy, Debug)]
pub struct Versions {
    /// The version of the key.
    pub key: i64,
    /// The version of its organization.
    pub org: i64,
}

/// How long the fence of a key that is gone is kept: longer than any stamp can be under way.
const FENCED_SECS: i64 = 86_400;

/// How many counters that no longer matter a pass may have: [`Passes::tidy`] takes them out then.
const LITTER: usize = 12;

/// How many it takes out at most: an expression has 4 KB.
const TIDIED: usize = 100;

impl Passes {
    /// The passes in `table`, for `contract`.
    pub fn new((client, direct): (Client, Direct), table: String, contract: &Contract) -> Self {
        Self { once: dynamodb::once(&client), client, direct, table, judgement: Arc::new(Judgement::new(contract)) }
    }

    /// Counts a request in every window of the contract, if the pass of `digest` lets it in. It is one round trip and one write, and
    /// counts nothing where the request is not let in. Where DynamoDB cannot judge by itself, it is judged by the pass that was `seen`
    /// before; where that has changed, or none was seen, there is one round trip more. A request that counts nothing is one read.
    ///
    /// # Errors
    /// DynamoDB did not answer in time, or asked to slow down. The request may have been counted.
    pub async fn count(&self, digest: &Digest, ask: &Ask, seen: Option<&Pass>) -> Result<Counted> {
        let seen = seen.filter(|seen| seen.is_pinned(ask));
        if let Some(drafted) = seen.and_then(|seen| pinned(&self.judgement, seen, ask)) {
            return self.send(digest, drafted).await;
        }
        // Of a pass that it cannot judge, this finds another edition.
        if ask.cost == Cost::ONE {
            return self.send(digest, self.judgement.once(ask)).await;
        }
        let pass = match State::read(self.item(digest).await?)? {
            State::Stamped(pass) => pass,
            other @ (State::Bare { .. } | State::Moved { .. } | State::Gone) => return Ok(Counted::No(other)),
        };
        if !pass.is_current(&self.judgement.edition, ask.now()) || judge(&pass, ask).is_err() {
            return Ok(Counted::No(State::Stamped(pass)));
        }
        if ask.cost == Cost::NOTHING {
            return Ok(Counted::Yes(pass));
        }
        match pinned(&self.judgement, &pass, ask) {
            Some(drafted) => self.send(digest, drafted).await,
            None => Ok(Counted::No(State::Stamped(pass))),
        }
    }

    /// The item of the pass of `digest`, as it is now.
    async fn item(&self, digest: &Digest) -> Result<Option<Item>> {
        let request = self.client.get_item().table_name(&self.table).key("digest", bytes(*digest.as_bytes()));

        Ok(request.consistent_read(true).send().await?.item.map(Item::from))
    }

    /// Takes counters out of the pass of `digest` that no longer matter to a request that asks for `ask`, where so many have gathered
    /// that the item would grow: those of seconds do, where a key is used every now and then. `counts` are what was seen of it.
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn tidy(&self, digest: &Digest, counts: &Counts, ask: &Ask) -> Result<()> {
        self.tidy_item(bytes(*digest.as_bytes()), counts, ask).await
    }

    /// The same of the item with that `key`.
    async fn tidy_item(&self, key: AttributeValue, counts: &Counts, ask: &Ask) -> Result<()> {
        let stale = counts.iter().filter(|(window, number_of, _)| is_stale(*window, *number_of, ask)).take(TIDIED);
        let stale: Vec<_> = stale.collect();
        if stale.len() < LITTER {
            return Ok(());
        }
        let mut draft = Draft::default();
        let there = draft.name("digest");
        draft.require(format!("attribute_exists({there})"));
        for (window, number_of, _) in stale {
            draft.set(&count_name(window, number_of), None);
        }
        let request = self.once.update_item().table_name(&self.table).key("digest", key);

        tidied(draft.done().of(request)).await.map(drop)
    }

    async fn send(&self, digest: &Digest, drafted: Drafted<'_>) -> Result<Counted> {
        match self.counting(&bytes(*digest.as_bytes()), &drafted, Tells::Either).await {
            Ok(counted) => {
                let State::Stamped(pass) = State::read(Some(counted))? else {
                    return Err(Error::Fault("a pass without terms has let somebody in".to_owned()));
                };
                Ok(Counted::Yes(pass))
            }
            Err(Refused::Condition(item)) => State::read(item).map(Counted::No),
            Err(Refused::Conflict) => Ok(Counted::Busy),
            Err(Refused::Failed(error)) => Err(error),
        }
    }

    /// Sends a counting update once, except where a connection went stale while the process was frozen. If the first
    /// attempt did arrive, the request counts twice, which lets nobody in.
    async fn counting(
        &self,
        key: &AttributeValue,
        drafted: &Drafted<'_>,
        tells: Tells,
    ) -> std::result::Result<Item, Refused> {
        let Drafted { condition, update, names, values } = drafted;
        let change = Change { table: &self.table, key: ("digest", key), condition, update, names, values, tells };
        match self.direct.update(&change).await {
            Err(Refused::Failed(Error::Disconnected(_))) => self.direct.update(&change).await,
            answer => answer,
        }
    }

    /// Replaces the terms that were there with those of `pass`, and counts a request that asks for `ask` if it `admits` one. The
    /// terms were made from a key and an organization of these `versions`. Requests counted meanwhile stay counted, and
    /// the limits are checked against them. If `pass` has the counters of the one before it, `from`, they are taken
    /// over, once.
    ///
    /// Returns the pass as it is then. `None` means that nothing was written: the key or the organization has changed
    /// since, or others have used up the limit or taken the counters over.
    pub async fn stamp(
        &self,
        digest: &Digest,
        pass: &Pass,
        from: Option<&Digest>,
        admits: bool,
        versions: Versions,
        ask: &Ask,
    ) -> Result<Option<Pass>> {
        let drafted = stamp(pass, from, admits, versions, &self.judgement.windows, ask);
        match self.counting(&bytes(*digest.as_bytes()), &drafted, Tells::New).await {
            Ok(stamped) => {
                let State::Stamped(pass) = State::read(Some(stamped))? else {
                    return Err(Error::Fault("a stamp has left a pass without terms".to_owned()));
                };
                Ok(Some(*pass))
            }
            Err(Refused::Condition(_) | Refused::Conflict) => Ok(None),
            Err(Refused::Failed(error)) => Err(error),
        }
    }

    /// Takes the terms of a pass out of force, and leaves its counters. An external id goes, because older functions that make new terms
    /// would leave it standing. The next request stamps it anew, from an
    /// organization of `version` or later. A stamp that is under way from an earlier version meets the fence, even if
    /// there was no pass before.
    pub(super) async fn withdraw(
        &self,
        digest: &Digest,
        version: i64,
        now: Timestamp,
        tries: &mut Tries,
    ) -> Result<()> {
        let change = Change {
            table: &self.table,
            key: ("digest", &bytes(*digest.as_bytes())),
            condition: "attribute_not_exists(#fence) OR #fence < :version",
            update: "SET #until = :never, #fence = :version, #ttl = :ttl REMOVE #external",
            names: &["until", "fence", "ttl", "external"].map(|name| (format!("#{name}").into(), name.into())),
            values: &[
                (":never".into(), number(0)),
                (":version".into(), number(version)),
                (":ttl".into(), number(ttl(now))),
            ],
            tells: Tells::Nothing,
        };
        match self.direct.repeat(&change, tries).await? {
            // A caller that changed the organization after us has withdrawn it already, or the key is gone.
            Updated::Yes | Updated::No(_) => Ok(()),
        }
    }

    /// The member of a transaction that takes the terms of a pass out of force, and allows no stamp from a key older
    /// than `version`.
    pub(super) fn fenced(&self, digest: &Digest, version: i64, now: Timestamp) -> Result<Update> {
        let update = Update::builder()
            .table_name(&self.table)
            .key("digest", bytes(*digest.as_bytes()))
            .update_expression("SET #until = :never, #key_fence = :version, #ttl = :ttl REMOVE #external")
            .set_expression_attribute_names(Some(names(["until", "key_fence", "ttl", "external"])))
            .expression_attribute_values(":never", number(0))
            .expression_attribute_values(":version", number(version))
            .expression_attribute_values(":ttl", number(ttl(now)))
            .build()?;

        Ok(update)
    }

    /// The member of a transaction that ends the pass of `digest` for good. What stays is there only so that a stamp
    /// under way does not bring the pass back. TTL removes it.
    pub(super) fn ending(&self, digest: &Digest, now: Timestamp) -> Result<Put> {
        Ok(Put::builder().table_name(&self.table).set_item(Some(ended(digest, now))).build()?)
    }

    /// Ends the passes of `digests` for good, in the same way.
    pub(super) async fn end_all(&self, digests: &[Digest], now: Timestamp) -> Result<()> {
        dynamodb::batch_put(&self.client, &self.table, digests.iter().map(|digest| ended(digest, now))).await
    }
}

/// What stays of the pass of `digest` for a day.
fn ended(digest: &Digest, now: Timestamp) -> Attributes {
    attributes([
        ("digest", Some(bytes(*digest.as_bytes()))),
        ("fence", Some(number(GONE))),
        ("ttl", Some(number(now.as_second().saturating_add(FENCED_SECS)))),
    ])
}

/// Sends an update once that does no harm where its condition fails; whether it did not.
async fn tidied(request: UpdateItemFluentBuilder) -> Result<bool> {
    match request.send().await.map_err(Refused::from) {
        Ok(_) => Ok(true),
        Err(Refused::Condition(_)) => Ok(false),
        Err(Refused::Conflict) => Err(Error::Contended),
        Err(Refused::Failed(error)) => Err(error),
    }
}

#[cfg(test)]
mod tests;
