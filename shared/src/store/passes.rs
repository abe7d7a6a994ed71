//! The counters table: one pass per secret in use, judged and counted by one conditional update.

mod expressions;
mod succession;

use std::sync::Arc;

use aws_sdk_dynamodb::operation::update_item::UpdateItemOutput;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{Put, ReturnValue, ReturnValuesOnConditionCheckFailure, Update};
use dynamodb::{AttributeValue, Client, Error, Item, Refused, Result, Tries, Updated, bytes, number};
use jiff::Timestamp;

use expressions::{Judgement, Stamp, limit_name, ttl};
pub use succession::Legacy;
pub(super) use succession::Succession;

use super::{attributes, names, optional_digest, parsed, time};
use crate::contract::Contract;
use crate::contract::limit::{Limit, Limits, Window};
use crate::contract::secret::Digest;
use crate::registry::pass::{Counts, Pass, Standing, Terms};

/// The passes, judged under one contract.
#[derive(Clone, Debug)]
pub struct Passes {
    client: Client,
    once: Client,
    table: String,
    judgement: Arc<Judgement>,
}

/// What became of an attempt to count a request.
#[derive(Debug)]
pub enum Counted {
    /// It passed, and the pass has counted it.
    Yes(Box<Pass>),
    /// It did not pass; this is the pass that it was judged by.
    No(Box<Pass>),
    /// There is no pass, or none with terms.
    Absent {
        /// The pass of the secret before this one, whose counters are yet to be taken over.
        from: Option<Digest>,
    },
    /// The secret was replaced: its requests count on the pass of the new one.
    Moved {
        /// The new one.
        to: Digest,
        /// When the old one stops working.
        ends: Timestamp,
    },
    /// The key is gone for good.
    Gone,
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

/// The fence of a key that is gone: no stamp gets over it.
const GONE: i64 = i64::MAX;

/// How long the fence of a key that is gone is kept: longer than any stamp that was under way.
const FENCED_SECS: i64 = 86_400;

impl Passes {
    /// The passes in `table`, for `contract`.
    pub fn new(client: Client, table: String, contract: &Contract) -> Self {
        Self { once: dynamodb::once(&client), client, table, judgement: Arc::new(Judgement::new(contract)) }
    }

    /// Counts a request at `now` in every window of the contract, if the pass of `digest` lets it in: one round trip, one
    /// write, and nothing is counted where it does not.
    ///
    /// # Errors
    /// DynamoDB did not answer in time, or asked to slow down. The request may have been counted.
    pub async fn count(&self, digest: &Digest, now: Timestamp) -> Result<Counted> {
        let judgement = &self.judgement;
        let request = self
            .once
            .update_item()
            .table_name(&self.table)
            .key("digest", bytes(*digest.as_bytes()))
            .condition_expression(&judgement.condition)
            .update_expression(&judgement.update)
            .set_expression_attribute_names(Some(judgement.names(now)))
            .set_expression_attribute_values(Some(judgement.values(now)))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match counting(request).await {
            Ok(counted) => {
                let Counted::No(pass) = read(counted.attributes.unwrap_or_default().into())? else {
                    return Err(Error::Fault("a pass without terms has let somebody in".to_owned()));
                };
                Ok(Counted::Yes(pass))
            }
            Err(Refused::Condition(Some(item))) => read(item),
            Err(Refused::Condition(None)) => Ok(Counted::Absent { from: None }),
            Err(Refused::Conflict) => Ok(Counted::Busy),
            Err(Refused::Failed(error)) => Err(error),
        }
    }

    /// Puts the terms of `pass`, made from a key and an organization of these `versions`, in the place of what was there,
    /// and counts a request at `now` if it `admits` one. What has been counted meanwhile stays, and is what the limits are
    /// held against. Where `pass` has the counters of the one that it follows, `from`, they are taken over, once. Returns
    /// the pass as it is then; `None`, and nothing is written: the key or the organization has changed since, others have
    /// used up what was left, or have taken over.
    pub async fn stamp(
        &self,
        digest: &Digest,
        pass: &Pass,
        from: Option<&Digest>,
        admits: bool,
        versions: Versions,
        now: Timestamp,
    ) -> Result<Option<Pass>> {
        let Stamp { condition, update, names, values } =
            Stamp::new(pass, from, admits, versions, &self.judgement.windows, now);
        let request = self
            .once
            .update_item()
            .table_name(&self.table)
            .key("digest", bytes(*digest.as_bytes()))
            .condition_expression(condition)
            .update_expression(update)
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(Some(values))
            .return_values(ReturnValue::AllNew);
        match counting(request).await {
            Ok(stamped) => {
                let Counted::No(pass) = read(stamped.attributes.unwrap_or_default().into())? else {
                    return Err(Error::Fault("a stamp has left a pass without terms".to_owned()));
                };
                Ok(Some(*pass))
            }
            Err(Refused::Condition(_) | Refused::Conflict) => Ok(None),
            Err(Refused::Failed(error)) => Err(error),
        }
    }

