//! Keys in the keys table: each is made, found or removed in one transaction with everything that this touches. [`search`]: those that fit a filter.

mod search;

use std::collections::BTreeMap;

pub use search::{Found, Reach};

use super::idempotency::Keep;
use super::key_item::{PREFIX, key_of, read, read_id, write};
use super::record::OnOrganization;
use super::secrets::Holder;
use super::warrant::Warrant;
use super::{Keys, Part, is_new, is_there, organization_item, read_as, warrant};
use crate::contract::secret::Digest;
use crate::registry::audit::{Action, Entry};
use crate::registry::author::Author;
use crate::registry::key::{Id, Key, View};
use crate::registry::organization::Organization;
use crate::registry::slug::Slug;
use aws_sdk_dynamodb::types::{Delete, KeysAndAttributes, Put};
use dynamodb::{Committed, Condition, Conditional as _, Item, Result, Transaction, Tries, number};
use jiff::Timestamp;

/// How many keys one transaction takes over: each is six members of its hundred, and the organization is another.
pub(crate) const TAKEN_OVER: usize = 16;

/// What became of an attempt to add keys: all of them, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inserted {
    /// They are there.
    Yes,
    /// The organization may have only so many more.
    Full(usize),
    /// The organization has changed since it was read, or the request was carried out meanwhile: look again.
    Changed,
    /// A secret belongs to a key already.
    Taken,
    /// A secret belonged to a key, and was revoked or replaced.
    Revoked,
    /// An id is another key's, or was.
    IdTaken,
    /// The author is no longer allowed to.
    Unauthorized,
}

/// What became of an attempt to replace a key that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Replaced {
    /// It is there, and everything that it took away is out of force.
    Yes,
    /// The key or its organization has changed since it was read, or the request was carried out meanwhile: look again.
    Changed,
    /// The author is no longer allowed to.
    Unauthorized,
}

impl Replaced {
    pub(super) fn by(committed: &Committed) -> Self {
        match committed {
            Committed::Yes => Self::Yes,
            no if no.failed(warrant::AUTHOR) => Self::Unauthorized,
            Committed::No(_) => Self::Changed,
        }
    }
}

/// How a key is added.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Adding<'a> {
    /// Its secret is new.
    New(Option<Keep<'a>>),
    /// Its secret is not new: it may have belonged to a key here before.
    TakenOver,
}

impl Adding<'_> {
    const fn is_new(&self) -> bool {
        match self {
            Self::New(_) => true,
            Self::TakenOver => false,
        }
    }
}

impl Keys {
    /// The key whose secret `digest` stands for at `now`, and its organization, as they are now.
    pub async fn authority(&self, digest: &Digest, now: Timestamp) -> Result<Option<(Key, Organization)>> {
        let holder = self.holder(digest).await?.filter(|holder| holder.ended.is_none());
        let Some(Holder { org, key, .. }) = holder else { return Ok(None) };
        let (key, organization) = self.find(&org, &key).await?;
        // A secret is still an item like others until the transaction that removes it is over.
        Ok(key.zip(organization).filter(|(key, _)| key.answers_to(digest, now)))
    }

    /// The key `id` of `org`, and `org`, in one round trip; `None` in place of one that is not there.
    pub async fn find(&self, org: &Slug, id: &Id) -> Result<(Option<Key>, Option<Organization>)> {
        let wanted = KeysAndAttributes::builder().keys(key_of(org, id)).keys(organization_item::key_of(org));
        let (mut key, mut organization) = (None, None);
        for mut item in dynamodb::batch_get(&self.client, &self.table, wanted).await? {
            if item.need("sk", Item::text)? == organization_item::SORT_KEY {
                organization = organization_item::read(org, item)?;
            } else {
                key = Some(read(org, id, item)?);
            }
        }

        Ok((key, organization))
    }

