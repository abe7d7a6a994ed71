//! Replacing secrets: when a key gets a new secret, the pass of the old one is closed, and its counts go over to the
//! pass of the new one.
//!
//! The transaction that replaces the secret also closes the old pass and lays out an empty new one, which names the
//! closed one in `from`. A closed pass counts nothing any more, so its counts are final. The first stamp of the new
//! pass takes them over and removes `from` in the same update, so that this happens once, whichever request comes
//! first. No step leaves a key without a pass that can let it in.

use aws_sdk_dynamodb::types::{ConditionCheck, Put, Update};
use dynamodb::{Result, Tries, bytes, number};
use jiff::Timestamp;

use super::expressions::ttl;
use super::state::GONE;
use super::{Passes, Remains, State};
use crate::contract::secret::Digest;
use crate::store::{attributes, names, optional_digest};

/// The secret that is replaced, and the new one.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) struct Succession {
    pub(in crate::store) old: Digest,
    pub(in crate::store) new: Digest,
    /// Until when the old one works; `None` where it stops at once.
    pub(in crate::store) ends: Option<Timestamp>,
    /// The version that the key has afterwards.
    pub(in crate::store) version: i64,
}

impl Passes {
    /// What the closed pass of `digest` leaves; `None` while the transaction that closes it is not over everywhere.
    pub async fn remains(&self, digest: &Digest) -> Result<Option<Remains>> {
        match self.item(digest).await? {
            None => Ok(Some(Remains::default())),
            Some(item) => match State::read(Some(item))? {
                State::Moved { left, .. } => Ok(Some(*left)),
                State::Bare { .. } | State::Stamped(_) | State::Gone => Ok(None),
            },
        }
    }

    /// The pass whose counters the pass of `digest` still has to take over, if there is one.
    pub(in crate::store) async fn predecessor(&self, digest: &Digest, tries: &mut Tries) -> Result<Option<Digest>> {
        let item = tries.run(|| self.item(digest)).await?;

        item.map_or(Ok(None), |mut item| optional_digest(&mut item, "from"))
    }

    /// The members of a transaction that close the pass of the old secret, and lay out the pass of the new one.
    /// `predecessor` is what [`Passes::predecessor`] returned for the old one; the transaction fails if that is no
    /// longer true.
    pub(in crate::store) fn succeeded(
        &self,
        succession: &Succession,
        predecessor: Option<&Digest>,
        now: Timestamp,
    ) -> Result<(Update, Put)> {
        let Succession { old, new, ends, version } = succession;
        let close = Update::builder()
            .table_name(&self.table)
            .key("digest", bytes(*old.as_bytes()))
            // This fence stops every stamp.
            .update_expression("SET #until = :never, #key_fence = :gone, #moved_to = :new, #ends = :ends, #ttl = :ttl")
            .set_expression_attribute_names(Some(names(["until", "key_fence", "moved_to", "ends", "ttl", "from"])))
            .expression_attribute_values(":never", number(0))
            .expression_attribute_values(":gone", number(GONE))
            .expression_attribute_values(":new", bytes(*new.as_bytes()))
            .expression_attribute_values(":ends", number(ends.map_or(0, Timestamp::as_millisecond)))
            .expression_attribute_values(":ttl", number(ttl(now)));
        let close = match predecessor {
            None => close.condition_expression("attribute_not_exists(#from)"),
            Some(from) => close
                .condition_expression("#from = :from")
                .expression_attribute_values(":from", bytes(*from.as_bytes())),
        };
        let lay_out = Put::builder()
            .table_name(&self.table)
            .set_item(Some(attributes([
                ("digest", Some(bytes(*new.as_bytes()))),
                ("from", Some(bytes(*predecessor.unwrap_or(old).as_bytes()))),
                ("key_fence", Some(number(*version))),
                ("ttl", Some(number(ttl(now)))),
            ])))
            .condition_expression("attribute_not_exists(#digest)")
            .expression_attribute_names("#digest", "digest")
            .build()?;

        Ok((close.build()?, lay_out))
    }

    /// The member of a transaction that fails where the secret that `digest` stands for was a key's and no longer is:
    /// its pass lets nobody in.
    pub(in crate::store) fn never_closed(&self, digest: &Digest) -> Result<ConditionCheck> {
        let check = ConditionCheck::builder()
            .table_name(&self.table)
            .key("digest", bytes(*digest.as_bytes()))
            .condition_expression(
                "attribute_not_exists(#moved_to) AND attribute_not_exists(#ends) AND \
                 (attribute_not_exists(#fence) OR #fence < :gone)",
            )
            .set_expression_attribute_names(Some(names(["moved_to", "ends", "fence"])))
            .expression_attribute_values(":gone", number(GONE))
            .build()?;

        Ok(check)
    }

    /// The member of a transaction that ends the remaining time of an old secret, which `by` has replaced. Its counts
    /// stay. Where TTL has removed the pass, this leaves a closed one again, which nothing waits for.
    pub(in crate::store) fn cut_short(&self, digest: &Digest, by: &Digest, now: Timestamp) -> Result<Update> {
        let update = Update::builder()
            .table_name(&self.table)
            .key("digest", bytes(*digest.as_bytes()))
            .update_expression(
                "SET #ends = :never, #key_fence = :gone, #moved_to = if_not_exists(#moved_to, :by), #ttl = :ttl",
            )
            .set_expression_attribute_names(Some(names(["ends", "key_fence", "moved_to", "ttl"])))
            .expression_attribute_values(":never", number(0))
            .expression_attribute_values(":gone", number(GONE))
            .expression_attribute_values(":by", bytes(*by.as_bytes()))
            .expression_attribute_values(":ttl", number(ttl(now)))
            .build()?;

        Ok(update)
    }
}
