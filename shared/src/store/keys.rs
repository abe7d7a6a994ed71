//! Keys in the keys table: made, found and removed, each in one transaction with what it touches.

use std::collections::HashMap;

use super::idempotency::Keep;
use super::{
    Attributes, Keys, Part, TRIES, attributes, names, optional_digest, organizations, parsed, read_digest, time,
};
use crate::audit::{Action, Author, Entry};
use crate::key::{Digest, Id, Key, Previous, Status, View};
use crate::organization::{Organization, Slug};
use aws_sdk_dynamodb::types::{Delete, KeysAndAttributes, Put, TransactWriteItem, Update};
use dynamodb::{AttributeValue, Error, Item, Reason, Result, SCHEMA, bytes, number, text, text_set};
use jiff::Timestamp;

/// What became of an attempt to add a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inserted {
    /// It is there.
    Yes,
    /// The organization has as many as it may have.
    Full,
    /// The organization is not any more what it was read as, or the request was carried out meanwhile: look again.
    Changed,
    /// The secret is a key's already.
    Taken,
    /// The secret was a key's, and was revoked or replaced not long ago.
    Revoked,
}

/// What is to be done with a key that is added.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Adding<'a> {
    /// Its secret is new.
    New(Option<Keep<'a>>),
    /// Its secret is not: it may have been a key's here before.
    TakenOver,
}

/// What became of an attempt to remove a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removed {
    /// It is gone, and nobody gets in with it any more.
    Yes,
    /// The organization has no such key.
    NoKey,
    /// There is no such organization.
    NoOrganization,
}

/// The version of the layout of keys and secrets.
const LAYOUT: i64 = 1;

fn key_of(org: &Slug, id: &Id) -> HashMap<String, AttributeValue> {
    HashMap::from([("pk".to_owned(), text(format!("org#{org}"))), ("sk".to_owned(), text(format!("key#{id}")))])
}

pub(super) fn secret_of(digest: &Digest) -> HashMap<String, AttributeValue> {
    HashMap::from([("pk".to_owned(), text(format!("secret#{digest}"))), ("sk".to_owned(), text("secret"))])
}

/// The item that says whose secret the digest of `key` stands for.
pub(super) fn secret_item(key: &Key) -> Attributes {
    let mut item = secret_of(&key.digest);
    item.insert("org".to_owned(), text(key.org.as_str()));
    item.insert("key".to_owned(), text(key.id.as_str()));
    item.insert(SCHEMA.to_owned(), number(LAYOUT));

    item
}

impl Keys {
    /// The key whose secret `digest` stands for at `now`, and its organization, as they are now.
    pub async fn authority(&self, digest: &Digest, now: Timestamp) -> Result<Option<(Key, Organization)>> {
        let Some((org, id)) = self.holder(digest).await? else { return Ok(None) };
        let (key, organization) = self.find(&org, &id).await?;
        // A secret is one item among others until the transaction that removes it is over.
        Ok(key.zip(organization).filter(|(key, _)| key.answers_to(digest, now)))
    }

    /// Whose secret `digest` stands for, or stood for a while ago.
    pub(crate) async fn holder(&self, digest: &Digest) -> Result<Option<(Slug, Id)>> {
        let request = self.client.get_item().table_name(&self.table).set_key(Some(secret_of(digest)));
        let Some(secret) = request.consistent_read(true).send().await?.item else { return Ok(None) };
        let mut secret = Item::from(secret);
        secret.schema(LAYOUT)?;

        Ok(Some((parsed(&mut secret, "org")?, parsed(&mut secret, "key")?)))
    }

    /// The key `id` of `org`, and `org`, in one round trip; `None` in place of whatever is not there.
    pub async fn find(&self, org: &Slug, id: &Id) -> Result<(Option<Key>, Option<Organization>)> {
        let wanted = KeysAndAttributes::builder().keys(key_of(org, id)).keys(organizations::key_of(org));
        let (mut key, mut organization) = (None, None);
        for mut item in dynamodb::batch_get(&self.client, &self.table, wanted).await? {
            if item.need("sk", Item::text)? == "organization" {
                organization = Some(organizations::read(org, item)?);
            } else {
                key = Some(read(org, id, item)?);
            }
        }

        Ok((key, organization))
    }

