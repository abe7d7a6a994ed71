//! The counters table: one pass per secret in use, judged and counted by one conditional update.

mod expressions;
mod state;
mod succession;

use std::sync::Arc;

use aws_sdk_dynamodb::operation::update_item::UpdateItemOutput;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{Put, ReturnValue, ReturnValuesOnConditionCheckFailure, Update};
use dynamodb::{Client, Error, Item, Refused, Result, Tries, Updated, bytes, number};
use jiff::Timestamp;

use expressions::{Judgement, Stamp, ttl};
use state::GONE;
pub use state::{Legacy, State};
pub(super) use succession::Succession;

use super::{attributes, names};
use crate::contract::Contract;
use crate::contract::secret::Digest;
use crate::registry::pass::Pass;

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

impl Passes {
    /// The passes in `table`, for `contract`.
    pub fn new(client: Client, table: String, contract: &Contract) -> Self {
        Self { once: dynamodb::once(&client), client, table, judgement: Arc::new(Judgement::new(contract)) }
    }

    /// Counts a request at `now` in every window of the contract, if the pass of `digest` lets it in. It is one round
    /// trip and one write, and counts nothing where the request is not let in.
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
                let State::Stamped(pass) = State::read(counted.attributes.map(Item::from))? else {
                    return Err(Error::Fault("a pass without terms has let somebody in".to_owned()));
                };
                Ok(Counted::Yes(pass))
            }
            Err(Refused::Condition(item)) => State::read(item).map(Counted::No),
            Err(Refused::Conflict) => Ok(Counted::Busy),
            Err(Refused::Failed(error)) => Err(error),
        }
    }

    /// Replaces the terms that were there with those of `pass`, and counts a request at `now` if it `admits` one. The
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
                let State::Stamped(pass) = State::read(stamped.attributes.map(Item::from))? else {
                    return Err(Error::Fault("a stamp has left a pass without terms".to_owned()));
                };
                Ok(Some(*pass))
            }
            Err(Refused::Condition(_) | Refused::Conflict) => Ok(None),
            Err(Refused::Failed(error)) => Err(error),
        }
    }

    /// Takes the terms of a pass out of force, and leaves its counters. The next request stamps it anew, from an
    /// organization of `version` or later. A stamp that is under way from an earlier version meets the fence, even if
    /// there was no pass before.
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
            .update_expression("SET #until = :never, #key_fence = :version, #ttl = :ttl")
            .set_expression_attribute_names(Some(names(["until", "key_fence", "ttl"])))
            .expression_attribute_values(":never", number(0))
            .expression_attribute_values(":version", number(version))
            .expression_attribute_values(":ttl", number(ttl(now)))
            .build()?;

        Ok(update)
    }

    /// The member of a transaction that ends the pass of `digest` for good. What stays is there only so that a stamp
    /// under way does not bring the pass back. TTL removes it.
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

/// Sends the counting update once, except where a connection went stale while the process was frozen. If the first
/// attempt did arrive, the request counts twice, which lets nobody in.
async fn counting(request: UpdateItemFluentBuilder) -> std::result::Result<UpdateItemOutput, Refused> {
    match request.clone().send().await.map_err(Refused::from) {
        Err(Refused::Failed(Error::Disconnected(_))) => request.send().await.map_err(Refused::from),
        answer => answer,
    }
}

#[cfg(test)]
mod tests;