    /// Takes the terms of a pass out of force, and leaves its counters: the next request stamps it anew, from an
    /// organization of `version` or later. A stamp that is under way from an earlier one finds the fence, also where there
    /// was no pass before.
    pub(super) async fn withdraw(
        &self,
        digest: &Digest,
        version: i64,
        now: Timestamp,
        tries: &mut Tries,
    ) -> Result<()> {
        let request = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("digest", bytes(*digest.as_bytes()))
            .condition_expression("attribute_not_exists(#fence) OR #fence < :version")
            .update_expression("SET #until = :never, #fence = :version, #ttl = :ttl")
            .set_expression_attribute_names(Some(names(["until", "fence", "ttl"])))
            .expression_attribute_values(":never", number(0))
            .expression_attribute_values(":version", number(version))
            .expression_attribute_values(":ttl", number(ttl(now)));
        match dynamodb::update(request, tries).await? {
            // Whoever changed the organization after us has withdrawn it already, or the key is gone.
            Updated::Yes | Updated::No(_) => Ok(()),
        }
    }

    /// The member of a transaction that takes the terms of a pass out of force, and lets none be stamped from a key older
    /// than `version`.
    pub(super) fn fenced(&self, digest: &Digest, version: i64, now: Timestamp) -> Result<Update> {
        let update = Update::builder()
            .table_name(&self.table)
            .key("digest", bytes(*digest.as_bytes()))
            .update_expression("SET #until = :never, #key_fence = :version, #ttl = :ttl")
            .set_expression_attribute_names(Some(names(["until", "key_fence", "ttl"])))
            .expression_attribute_values(":never", number(0))
            .expression_attribute_values(":version", number(version))
            .expression_attribute_values(":ttl", number(ttl(now)))
            .build()?;

        Ok(update)
    }

    /// The member of a transaction that ends the pass of `digest` for good. What is left is only there so that a stamp under
    /// way does not bring it back, and goes by TTL.
    pub(super) fn ending(&self, digest: &Digest, now: Timestamp) -> Result<Put> {
        let item = attributes([
            ("digest", Some(bytes(*digest.as_bytes()))),
            ("fence", Some(number(GONE))),
            ("ttl", Some(number(now.as_second().saturating_add(FENCED_SECS)))),
        ]);
        let put = Put::builder().table_name(&self.table).set_item(Some(item)).build()?;

        Ok(put)
    }
}

/// Sends what counts: once, but for a connection that went stale while the process was frozen. Should the first attempt have
/// arrived after all, it counts twice, which lets nobody in.
async fn counting(request: UpdateItemFluentBuilder) -> std::result::Result<UpdateItemOutput, Refused> {
    match request.clone().send().await.map_err(Refused::from) {
        Err(Refused::Failed(Error::Disconnected(_))) => request.send().await.map_err(Refused::from),
        answer => answer,
    }
}

fn read(mut item: Item) -> Result<Counted> {
    if item.number("fence")? == Some(GONE) {
        return Ok(Counted::Gone);
    }
    if let Some(moved) = succession::moved(&mut item)? {
        return Ok(moved);
    }
    let Some(standing) = item.text("standing")? else {
        return Ok(Counted::Absent { from: optional_digest(&mut item, "from")? });
    };
    let standing = Standing::ALL.into_iter().find(|known| known.name() == standing);
    let terms = Terms {
        org: parsed(&mut item, "org")?,
        key: parsed(&mut item, "key")?,
        kind: item.text("kind")?,
        standing: standing.ok_or_else(|| Error::Fault("a pass has an unknown standing".to_owned()))?,
        expires_at: item.number("expires")?.map(time).transpose()?,
        scopes: item.text_set("scopes")?.into_iter().collect(),
        limits: read_limits(&mut item)?,
        until: time(item.need("until", Item::number)?)?,
        edition: item.need("edition", Item::text)?,
    };
    let last_used_at = item.number("used")?.map(time).transpose()?;

    Ok(Counted::No(Box::new(Pass { terms, counts: read_counts(item)?, last_used_at })))
}

fn read_counts(item: Item) -> Result<Counts> {
    let mut counts = Counts::default();
    for (name, value) in item.rest() {
        let window = Window::ALL.into_iter().find(|window| name.starts_with(window.letter()));
        let number = name.get(1..).and_then(|number| number.parse().ok());
        if let (Some(window), Some(number), AttributeValue::N(count)) = (window, number, value) {
            let count =
                count.parse().or(Err(Error::Fault(format!("the counter {name} of a pass is no whole number"))))?;
            counts.set(window, number, count);
        }
    }

    Ok(counts)
}

fn read_limits(item: &mut Item) -> Result<Limits> {
    let mut limits = Vec::new();
    for window in Window::ALL {
        if let Some(limit) = item.number(&limit_name(window))? {
            let requests = u32::try_from(limit).ok().and_then(std::num::NonZeroU32::new);
            let requests = requests.ok_or_else(|| Error::Fault("a pass has a limit that is none".to_owned()))?;
            limits.push(Limit { requests, per: window });
        }
    }

    Limits::try_from(limits).map_err(|error| Error::Fault(format!("the limits of a pass {error}")))
}

#[cfg(test)]
mod tests;
