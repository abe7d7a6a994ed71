//! The store: what Latchkey keeps in DynamoDB. Nothing outside this module names a table's attributes.
//!
//! Four tables: the authority (organizations, keys, the key that each digest stands for, and what people are told), the passes, usage (what
//! became of requests), and the outbox of events. Every method that reads or changes something of a tenant takes the
//! tenant's slug; only who hands events on goes through those of all.
//!
//! It uses the registry's types and the crate `dynamodb`. It does not know how something reads on the wire, and judges
//! only where DynamoDB does: a condition here and its twin in the registry are one rule written twice; a test keeps
//! them the same.

mod after;
mod alerts;
mod audit;
mod closing;
#[cfg(test)]
mod database;
mod dead_letters;
mod idempotency;
mod key_ids;
mod key_item;
mod keys;
mod organization_item;
mod organizations;
mod outbox;
mod parcels;
mod passes;
mod plans;
mod record;
mod remembered;
mod reminders;
mod reset;
mod secrets;
mod session_item;
mod sessions;
mod succession;
mod usage;
mod warrant;
mod webhooks;
mod withdrawal;

use std::time::Duration;

use dynamodb::{AttributeValue, Client, Condition, Error, Item, Result, Table, Transaction, Tries, number};
use jiff::Timestamp;

use crate::contract::limit::Limits;
use crate::contract::secret::Digest;
use crate::environment::entropy::Entropy;
use crate::registry::addresses::Addresses;
use crate::registry::metadata::Metadata;
use crate::registry::name::Name;

pub use after::After;
pub(crate) use alerts::{Among, Memo, Progress};
pub(crate) use idempotency::Keep;
pub(crate) use keys::{Adding, Replaced, TAKEN_OVER};
pub use keys::{Found, Inserted, Reach};
pub use outbox::{Fate, Letter, Outbox, Page, Pile, Start};
pub use parcels::{Courier, Parcel, Pause, WEBHOOK};
pub use passes::{Counted, Passes, Remains, State, Together, Versions};
pub use remembered::Remembered;
pub use reminders::Reminder;
pub use secrets::Holder;
pub(crate) use sessions::Settled;
pub use sessions::Visited;
pub use usage::Usage;
pub(crate) use usage::hints::Hints;
pub(crate) use warrant::Warrant;

/// The authority: the keys table.
#[derive(Clone, Debug)]
pub struct Keys {
    client: Client,
    once: Client,
    table: String,
    passes: Passes,
    outbox: Outbox,
    entropy: Entropy,
    patience: Duration,
}

impl Keys {
    /// The authority in `table`, whose changes withdraw `passes`, put their events into `outbox` and may be tried for as
    /// long as the table says.
    pub fn new(table: Table, passes: Passes, outbox: Outbox, entropy: Entropy) -> Self {
        let Table { client, name, patience, .. } = table;

        Self { once: dynamodb::once(&client), client, table: name, passes, outbox, entropy, patience }
    }

    /// The attempts of a change that begins now.
    pub fn tries(&self) -> Tries {
        Tries::within(self.patience)
    }

    /// A transaction without members yet.
    fn transaction(&self) -> Transaction {
        Transaction::new(&self.once)
    }

    /// At most `part.limit` items of a partition, and whether there are more.
    async fn part(&self, part: Part<'_>) -> Result<(Vec<Item>, bool)> {
        let Part { partition, prefix, newest_first, limit, after } = part;
        let one_more = limit.saturating_add(1);
        let request = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .scan_index_forward(!newest_first)
            .limit(i32::try_from(one_more).unwrap_or(i32::MAX))
            .expression_attribute_names("#pk", "pk")
            .expression_attribute_values(":pk", dynamodb::text(partition))
            .set_exclusive_start_key(after);
        let request = match prefix {
            None => request.key_condition_expression("#pk = :pk"),
            Some(prefix) => request
                .key_condition_expression("#pk = :pk AND begins_with(#sk, :prefix)")
                .expression_attribute_names("#sk", "sk")
                .expression_attribute_values(":prefix", dynamodb::text(prefix)),
        };
        let page = request.send().await?;
        // DynamoDB ends a page after 1 MB, however many were asked for.
        let is_cut = page.last_evaluated_key.is_some();
        let items = page.items.unwrap_or_default();
        let has_more = is_cut || u32::try_from(items.len()).is_ok_and(|count| count > limit);
        let shown = items.into_iter().take(usize::try_from(limit).unwrap_or(usize::MAX));

        Ok((shown.map(Item::from).collect(), has_more))
    }

    /// All items of a partition whose sort keys begin with `prefix`, however many there are.
    async fn all(&self, partition: &str, prefix: &str) -> Result<Vec<Item>> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression("#pk = :pk AND begins_with(#sk, :prefix)")
            .set_expression_attribute_names(Some(names(["pk", "sk"])))
            .expression_attribute_values(":pk", dynamodb::text(partition))
            .expression_attribute_values(":prefix", dynamodb::text(prefix));
        let mut pages = query.into_paginator().send();
        let mut items = Vec::new();
        while let Some(page) = pages.next().await {
            items.extend(page?.items.unwrap_or_default().into_iter().map(Item::from));
        }

