//! Replacing secrets: when a key gets a new secret, the pass of the old one is closed, and its counts go over to the
//! pass of the new one.
//!
//! The transaction that replaces the secret also closes the old pass and lays out an empty new one, which names the
//! closed one in `from`. A closed pass counts nothing any more, so its counts are final. The first stamp of the new
//! pass takes them over and removes `from` in the same update, so that this happens once, whichever request comes
//! first. No step leaves a key without a pass that can let it in.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{ConditionCheck, KeysAndAttributes, Put, Update};
use dynamodb::{Item, Result, Tries, bytes, number};
use jiff::Timestamp;

use super::expressions::ttl;
use super::state::GONE;
use super::{Legacy, Passes, State};
use crate::contract::secret::Digest;
use crate::registry::key::Key;
use crate::store::{attributes, names, optional_digest, read_digest, time};

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
    pub async fn legacy(&self, digest: &Digest) -> Result<Option<Legacy>> {
        match self.item(digest).await? {
            None => Ok(Some(Legacy::default())),
            Some(item) => match State::read(Some(item))? {
                State::Moved { left, .. } => Ok(Some(*left)),
                State::Bare { .. } | State::Stamped(_) | State::Gone => Ok(None),
            },
        }
    }

    /// When the keys that these digests stand for were last used, for those that were: at most 100.
    pub async fn last_used(&self, digests: impl Iterator<Item = &Digest> + Send) -> Result<HashMap<Digest, Timestamp>> {
        let mut found = HashMap::new();
        let mut before = HashMap::new();
        for (digest, used, from) in self.uses(digests).await? {
            found.extend(used.map(|used| (digest, used)));
            before.extend(from.map(|from| (from, digest)));
        }
        // Nobody has used these keys with their new secret yet.
        for (digest, used, _) in self.uses(before.keys()).await? {
            found.extend(used.zip(before.get(&digest)).map(|(used, follower)| (*follower, used)));
        }

        Ok(found)
    }

    /// Of how many keys it is asked at once when they were last used.
    pub const AT_ONCE: usize = 50;

    /// When `keys` were last used, for those that were, by the digests of their secrets: at most [`Self::AT_ONCE`], and mostly one
    /// round trip. A key notes which secret was used before its own, so that its pass is asked for as well.
    pub async fn last_used_of(&self, keys: &[Key]) -> Result<HashMap<Digest, Timestamp>> {
        let before = |key: &Key| key.predecessor.map(|predecessor| predecessor.digest);
        let mut wanted: Vec<Digest> =
            keys.iter().flat_map(|key| std::iter::once(key.digest).chain(before(key))).collect();
        wanted.sort_unstable_by_key(|digest| *digest.as_bytes());
        wanted.dedup();
        let (mut used, mut laid_out, mut asked) = (HashMap::new(), HashMap::new(), HashMap::new());
        for (digest, at, from) in self.uses(wanted.iter()).await? {
            used.extend(at.map(|at| (digest, at)));
            laid_out.extend(from.map(|from| (digest, from)));
        }
        let mut found = HashMap::new();
        for key in keys {
            match (used.get(&key.digest), laid_out.get(&key.digest)) {
                (Some(at), _) => drop(found.insert(key.digest, *at)),
                // The secret is not used yet.
                (None, Some(from))
                    if wanted.binary_search_by_key(from.as_bytes(), |known| *known.as_bytes()).is_ok() =>
                {
                    found.extend(used.get(from).map(|at| (key.digest, *at)));
                }
                // It was replaced before keys noted that.
                (None, Some(from)) => drop(asked.insert(*from, key.digest)),
                (None, None) => (),
            }
        }
        for (digest, at, _) in self.uses(asked.keys()).await? {
            found.extend(at.zip(asked.get(&digest)).map(|(at, follower)| (*follower, at)));
        }

        Ok(found)
    }

    /// What was counted with the secret that `digest` stands for, or with the one before it where it is not used yet.
    pub async fn counted(&self, digest: &Digest) -> Result<Legacy> {
        match State::read(self.item(digest).await?)? {
            State::Stamped(pass) => Ok((*pass).into()),
            State::Moved { left, .. } => Ok(*left),
            State::Bare { from: Some(from), .. } => Ok(self.legacy(&from).await?.unwrap_or_default()),
            State::Bare { from: None, last_used_at } => Ok(Legacy { last_used_at, ..Legacy::default() }),
            State::Gone => Ok(Legacy::default()),
        }
    }

    async fn uses(
        &self,
        digests: impl Iterator<Item = &Digest> + Send,
    ) -> Result<Vec<(Digest, Option<Timestamp>, Option<Digest>)>> {
        let keys = digests.map(|digest| attributes([("digest", Some(bytes(*digest.as_bytes())))]));
        let wanted = KeysAndAttributes::builder()
            .set_keys(Some(keys.collect()))
            .projection_expression("#digest, #used, #from")
            .set_expression_attribute_names(Some(names(["digest", "used", "from"])));
        let items = dynamodb::batch_get(&self.client, &self.table, wanted).await?.into_iter().map(|mut item| {
            let used = item.number("used")?.map(time).transpose()?;
            Ok((read_digest(&mut item, "digest")?, used, optional_digest(&mut item, "from")?))
        });

        items.collect()
    }

    /// The pass whose counters the pass of `digest` still has to take over, if there is one.
    pub(in crate::store) async fn predecessor(&self, digest: &Digest, tries: &mut Tries) -> Result<Option<Digest>> {
        let item = tries.run(|| self.item(digest)).await?;

        item.map_or(Ok(None), |mut item| optional_digest(&mut item, "from"))
    }

    pub(super) async fn item(&self, digest: &Digest) -> Result<Option<Item>> {
        let request = self.client.get_item().table_name(&self.table).key("digest", bytes(*digest.as_bytes()));

        Ok(request.consistent_read(true).send().await?.item.map(Item::from))
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