    /// At most `limit` keys of `org`, newest first, from those that are older than `after`; and whether there are more.
    pub async fn list(&self, org: &Slug, limit: u32, after: Option<&Id>) -> Result<(Vec<Key>, bool)> {
        let part = Part {
            partition: &format!("org#{org}"),
            prefix: Some("key#"),
            newest_first: true,
            limit,
            after: after.map(|id| key_of(org, id)),
        };
        let (items, has_more) = self.part(part).await?;
        let keys = items.into_iter().map(|mut item| {
            let id = item.need("sk", Item::text)?;
            let id = Id::try_from(id.trim_start_matches("key#").to_owned());
            read(org, &id.map_err(|error| Error::Fault(format!("the id of a key {error}")))?, item)
        });

        Ok((keys.collect::<Result<_>>()?, has_more))
    }

    /// Adds `key` to `org`, which may have at most `cap` keys: exact, however many are added at once.
    pub(crate) async fn insert(
        &self,
        key: &Key,
        org: &Organization,
        cap: Option<u32>,
        entry: &Entry,
        adding: Adding<'_>,
    ) -> Result<Inserted> {
        let count = Update::builder()
            .table_name(&self.table)
            .set_key(Some(organizations::key_of(&org.slug)))
            .update_expression("ADD #keys :one")
            .condition_expression("#version = :version AND #keys < :cap")
            .set_expression_attribute_names(Some(names(["keys", "version"])))
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":version", number(org.version))
            .expression_attribute_values(":cap", number(cap.map_or(i64::MAX, i64::from)))
            .build()?;
        let put = |item: Attributes| {
            let put = Put::builder().table_name(&self.table).set_item(Some(item));
            let put = put.condition_expression("attribute_not_exists(#pk)").expression_attribute_names("#pk", "pk");
            Ok::<_, Error>(TransactWriteItem::builder().put(put.build()?).build())
        };
        let mut transaction = self
            .client
            .transact_write_items()
            .transact_items(TransactWriteItem::builder().update(count).build())
            .transact_items(put(write(key))?)
            .transact_items(put(secret_item(key))?)
            .transact_items(self.audited(entry)?);
        match adding {
            Adding::New(None) => (),
            Adding::New(Some(keep)) => {
                transaction = transaction.transact_items(self.keeping(&org.slug, keep, entry.at)?);
            }
            Adding::TakenOver => transaction = transaction.transact_items(self.passes.never_closed(&key.digest)?),
        }
        for attempt in 0..TRIES {
            let Err(error) = transaction.clone().send().await else { return Ok(Inserted::Yes) };
            let failed: Vec<_> = Reason::each(error)?.iter().map(|reason| *reason == Reason::Condition).collect();
            if let [_, _, true, ..] = *failed {
                return Ok(Inserted::Taken);
            }
            if let [_, _, _, _, true] = *failed {
                return Ok(match adding {
                    Adding::New(_) => Inserted::Changed,
                    Adding::TakenOver => Inserted::Revoked,
                });
            }
            if let [true, ..] = *failed {
                let full = match self.organization(&org.slug).await? {
                    Some(now) => now.version == org.version,
                    None => false,
                };
                return Ok(if full { Inserted::Full } else { Inserted::Changed });
            }
            dynamodb::back_off(attempt).await;
        }