    /// At most `limit` keys of `org` that are older than `after`, newest first; and whether there are more.
    pub async fn list(&self, org: &Slug, limit: u32, after: Option<&Id>) -> Result<(Vec<Key>, bool)> {
        let (items, has_more) = self.items_after(org, limit, after).await?;
        let keys = items.into_iter().map(|mut item| {
            let id = read_id(&mut item)?;
            read(org, &id, item)
        });

        Ok((keys.collect::<Result<_>>()?, has_more))
    }

    /// The ids of the same keys, whatever else the keys are.
    pub(crate) async fn ids(&self, org: &Slug, limit: u32, after: Option<&Id>) -> Result<(Vec<Id>, bool)> {
        let (items, has_more) = self.items_after(org, limit, after).await?;
        let ids = items.into_iter().map(|mut item| read_id(&mut item));

        Ok((ids.collect::<Result<_>>()?, has_more))
    }

    async fn items_after(&self, org: &Slug, limit: u32, after: Option<&Id>) -> Result<(Vec<Item>, bool)> {
        let part = Part {
            partition: &format!("org#{org}"),
            prefix: Some(PREFIX),
            newest_first: true,
            limit,
            after: after.map(|id| key_of(org, id)),
        };

        self.part(part).await
    }

    /// The names of those of the keys `ids` of `org` that there are, by id: at most 100.
    pub async fn names(&self, org: &Slug, ids: &[Id]) -> Result<BTreeMap<String, String>> {
        let found = self.items_of(org, ids).await?.into_iter().map(|mut item| {
            let id = read_id(&mut item)?;
            Ok((id.to_string(), item.need("name", Item::text)?))
        });

        found.collect()
    }

    /// Those of the keys `ids` of `org` that there are, at most 100, in any order.
    pub(crate) async fn some(&self, org: &Slug, ids: &[Id]) -> Result<Vec<Key>> {
        let found = self.items_of(org, ids).await?.into_iter().map(|mut item| {
            let id = read_id(&mut item)?;
            read(org, &id, item)
        });

        found.collect()
    }

    async fn items_of(&self, org: &Slug, ids: &[Id]) -> Result<Vec<Item>> {
        let mut ids: Vec<&Id> = ids.iter().collect();
        ids.sort_by_key(|id| id.as_str());
        ids.dedup();
        let wanted = KeysAndAttributes::builder().set_keys(Some(ids.into_iter().map(|id| key_of(org, id)).collect()));

        dynamodb::batch_get(&self.client, &self.table, wanted).await
    }

    /// Adds `keys`, at most [`TAKEN_OVER`] with different secrets, to `org`, which may have at most `cap` keys: all of them or
    /// none. The cap is exact, however many keys are added at once.
    pub(crate) async fn insert(
        &self,
        keys: &[Key],
        org: &Organization,
        cap: Option<u32>,
        author: &Author,
        adding: Adding<'_>,
        tries: &mut Tries,
    ) -> Result<Inserted> {
        let warrant = Warrant { author, org };
        let more = i64::try_from(keys.len()).unwrap_or(i64::MAX);
        let most = cap.map_or(i64::MAX, i64::from);
        let room = Condition::that("#keys <= :room", ["keys"]).value(":room", number(most.saturating_sub(more)));
        let condition = read_as(org.version).and(room).and(warrant.of_organization());
        let count =
            OnOrganization::new("count", condition).also(" ADD #keys :more", ["keys"], [(":more", number(more))]);
        let action = if adding.is_new() { Action::KeyCreated } else { Action::KeyImported };
        let entry =
            |key: &Key| author.did(action, &org.slug, Some(&key.id), [None, Some(View::in_full(key, author.at))]);
        let entries: Vec<_> = keys.iter().map(entry).collect();
        let mut transaction = self.all_recorded(self.transaction(), &org.slug, &entries, org.sequence, count)?;
        for key in keys {
            let new = Put::builder().table_name(&self.table).set_item(Some(write(key)?)).when(is_new()).build()?;
            transaction =
                transaction.with("key", new).with("id", self.id_noted(key)?).with("secret", self.secret_taken(key)?);
            transaction = self.reminding(transaction, None, key)?;
            if !adding.is_new() {
                transaction = transaction.with("pass", self.passes.never_closed(&key.digest)?);
            }
        }
        if let Adding::New(Some(keep)) = adding {
            transaction = transaction.with("kept", self.keeping(&org.slug, keep, author.at)?);
        }
        let transaction = warrant.asked_of(self, transaction, None)?;
        let committed = transaction.commit(tries).await?;

        Ok(match committed {
            Committed::Yes => Inserted::Yes,
            no if no.failed(warrant::AUTHOR) => Inserted::Unauthorized,
            // The same request was carried out meanwhile, and may have taken the last place.
            no if no.failed("kept") => Inserted::Changed,
            no if no.failed("secret") => Inserted::Taken,
            no if no.failed("pass") => Inserted::Revoked,
            no if no.failed("id") || no.failed("key") => Inserted::IdTaken,
            no if no.failed("count") => {
                let now = self.organization(&org.slug).await?;
                let left = now.filter(|now| now.version == org.version).map(|now| most.saturating_sub(now.keys).max(0));
                match left.filter(|left| *left < more) {
                    Some(left) => Inserted::Full(usize::try_from(left).unwrap_or_default()),
                    None => Inserted::Changed,
                }
            }
            Committed::No(_) => Inserted::Changed,
        })
    }

