//! Organizations that are being deleted, in the keys table, and everything that goes with them.
//!
//! | `pk` | `sk` | what it is |
//! | --- | --- | --- |
//! | `closings` | `acme` | it is being deleted, and how far that has come |
//! | `closed` | `acme` | nothing is left of it; for a day |
//!
//! From the transaction that begins this on, the organization is there for nobody: it is read as if it were not, and every change to it or
//! to its keys that has read it before fails at its number. So nothing comes into being any more, and each step below
//! can be made again from the beginning, by any number of runs at once. The organization's own item goes last.

use aws_sdk_dynamodb::types::{ConditionCheck, Delete, Put};
use dynamodb::{Committed, Condition, Conditional as _, Item, Result, Tries, number, text};
use jiff::Timestamp;
use serde::Deserialize;
use tokio::task::JoinSet;

use super::key_item::{PREFIX, read_id};
use super::record::{ORGANIZATION, OnOrganization};
use super::remembered::{Remembered, is_written, json, place};
use super::session_item::By;
use super::{Attributes, Keys, Part, Usage, is_there, key_ids, key_item, optional_digest, organization_item, read_as};
use super::{secrets, session_item, webhooks};
use crate::contract::secret::Digest;
use crate::registry::audit::Action;
use crate::registry::author::Author;
use crate::registry::closing::{Closed, Closing, Trail};
use crate::registry::error;
use crate::registry::key::Id;
use crate::registry::organization::{Organization, Status, View};
use crate::registry::slug::Slug;
use crate::registry::usage::{Account, Holder};

const UNDER_WAY: &str = "closings";

/// How many keys, sessions or rows are read at once.
const PAGE: u32 = 100;

/// How many keys' usage goes at once.
const AT_ONCE: usize = 16;

/// A key that goes: its id, and its secrets that still work or would.
type Going = (Id, Vec<Digest>);

fn under_way(org: &Slug) -> Attributes {
    place(UNDER_WAY, org.as_str())
}

fn over(org: &Slug) -> Attributes {
    place("closed", org.as_str())
}

impl Keys {
    /// What is remembered of the deletion of `org`, while it is under way.
    pub(crate) async fn closing(&self, org: &Slug) -> Result<Remembered<Closing>> {
        self.remembered(under_way(org)).await
    }

    /// All organizations that are being deleted, by their slugs.
    pub(crate) async fn closings(&self) -> Result<Vec<Slug>> {
        self.all(UNDER_WAY, "").await?.into_iter().map(|mut item| super::parsed(&mut item, "sk")).collect()
    }

    /// The member of a transaction that fails where `org` is being deleted, or nobody: what it is about would be left behind.
    pub(super) fn still_there(&self, org: &Slug) -> Result<ConditionCheck> {
        let open = Condition::that("attribute_not_exists(#closing)", [organization_item::CLOSING]);
        let check = ConditionCheck::builder().table_name(&self.table).set_key(Some(organization_item::key_of(org)));

        Ok(check.when(is_there().and(open)).build()?)
    }

    /// What is remembered of `org`, of which nothing is left since a day or less before `now`; `None` where there was nothing of that slug.
    pub(crate) async fn closed(&self, org: &Slug, now: Timestamp) -> Result<Option<Closed>> {
        let closed: Remembered<Closed> = self.remembered(over(org)).await?;

        Ok(Some(closed.value).filter(|value| closed.is_there() && value.is_remembered(now)))
    }

    /// The member of a transaction that fails while the slug of `org` is nobody's.
    pub(super) fn is_free(&self, org: &Slug, now: Timestamp) -> Result<ConditionCheck> {
        let free = Condition::that("attribute_not_exists(#pk) OR #free <= :now", ["pk", "free"]);
        let check = ConditionCheck::builder().table_name(&self.table).set_key(Some(over(org)));

        Ok(check.when(free.value(":now", number(now.as_millisecond()))).build()?)
    }

    /// Begins to delete `org`, which must be locked: it is there for nobody from now on. `false`: it has changed since it was read.
    pub(crate) async fn close(
        &self,
        org: &Organization,
        trail: Trail,
        author: &Author,
        tries: &mut Tries,
    ) -> Result<bool> {
        let locked = text(organization_item::status_name(Status::Locked));
        let is_locked = Condition::that("#status = :locked", ["status"]).value(":locked", locked);
        let closed = OnOrganization::new(ORGANIZATION, read_as(org.version).and(is_locked)).also(
            format!(", #version = :version, #{} = :closing, #schema = :schema", organization_item::CLOSING),
            ["version", organization_item::CLOSING, dynamodb::SCHEMA],
            [
                (":version", number(org.version.saturating_add(1))),
                (":closing", number(author.at.as_millisecond())),
                (":schema", number(organization_item::LAYOUT_OF_CLOSING)),
            ],
        );
        let before = View::in_full(org.clone());
        let entry = author.did(Action::OrganizationDeleted, &org.slug, None, [Some(before), None]);
        let closing = Remembered::<Closing>::default().with(Closing { trail, row: None });
        let noted = Put::builder().table_name(&self.table).set_item(Some(closing.item(under_way(&org.slug))?));
        let transaction = self.transaction().with("closing", noted.when(closing.as_read()).build()?);
        let transaction = self.recorded(transaction, &entry, org.sequence, closed)?;

        Ok(transaction.commit(tries).await? == Committed::Yes)
    }