        Err(Error::Contended)
    }

    /// Writes `key` in place of what it was read as, and takes its pass out of force: once this has returned, no request is
    /// let in on its old terms. `false`: it is not any more what it was read as.
    pub async fn replace(&self, key: &mut Key, entry: &Entry) -> Result<bool> {
        let seen = key.version;
        key.version = seen.saturating_add(1);
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(write(key)))
            .condition_expression("#version = :seen")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":seen", number(seen))
            .build()?;
        let transaction = self
            .client
            .transact_write_items()
            .transact_items(TransactWriteItem::builder().put(put).build())
            .transact_items(self.passes.fenced(&key.digest, key.version, entry.at)?)
            .transact_items(self.audited(entry)?);
        match transaction.send().await {
            Ok(_) => Ok(true),
            Err(error) => Reason::each(error).map(|_| false),
        }
    }

    /// Removes the key `id` of `org` and all that lets it in. Once this has returned, no request with it is let in.
    pub async fn remove(&self, org: &Slug, id: &Id, author: &Author) -> Result<Removed> {
        for attempt in 0..TRIES {
            let (key, organization) = self.find(org, id).await?;
            if organization.is_none() {
                return Ok(Removed::NoOrganization);
            }
            let Some(key) = key else { return Ok(Removed::NoKey) };
            let Err(error) = self.removal(&key, author)?.send().await else { return Ok(Removed::Yes) };
            Reason::each(error)?;
            dynamodb::back_off(attempt).await;
        }

        Err(Error::Contended)
    }

    fn removal(
        &self,
        key: &Key,
        author: &Author,
    ) -> Result<aws_sdk_dynamodb::operation::transact_write_items::builders::TransactWriteItemsFluentBuilder> {
        let discount = Update::builder()
            .table_name(&self.table)
            .set_key(Some(organizations::key_of(&key.org)))
            .update_expression("ADD #keys :less")
            .expression_attribute_names("#keys", "keys")
            .expression_attribute_values(":less", number(-1))
            .build()?;
        let delete = Delete::builder()
            .table_name(&self.table)
            .set_key(Some(key_of(&key.org, &key.id)))
            .condition_expression("#version = :version")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":version", number(key.version))
            .build()?;
        let before = View::in_full(key, author.at);
        let entry = author.did(Action::KeyDeleted, &key.org, Some(&key.id), [Some(before), None]);
        let mut transaction = self
            .client
            .transact_write_items()
            .transact_items(TransactWriteItem::builder().update(discount).build())
            .transact_items(TransactWriteItem::builder().delete(delete).build())
            .transact_items(self.audited(&entry)?);
        for digest in [Some(key.digest), key.previous.map(|previous| previous.digest)].iter().flatten() {
            transaction = transaction
                .transact_items(self.secret_deleted(digest)?)
                .transact_items(self.passes.ending(digest, author.at)?);
        }

        Ok(transaction)
    }
}

const fn status_name(status: Status) -> &'static str {
    match status {
        Status::Active => "active",
        Status::Inactive => "inactive",
    }
}

pub(super) fn write(key: &Key) -> Attributes {
    let mut item = key_of(&key.org, &key.id);
    item.extend(attributes([
        ("name", Some(text(key.name.as_str()))),
        ("kind", key.kind.as_deref().map(text)),
        ("scopes", text_set(key.scopes.iter())),
        ("status", Some(text(status_name(key.status)))),
        ("expires", key.expires_at.map(|at| number(at.as_millisecond()))),
        ("created", Some(number(key.created_at.as_millisecond()))),
        ("digest", Some(bytes(*key.digest.as_bytes()))),
        ("previous", key.previous.map(|previous| bytes(*previous.digest.as_bytes()))),
        ("previous_until", key.previous.map(|previous| number(previous.until.as_millisecond()))),
        ("version", Some(number(key.version))),
        (SCHEMA, Some(number(LAYOUT))),
    ]));

    item
}

fn read(org: &Slug, id: &Id, mut item: Item) -> Result<Key> {
    item.schema(LAYOUT)?;
    let status = item.need("status", Item::text)?;
    let status = [Status::Active, Status::Inactive].into_iter().find(|known| status_name(*known) == status);

    Ok(Key {
        id: id.clone(),
        org: org.clone(),
        name: parsed(&mut item, "name")?,
        kind: item.text("kind")?,
        scopes: item.text_set("scopes")?.into_iter().collect(),
        status: status.ok_or_else(|| Error::Fault("a key has an unknown status".to_owned()))?,
        expires_at: item.number("expires")?.map(time).transpose()?,
        created_at: time(item.need("created", Item::number)?)?,
        digest: read_digest(&mut item, "digest")?,
        previous: read_previous(&mut item)?,
        version: item.need("version", Item::number)?,
    })
}

fn read_previous(item: &mut Item) -> Result<Option<Previous>> {
    let Some(digest) = optional_digest(item, "previous")? else { return Ok(None) };

    Ok(Some(Previous { digest, until: time(item.need("previous_until", Item::number)?)? }))
}