        Ok(items)
    }

    /// Opens the connection that the first request will use. If it cannot be opened, the first request will notice.
    pub async fn connect(&self) {
        let nothing = attributes([("pk", Some(dynamodb::text("connect"))), ("sk", Some(dynamodb::text("connect")))]);
        let request = self.client.get_item().table_name(&self.table).set_key(Some(nothing));
        match request.send().await.map_err(Error::from) {
            // Not every function may read this table. Who is answered is connected.
            Ok(_) | Err(Error::Inaccessible(_)) => (),
            Err(error) => tracing::warn!("connecting to DynamoDB ahead of the first request failed: {error}"),
        }
    }
}

/// The part of a partition that is asked for.
struct Part<'a> {
    partition: &'a str,
    /// What the sort keys begin with, where not all are asked for.
    prefix: Option<&'a str>,
    newest_first: bool,
    limit: u32,
    /// The key of the item after which it begins.
    after: Option<Attributes>,
}

/// The condition that there is no such item yet.
fn is_new() -> Condition {
    Condition::that("attribute_not_exists(#pk)", ["pk"])
}

/// The condition that there is such an item.
fn is_there() -> Condition {
    Condition::that("attribute_exists(#pk)", ["pk"])
}

/// The condition that a key or an organization is unchanged since it was read.
fn read_as(version: i64) -> Condition {
    Condition::that("#version = :seen", ["version"]).value(":seen", number(version))
}

fn time(millis: i64) -> Result<Timestamp> {
    Timestamp::from_millisecond(millis)
        .map_err(|error| Error::Fault(format!("an item has a time that is none: {error}")))
}

/// The digest in the attribute `name`, which must be there.
fn read_digest(item: &mut Item, name: &str) -> Result<Digest> {
    optional_digest(item, name)?.ok_or_else(|| Error::Fault(format!("an item lacks the digest {name}")))
}

fn optional_digest(item: &mut Item, name: &str) -> Result<Option<Digest>> {
    let digest = item.bytes(name)?.map(Digest::try_from).transpose();

    digest.map_err(|bytes| Error::Fault(format!("the digest {name} of an item has {} bytes", bytes.len())))
}

/// What people call something. It was checked when it was given, and stays readable if the rule has changed since.
fn name(item: &mut Item) -> Result<Name> {
    item.need("name", Item::text).map(Name::stored)
}

/// Limits as an attribute: they are read as a whole, and never searched.
fn write_limits(limits: Option<&Limits>) -> Result<Option<AttributeValue>> {
    let written = limits.map(serde_json::to_string).transpose();

    Ok(written.map_err(|error| Error::Fault(format!("limits cannot be written: {error}")))?.map(dynamodb::text))
}

fn read_limits(item: &mut Item, name: &str) -> Result<Option<Limits>> {
    let limits = item.text(name)?.map(|limits| serde_json::from_str(&limits)).transpose();

    limits.map_err(|error| Error::Fault(format!("the limits {name} of an item cannot be read: {error}")))
}

/// What the operator has written down beside something, where that is something.
fn write_metadata(metadata: &Metadata) -> Result<Option<AttributeValue>> {
    let written = (!metadata.is_empty()).then(|| serde_json::to_string(metadata)).transpose();

    Ok(written.map_err(|error| Error::Fault(format!("metadata: {error}")))?.map(dynamodb::text))
}

/// What the operator has written down beside something.
fn read_metadata(item: &mut Item) -> Result<Metadata> {
    let read = item.text("metadata")?.map(|text| serde_json::from_str(&text)).transpose();

    Ok(read.map_err(|error| Error::Fault(format!("metadata of an item: {error}")))?.unwrap_or_default())
}

/// The addresses from which a key may be used, where it may not be used from everywhere.
fn write_addresses(addresses: &Addresses) -> Option<AttributeValue> {
    (!addresses.is_empty()).then(|| dynamodb::bytes(addresses.to_bytes()))
}

/// The addresses from which a key may be used; none where it may be used from everywhere.
fn read_addresses(item: &mut Item) -> Result<Addresses> {
    let bytes = item.bytes("addresses")?.unwrap_or_default();

    Addresses::from_bytes(&bytes).ok_or_else(|| Error::Fault("the addresses of an item cannot be read".to_owned()))
}

/// A value that parses as a `T`. Otherwise it is a fault: the item is not ours.
fn parsed<T, E>(item: &mut Item, name: &str) -> Result<T>
where
    T: TryFrom<String, Error = E>,
    E: std::fmt::Display,
{
    optional(item, name)?.ok_or_else(|| Error::Fault(format!("an item lacks the attribute {name}")))
}

/// The same for a value that need not be there.
fn optional<T, E>(item: &mut Item, name: &str) -> Result<Option<T>>
where
    T: TryFrom<String, Error = E>,
    E: std::fmt::Display,
{
    let text = item.text(name)?;
    text.map(T::try_from).transpose().map_err(|error| Error::Fault(format!("the attribute {name} of an item {error}")))
}

type Attributes = std::collections::HashMap<String, AttributeValue>;

fn attributes<const N: usize>(members: [(&str, Option<AttributeValue>); N]) -> Attributes {
    members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

/// Names for an expression. Each is written with `#` in front, because nearly every short name is one of DynamoDB's
/// reserved words.
fn names<'a>(names: impl IntoIterator<Item = &'a str>) -> std::collections::HashMap<String, String> {
    names.into_iter().map(|name| (format!("#{name}"), name.to_owned())).collect()
}