    /// Ends every way into `org`, which is being deleted, as long as `tries` are not over: its keys are gone, and its people's sessions;
    /// and nothing is sent to its webhooks any more. Whether none is left.
    pub(crate) async fn close_ways_in(
        &self,
        usage: &Usage,
        org: &Slug,
        now: Timestamp,
        tries: &Tries,
    ) -> error::Result<bool> {
        if !self.closing(org).await?.is_there() {
            return Ok(true);
        }
        let webhooks = self.client.delete_item().table_name(&self.table).set_key(Some(webhooks::all_of(org)));
        webhooks.send().await.map_err(dynamodb::Error::from)?;

        Ok(self.without_keys(usage, org, now, tries).await? && self.without_sessions(org, tries).await?)
    }

    /// Deletes what is left of `org`, whose ways in are closed, as long as `tries` are not over. Whether nothing is left: its slug is
    /// then nobody's for a while ([`Closed::free_at`]).
    pub(crate) async fn go_on_closing(
        &self,
        usage: &Usage,
        org: &Slug,
        now: Timestamp,
        tries: &Tries,
    ) -> error::Result<bool> {
        let closing = self.closing(org).await?;
        if !closing.is_there() {
            return Ok(true);
        }
        let trail = closing.value.trail;
        let is_empty =
            self.without_usage(usage, org, closing, tries).await? && self.without_others(org, trail, tries).await?;
        if !is_empty {
            return Ok(false);
        }
        self.passes.forget_shared(org).await?;

        Ok(self.closed_for_good(org, now, &mut tries.beside()).await?)
    }

    /// Nobody gets in with the organization's keys, and then they are gone: their secrets are ended for good.
    async fn without_keys(&self, usage: &Usage, org: &Slug, now: Timestamp, tries: &Tries) -> Result<bool> {
        let partition = format!("org#{org}");
        loop {
            if tries.are_over() {
                return Ok(false);
            }
            let part =
                Part { partition: &partition, prefix: Some(PREFIX), newest_first: false, limit: PAGE, after: None };
            let (items, has_more) = self.part(part).await?;
            let keys = items.into_iter().map(going).collect::<Result<Vec<_>>>()?;
            let secrets = keys
                .iter()
                .flat_map(|(id, digests)| digests.iter().map(|digest| secrets::item(digest, org, id, Some(now))));
            let secrets: Vec<_> = secrets.collect();
            dynamodb::batch_put(&self.client, &self.table, secrets).await?;
            let digests: Vec<_> = keys.iter().flat_map(|(_, digests)| digests.iter().copied()).collect();
            self.passes.end_all(&digests, now).await?;
            if !forget(usage, org, keys.iter().map(|(id, _)| id), tries).await? {
                return Ok(false);
            }
            let items: Vec<_> =
                keys.iter().flat_map(|(id, _)| [key_item::key_of(org, id), key_ids::place(id)]).collect();
            dynamodb::batch_delete(&self.client, &self.table, items).await?;
            if !has_more {
                return Ok(true);
            }
        }
    }

    /// The usage of all its keys is gone, also of those that were revoked before, and whose those were: the audit trail knows them.
    async fn without_usage(
        &self,
        usage: &Usage,
        org: &Slug,
        mut closing: Remembered<Closing>,
        tries: &Tries,
    ) -> Result<bool> {
        let partition = format!("audit#{org}");
        loop {
            if tries.are_over() {
                return Ok(false);
            }
            let after = closing.value.row.as_deref().map(|row| place(partition.as_str(), row));
            let part = Part { partition: &partition, prefix: None, newest_first: false, limit: PAGE, after };
            let (items, has_more) = self.part(part).await?;
            let rows = items.into_iter().map(revoked).collect::<Result<Vec<_>>>()?;
            // An id can be taken over again, and revoked again.
            let mut ids: Vec<&Id> = rows.iter().filter_map(|(_, id)| id.as_ref()).collect();
            ids.sort_by_key(|id| id.as_str());
            ids.dedup();
            if !forget(usage, org, ids.iter().copied(), tries).await? {
                return Ok(false);
            }
            dynamodb::batch_delete(&self.client, &self.table, ids.into_iter().map(key_ids::place).collect::<Vec<_>>())
                .await?;
            if !has_more {
                break;
            }
            closing.value.row = rows.into_iter().next_back().map(|(row, _)| row);
            let put = self.client.put_item().table_name(&self.table).set_item(Some(closing.item(under_way(org))?));
            if !is_written(put.when(closing.as_read()).send().await)? {
                // Another run goes through them, too: one is enough.
                return Ok(false);
            }
            closing = closing.read_again();
        }

        usage.forget(&Account::Organization(org.clone()), tries).await
    }

