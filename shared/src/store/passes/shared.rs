//! What all keys of an organization have counted together: an item of its own, which knows no terms. The limits are those of the pass
//! that has counted the request first.

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::Delete;
use dynamodb::{AttributeValue, Error, Item, Refused, Result, Tells, bytes, number};

use super::draft::Draft;
use super::expressions::{count, count_name, slide_names, ttl};
use super::state::read_counts;
use super::{Passes, tidied};
use crate::contract::limit::Limits;
use crate::contract::secret::Digest;
use crate::registry::ask::Ask;
use crate::registry::counts::Counts;
use crate::registry::pass::Pass;
use crate::registry::slug::Slug;

/// What became of an attempt to count a request as one of an organization.
#[derive(Debug)]
pub enum Together {
    /// It stays within the limits, and was counted.
    Yes(Counts),
    /// It does not: this is what was counted.
    No(Counts),
}

impl Passes {
    /// Counts a request that asks for `ask` as one of `org`, if it stays within `limits`, which are not none. It is one round trip
    /// and one write, and counts nothing where it does not.
    ///
    /// # Errors
    /// DynamoDB did not answer in time: the request may have been counted. It asked to slow down, or what was counted is just being given back:
    /// it was not.
    pub async fn count_together(&self, org: &Slug, limits: &Limits, ask: &Ask) -> Result<Together> {
        let mut draft = Draft::default();
        draft.set("ttl", Some(number(ttl(ask.now()))));
        for (window, limit) in limits.iter() {
            let Some(room) = limit.checked_sub(ask.cost.get()) else {
                return self.counted_together(org).await.map(Together::No);
            };
            draft.require_room(&count_name(window, ask.number(window)), room.into());
            count(&mut draft, window, ask);
        }
        match self.counting(&key_of(org), &draft.done(), Tells::Either).await {
            Ok(counted) => read_counts(counted).map(Together::Yes),
            Err(Refused::Condition(item)) => read(item).map(Together::No),
            // It is being given back, which is over soon.
            Err(Refused::Conflict) => Err(Error::Contended),
            Err(Refused::Failed(error)) => Err(error),
        }
    }

    /// What all keys of `org` have counted together.
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn counted_together(&self, org: &Slug) -> Result<Counts> {
        let request = self.client.get_item().table_name(&self.table).key("digest", key_of(org));

        read(request.consistent_read(true).send().await?.item.map(Item::from))
    }

    /// Takes counters out of what all keys of `org` have counted that no longer matter, like [`Passes::tidy`]: no stamp does.
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn tidy_together(&self, org: &Slug, counts: &Counts, ask: &Ask) -> Result<()> {
        self.tidy_item(key_of(org), counts, ask).await
    }

    /// Takes back what a request that asks for `ask` has counted in `pass`, which is that of `digest`, as it was after it. Where the
    /// counters are gone or lower than that, or were given back in a reset, nothing happens: others may have counted anew. Each update is sent
    /// once: if an answer is lost, there is less left than there could be.
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn give_back(&self, digest: &Digest, pass: &Pass, ask: &Ask) -> Result<()> {
        let is_done = tidied(self.giving_back(digest, pass, true, ask)).await?;
        // The span may have gone on since. What it has counted is closed then.
        if !is_done && pass.terms.limits.sliding().next().is_some() {
            tidied(self.giving_back(digest, pass, false, ask)).await?;
        }

        Ok(())
    }

    fn giving_back(&self, digest: &Digest, pass: &Pass, with_spans: bool, ask: &Ask) -> UpdateItemFluentBuilder {
        let mut draft = Draft::default();
        draft.value("cost", number(ask.cost.count()));
        draft.value("back", number(ask.cost.count().saturating_neg()));
        // A reset and a new secret make another version of the key.
        draft.pin("key_fence", Some(number(pass.terms.key_version)));
        let take = |draft: &mut Draft, name: String| {
            let count = draft.name(&*name);
            draft.require(format!("{count} >= :cost"));
            draft.add(name, ":back");
        };
        for window in &self.judgement.windows {
            take(&mut draft, count_name(*window, ask.number(*window)));
        }
        for window in pass.terms.limits.sliding().filter(|_| with_spans) {
            let [at, count, _] = slide_names(window);
            draft.pin(at, pass.counts.slide(window).map(|slide| number(slide.at)));
            take(&mut draft, count.to_owned());
        }

        draft.done().of(self.once.update_item().table_name(&self.table).key("digest", bytes(*digest.as_bytes())))
    }
}

impl Passes {
    /// Forgets what the keys of `org` have counted together.
    pub(in crate::store) async fn forget_shared(&self, org: &Slug) -> Result<()> {
        self.client.delete_item().table_name(&self.table).key("digest", key_of(org)).send().await?;

        Ok(())
    }

    /// The member of a transaction that does the same.
    pub(in crate::store) fn without_shared(&self, org: &Slug) -> Result<Delete> {
        Ok(Delete::builder().table_name(&self.table).key("digest", key_of(org)).build()?)
    }
}

/// The key of the item: no digest is so short or begins so.
fn key_of(org: &Slug) -> AttributeValue {
    bytes(format!("org#{org}").into_bytes())
}

fn read(item: Option<Item>) -> Result<Counts> {
    item.map_or(Ok(Counts::default()), read_counts)
}