    /// Writes `after` in place of `before`, which was read, and takes its pass out of force where its terms are others. Once
    /// this has returned, no request is let in on the key's old terms.
    pub(crate) async fn replace(
        &self,
        before: &Key,
        after: &mut Key,
        warrant: Warrant<'_>,
        entry: &Entry,
        tries: &mut Tries,
    ) -> Result<Replaced> {
        after.version = before.version.saturating_add(1);
        let put = Put::builder().table_name(&self.table).set_item(Some(write(after)?));
        let put = put.when(read_as(before.version).and(warrant.of_key(&after.id)));
        let mut transaction = self.transaction().with("key", put.build()?);
        if !after.is_on_terms_of(before) {
            transaction = transaction.with("pass", self.passes.fenced(&after.digest, after.version, entry.at)?);
        }
        transaction = self.reminding(transaction, Some(before), after)?;
        let transaction = warrant.sealed(self, transaction, Some(&after.id), entry)?;

        Ok(Replaced::by(&transaction.commit(tries).await?))
    }

    /// Removes `key` as it was read, and everything that lets it in; and leaves `reason` behind, too, where there is one.
    pub(crate) async fn take_out(
        &self,
        key: &Key,
        reason: Option<Entry>,
        warrant: Warrant<'_>,
        tries: &mut Tries,
    ) -> Result<Replaced> {
        Ok(Replaced::by(&self.removal(key, reason, warrant)?.commit(tries).await?))
    }

    fn removal(&self, key: &Key, reason: Option<Entry>, warrant: Warrant<'_>) -> Result<Transaction> {
        let author = warrant.author;
        let condition = warrant.of_organization().and(is_there());
        let discount =
            OnOrganization::new("count", condition).also(" ADD #keys :less", ["keys"], [(":less", number(-1))]);
        let delete = Delete::builder().table_name(&self.table).set_key(Some(key_of(&key.org, &key.id)));
        let before = View::in_full(key, author.at);
        let entry = author.did(Action::KeyDeleted, &key.org, Some(&key.id), [Some(before), None]);
        let delete = delete.when(read_as(key.version).and(warrant.of_key(&key.id))).build()?;
        let transaction = self.transaction().with("key", delete);
        let entries: Vec<_> = reason.into_iter().chain([entry]).collect();
        let mut transaction = self.all_recorded(transaction, &key.org, &entries, warrant.org.sequence, discount)?;
        for digest in [Some(key.digest), key.previous.map(|previous| previous.digest)].iter().flatten() {
            transaction = transaction
                .with("secret", self.secret_ended(digest, key, author.at)?)
                .with("pass", self.passes.ending(digest, author.at)?);
        }

        warrant.asked_of(self, transaction, Some(&key.id))
    }
}
