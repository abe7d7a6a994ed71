//! What goes with an organization that is being deleted: its keys, what they were used for, its people's sessions, and everything else.
//!
//! Each of these says whether nothing is left, goes no further than the tries allow, and can be made again from the beginning.

use dynamodb::{Conditional as _, Item, Result, Tries};
use jiff::Timestamp;
use serde::Deserialize;
use tokio::task::JoinSet;

use super::under_way;
use crate::contract::secret::Digest;
use crate::registry::audit::Action;
use crate::registry::closing::{Closing, Trail};
use crate::registry::key::Id;
use crate::registry::slug::Slug;
use crate::registry::usage::{Account, Holder};
use crate::store::key_item::{PREFIX, read_id};
use crate::store::remembered::{Remembered, is_written, json, place};
use crate::store::session_item::By;
use crate::store::{
    Attributes, Keys, Part, Usage, key_ids, key_item, optional_digest, organization_item, secrets, session_item,
};

/// How many keys, sessions or rows are read at once.
const PAGE: u32 = 100;

/// How many keys' usage goes at once.
const AT_ONCE: usize = 16;

/// A key that goes: its id, and its secrets that still work or would.
type Going = (Id, Vec<Digest>);

impl Keys {
    /// Nobody gets in with the organization's keys, and then they are gone: their secrets are ended for good.
    pub(super) async fn without_keys(&self, usage: &Usage, org: &Slug, now: Timestamp, tries: &Tries) -> Result<bool> {
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
    pub(super) async fn without_usage(
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
            self.forget_ids(org, ids).await?;
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
    pub(super) async fn without_sessions(&self, org: &Slug, tries: &Tries) -> Result<bool> {
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
    pub(super) async fn without_others(&self, org: &Slug, trail: Trail, tries: &Tries) -> Result<bool> {
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