    /// Its people's sessions and links are gone.
    async fn without_sessions(&self, org: &Slug, tries: &Tries) -> Result<bool> {
        let partition = session_item::partition(org);
        loop {
            if tries.are_over() {
                return Ok(false);
            }
            let part = Part { partition: &partition, prefix: None, newest_first: false, limit: PAGE, after: None };
            let (items, has_more) = self.part(part).await?;
            let sessions = items.into_iter().map(|item| session(&partition, item)).collect::<Result<Vec<_>>>()?;
            dynamodb::batch_delete(&self.client, &self.table, sessions.into_iter().flatten()).await?;
            if !has_more {
                return Ok(true);
            }
        }
    }

    /// Everything else of it in this table is gone, but for its own item, and for the audit trail where that is to stay.
    async fn without_others(&self, org: &Slug, trail: Trail, tries: &Tries) -> Result<bool> {
        let others = ["idempotency", "alerts", "history", "webhooks"].map(|what| format!("{what}#{org}"));
        let gone = async |partition: &str, but| dynamodb::empty(&self.client, &self.table, partition, but, tries).await;
        for partition in &others {
            if !gone(partition, None).await? {
                return Ok(false);
            }
        }
        if trail == Trail::Delete && !gone(&format!("audit#{org}"), None).await? {
            return Ok(false);
        }

        gone(&format!("org#{org}"), Some(organization_item::SORT_KEY)).await
    }

    /// The organization itself is gone. `false`: another run has been here, or begins.
    async fn closed_for_good(&self, org: &Slug, now: Timestamp, tries: &mut Tries) -> Result<bool> {
        let closed = Remembered::<Closed>::default().with(Closed::since(now));
        let mut item = closed.item(over(org))?;
        let kept = now.as_second().saturating_add(Closed::KEPT_SECS);
        item.extend(super::attributes([
            ("free", Some(number(closed.value.free_at().as_millisecond()))),
            ("ttl", Some(number(kept))),
        ]));
        let delete = |key| Delete::builder().table_name(&self.table).set_key(Some(key));
        let transaction = self
            .transaction()
            .with("closing", delete(under_way(org)).when(is_there()).build()?)
            .with("organization", delete(organization_item::key_of(org)).build()?)
            .with("listed", delete(organization_item::listed_as(org)).build()?)
            .with("closed", Put::builder().table_name(&self.table).set_item(Some(item)).build()?);

        match transaction.commit(tries).await? {
            Committed::Yes => Ok(true),
            Committed::No(_) => Ok(!self.closing(org).await?.is_there()),
        }
    }
}

/// Forgets the usage of these keys of `org`, several at once. Whether all of it is gone.
async fn forget<'a>(
    usage: &Usage,
    org: &Slug,
    keys: impl Iterator<Item = &'a Id> + Send,
    tries: &Tries,
) -> Result<bool> {
    let (mut under_way, mut all_gone) = (JoinSet::new(), true);
    for key in keys {
        let account = Account::Key(Holder { org: org.clone(), key: key.clone() });
        let (usage, tries) = (usage.clone(), tries.beside());
        if under_way.len() >= AT_ONCE {
            all_gone &= joined(under_way.join_next().await)?;
        }
        under_way.spawn(async move { usage.forget(&account, &tries).await });
    }
    while !under_way.is_empty() {
        all_gone &= joined(under_way.join_next().await)?;
    }

    Ok(all_gone)
}

fn joined(done: Option<std::result::Result<Result<bool>, tokio::task::JoinError>>) -> Result<bool> {
    done.map_or(Ok(true), |done| {
        done.map_err(|error| dynamodb::Error::Fault(format!("forgetting usage was cut short: {error}")))?
    })
}

/// The key of an item, whatever else is in it: a key that cannot be read goes like others.
fn going(mut item: Item) -> Result<Going> {
    let id = read_id(&mut item)?;
    let digests = ["digest", "previous"].map(|name| optional_digest(&mut item, name).unwrap_or_default());

    Ok((id, digests.into_iter().flatten().collect()))
}

/// The keys of the items of a session or a link, whatever else is in it.
fn session(partition: &str, mut item: Item) -> Result<Vec<Attributes>> {
    let listed = place(partition, item.need("sk", Item::text)?);
    let reached = optional_digest(&mut item, "reached").unwrap_or_default();
    let both = reached.map(|digest| [By::Code, By::Cookie].map(|by| session_item::reached_by(by, &digest)));

    Ok(both.into_iter().flatten().chain([listed]).collect())
}

/// A row of the audit trail by its place, and the key that was revoked then, if one was.
fn revoked(mut item: Item) -> Result<(String, Option<Id>)> {
    #[derive(Deserialize, Default)]
    #[serde(rename_all = "camelCase", default)]
    struct Row {
        action: String,
        key_id: Option<Id>,
    }
    let row = item.need("sk", Item::text)?;
    let Row { action, key_id } = json(&mut item, "row").unwrap_or_else(|error| {
        tracing::warn!("a row of the audit trail of an organization that is deleted: {error}");
        Row::default()
    });

    Ok((row, key_id.filter(|_| action == Action::KeyDeleted.name())))
}
