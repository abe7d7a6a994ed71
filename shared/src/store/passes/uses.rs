//! What passes tell of keys: when each was last used, and what was counted.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::KeysAndAttributes;
use dynamodb::{Result, bytes};
use jiff::Timestamp;

use super::{Passes, Remains, State};
use crate::contract::secret::Digest;
use crate::registry::key::Key;
use crate::store::{attributes, names, optional_digest, read_digest, time};

impl Passes {
    /// Of how many keys it is asked at once when they were last used: half of what DynamoDB reads at once, for each may have a pass of
    /// the secret before its own.
    pub const AT_ONCE: usize = 50;

    /// When `key` was last used.
    ///
    /// # Errors
    /// DynamoDB did not answer, or a pass cannot be read.
    pub async fn last_used(&self, key: &Key) -> Result<Option<Timestamp>> {
        Ok(self.last_used_of(std::slice::from_ref(key)).await?.remove(&key.digest))
    }

    /// When `keys` were last used, for those that were, by the digests of their secrets: at most [`Self::AT_ONCE`], and mostly one
    /// round trip. A key notes which secret was used before its own, so that its pass is asked for as well.
    ///
    /// # Errors
    /// DynamoDB did not answer, or a pass cannot be read.
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
    pub async fn counted(&self, digest: &Digest) -> Result<Remains> {
        match State::read(self.item(digest).await?)? {
            State::Stamped(pass) => Ok((*pass).into()),
            State::Moved { left, .. } => Ok(*left),
            State::Bare { from: Some(from), .. } => Ok(self.remains(&from).await?.unwrap_or_default()),
            State::Bare { from: None, last_used_at } => Ok(Remains { last_used_at, ..Remains::default() }),
            State::Gone => Ok(Remains::default()),
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
}
