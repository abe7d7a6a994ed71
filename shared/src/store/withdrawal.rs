//! A change to an organization, carried over to the passes of its keys.
//!
//! First the organization is written, with a mark that this change is pending. Then the passes of its keys are
//! withdrawn, page by page, and the progress is written down after each page. A pass that cannot be withdrawn does not
//! hold up the others: it is left, and tried again at the end. A caller that makes the same change again goes on from
//! there.

use std::time::Duration;

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use dynamodb::{Error, Result, Tries, number};
use jiff::Timestamp;
use tokio::task::JoinSet;

use super::organization_item::write_pending;
use super::{Keys, Part, key_item, names, organization_item, read_digest};
use crate::contract::secret::Digest;
use crate::registry::key::Id;
use crate::registry::organization::{Organization, Pending};
use crate::registry::slug::Slug;

/// How many passes are withdrawn at once.
const AT_ONCE: usize = 32;

/// After how many keys the progress is written down.
const PAGE: u32 = 100;

/// How long one pass may hold up its page.
const PATIENCE: Duration = Duration::from_secs(1);

/// How many passes may be left when the next page is begun. They are listed in the organization, which every call that
/// adds a key reads and writes: with those of a page it has at most 5 KB.
const MOST_LEFT: usize = 32;

/// The organization whose passes are withdrawn, and the version up to which they are.
#[derive(Clone, Copy, Debug)]
struct Withdrawal<'a> {
    slug: &'a Slug,
    version: i64,
    now: Timestamp,
}

/// The passes that could not be withdrawn, and why the last of them could not.
#[derive(Debug, Default)]
struct Failed {
    digests: Vec<Digest>,
    why: Option<Error>,
}

impl Keys {
    /// Takes the pass of every key of `org` out of force, beginning where its pending change has come to. Allows no
    /// stamp from the organization as it was before.
    ///
    /// # Errors
    /// Some pass could not be withdrawn in the time of `tries`: the change is not in force for all keys, and stays
    /// pending.
    pub(crate) async fn withdraw_all(&self, org: &Organization, tries: &Tries) -> Result<()> {
        let all = Withdrawal { slug: &org.slug, version: org.version, now: org.updated_at };
        let mut pending = org.pending.clone().unwrap_or_default();
        loop {
            while pending.left.len() > MOST_LEFT {
                if tries.are_over() {
                    return Err(self.unfinished(all, &pending, Error::Contended).await);
                }
                self.withdraw_left(all, &mut pending, || tries.beside_for(PATIENCE)).await?;
            }
            let (page, has_more) = self.page(all.slug, pending.after.as_ref(), tries.beside()).await?;
            let count = page.len();
            pending.after = page.last().map(|(id, _)| id.clone()).or(pending.after);
            let digests = page.into_iter().map(|(_, digest)| digest);
            let failed = self.withdraw_each(all, digests, || tries.beside_for(PATIENCE)).await?;
            pending.went_on(count, failed.digests);
            if !has_more {
                break;
            }
            if tries.are_over() {
                return Err(self.unfinished(all, &pending, Error::Contended).await);
            }
            self.remember(all, &pending, tries.beside_for(PATIENCE)).await;
        }
        match self.withdraw_left(all, &mut pending, || tries.beside()).await? {
            None => self.forget(all, tries.beside()).await,
            Some(why) => Err(self.unfinished(all, &pending, why).await),
        }
    }

    /// Writes down and logs how far it came. Returns why it came no further, for the caller.
    async fn unfinished(&self, all: Withdrawal<'_>, pending: &Pending, why: Error) -> Error {
        let Pending { done, of, .. } = pending;
        let org = all.slug.as_str();
        tracing::warn!(org.id = org, done, of, "a change is not in force for all keys yet: make it again");
        // The time may be over, but this is still done.
        self.remember(all, pending, Tries::within(PATIENCE)).await;

        why
    }

    /// Withdraws the passes that are left; returns why some still are.
    async fn withdraw_left(
        &self,
        all: Withdrawal<'_>,
        pending: &mut Pending,
        tries: impl Fn() -> Tries,
    ) -> Result<Option<Error>> {
        let left = std::mem::take(&mut pending.left);
        let count = left.len();
        let failed = self.withdraw_each(all, left.into_iter(), tries).await?;
        pending.went_on(count, failed.digests);

        Ok(failed.why)
    }

    /// Some keys of `org` after `after`, oldest first, each with the digest of its pass; and whether there are more.
    async fn page(&self, org: &Slug, after: Option<&Id>, mut tries: Tries) -> Result<(Vec<(Id, Digest)>, bool)> {
        let partition = format!("org#{org}");
        let part = || Part {
            partition: &partition,
            prefix: Some(key_item::PREFIX),
            newest_first: false,
            limit: PAGE,
            after: after.map(|id| key_item::key_of(org, id)),
        };
        let (items, has_more) = tries.run(|| self.part(part())).await?;
        let keys =
            items.into_iter().map(|mut item| Ok((key_item::read_id(&mut item)?, read_digest(&mut item, "digest")?)));

        Ok((keys.collect::<Result<_>>()?, has_more))
    }

    /// Withdraws all of `digests`, several at once, each with `tries` of its own.
    async fn withdraw_each(
        &self,
        all: Withdrawal<'_>,
        digests: impl Iterator<Item = Digest>,
        tries: impl Fn() -> Tries,
    ) -> Result<Failed> {
        let (mut under_way, mut failed) = (JoinSet::new(), Failed::default());
        for digest in digests {
            if under_way.len() >= AT_ONCE {
                failed.note(under_way.join_next().await)?;
            }
            let (passes, mut tries) = (self.passes.clone(), tries());
            let Withdrawal { version, now, .. } = all;
            under_way.spawn(async move { (digest, passes.withdraw(&digest, version, now, &mut tries).await) });
        }
        while !under_way.is_empty() {
            failed.note(under_way.join_next().await)?;
        }

        Ok(failed)
    }

    /// Writes down how far the change has come, as long as it is the last one. Where that fails, the earlier note is
    /// still true, and the next call has more to do.
    async fn remember(&self, all: Withdrawal<'_>, pending: &Pending, mut tries: Tries) {
        let update = self
            .while_pending(all)
            .update_expression("SET #pending = :pending")
            .expression_attribute_values(":pending", write_pending(pending, all.version));
        if let Err(error) = dynamodb::update(update, &mut tries).await {
            tracing::warn!(org.id = all.slug.as_str(), "how far a change has come could not be written: {error}");
        }
    }

    /// Removes the mark: the change is in force for all keys.
    async fn forget(&self, all: Withdrawal<'_>, mut tries: Tries) -> Result<()> {
        dynamodb::update(self.while_pending(all).update_expression("REMOVE #pending"), &mut tries).await.map(drop)
    }

    /// An update that is made only while this change is pending: a later change has a mark of its own.
    fn while_pending(&self, all: Withdrawal<'_>) -> UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(organization_item::key_of(all.slug)))
            .condition_expression("#pending.#version = :version")
            .set_expression_attribute_names(Some(names(["pending", "version"])))
            .expression_attribute_values(":version", number(all.version))
    }
}

impl Failed {
    fn note(&mut self, done: Option<std::result::Result<(Digest, Result<()>), tokio::task::JoinError>>) -> Result<()> {
        match done {
            None | Some(Ok((_, Ok(())))) => (),
            Some(Ok((digest, Err(why)))) => {
                self.digests.push(digest);
                self.why = Some(why);
            }
            Some(Err(error)) => return Err(Error::Fault(format!("a withdrawal was cut short: {error}"))),
        }

        Ok(())
    }
}
