//! A key as an item of the keys table.

use std::collections::HashMap;

use dynamodb::{AttributeValue, Error, Item, Result, SCHEMA, bytes, number, text, text_set};

use super::{
    Attributes, attributes, optional, optional_digest, read_addresses, read_digest, read_limits, read_metadata, time,
    write_addresses, write_limits, write_metadata,
};
use crate::contract::limit::{Limits, Window};
use crate::registry::key::{Cycle, Every, Id, Key, Overlap, OwnLimits, Predecessor, Previous, Status};
use crate::registry::leak::Leak;
use crate::registry::slug::Slug;

/// The version of the layout of keys that are given new secrets by themselves. Functions that know nothing of that must not write
/// such a key: nobody would notice that it keeps its secret for good.
const LAYOUT: i64 = 5;

/// The same of other keys that the operator has labelled. Functions that know of no labels must not write such a key without them,
/// or say nothing of them where it is let in.
const LAYOUT_WITH_LABELS: i64 = 4;

/// The same of other keys that may be used from some addresses alone, or have limits that slide or are for a second.
const LAYOUT_WITH_BOUNDS: i64 = 3;

/// The same of other keys with other limits of their own.
const LAYOUT_WITH_LIMITS: i64 = 2;

/// The version of the layout of all other keys.
const LAYOUT_OF_OTHERS: i64 = 1;

/// The version of the layout of `key`.
fn layout(key: &Key) -> i64 {
    let OwnLimits { operator, manager } = &key.limits;
    let is_new = |limits: &Limits| limits.sliding().next().is_some() || limits.get(Window::Second).is_some();
    if key.cycle.is_some() {
        LAYOUT
    } else if key.external_id.is_some() || !key.metadata.is_empty() {
        LAYOUT_WITH_LABELS
    } else if !key.addresses.is_empty() || operator.iter().chain(manager).any(is_new) {
        LAYOUT_WITH_BOUNDS
    } else if key.limits.is_empty() {
        LAYOUT_OF_OTHERS
    } else {
        LAYOUT_WITH_LIMITS
    }
}

/// What the sort keys of an organization's keys begin with.
pub(super) const PREFIX: &str = "key#";

pub(super) fn key_of(org: &Slug, id: &Id) -> HashMap<String, AttributeValue> {
    HashMap::from([("pk".to_owned(), text(format!("org#{org}"))), ("sk".to_owned(), text(format!("{PREFIX}{id}")))])
}

pub(super) const fn status_name(status: Status) -> &'static str {
    match status {
        Status::Active => "active",
        Status::Inactive => "inactive",
        // Functions that know of no such status let nobody in with the key.
        Status::Quarantined => "quarantined",
    }
}

pub(super) fn write(key: &Key) -> Result<Attributes> {
    let mut item = key_of(&key.org, &key.id);
    item.extend(attributes([
        ("name", Some(text(key.name.as_str()))),
        ("external", key.external_id.as_ref().map(|id| text(id.as_str()))),
        ("metadata", write_metadata(&key.metadata)?),
        ("kind", key.kind.as_deref().map(text)),
        ("scopes", text_set(key.scopes.iter())),
        ("status", Some(text(status_name(key.status)))),
        // Older functions drop it when they write the key.
        ("leak", key.leak.as_ref().map(write_leak).transpose()?),
        ("expires", key.expires_at.map(|at| number(at.as_millisecond()))),
        ("rotate_every", key.cycle.map(|cycle| number(cycle.every.0))),
        ("rotate_overlap", key.cycle.map(|cycle| number(cycle.overlap.0))),
        ("rotate_at", key.cycle.map(|cycle| number(cycle.due.as_millisecond()))),
        ("created", Some(number(key.created_at.as_millisecond()))),
        ("digest", Some(bytes(*key.digest.as_bytes()))),
        // Older functions drop it, too.
        ("hint", key.hint.as_deref().map(text)),
        ("previous", key.previous.map(|previous| bytes(*previous.digest.as_bytes()))),
        ("previous_until", key.previous.map(|previous| number(previous.until.as_millisecond()))),
        ("replaced", key.predecessor.map(|predecessor| bytes(*predecessor.digest.as_bytes()))),
        ("replaced_at", key.predecessor.map(|predecessor| number(predecessor.at.as_millisecond()))),
        ("version", Some(number(key.version))),
        ("limits_operator", write_limits(key.limits.operator.as_ref())?),
        ("limits_manager", write_limits(key.limits.manager.as_ref())?),
        ("addresses", write_addresses(&key.addresses)),
        (SCHEMA, Some(number(layout(key)))),
    ]));

    Ok(item)
}

/// The id of the key that `item` is.
pub(super) fn read_id(item: &mut Item) -> Result<Id> {
    let id = item.need("sk", Item::text)?;
    let id = Id::try_from(id.trim_start_matches(PREFIX).to_owned());

    id.map_err(|error| Error::Fault(format!("the id of a key {error}")))
}

pub(super) fn read(org: &Slug, id: &Id, mut item: Item) -> Result<Key> {
    item.schema(LAYOUT)?;
    let status = item.need("status", Item::text)?;
    let known = [Status::Active, Status::Inactive, Status::Quarantined];
    let status = known.into_iter().find(|known| status_name(*known) == status);

    Ok(Key {
        id: id.clone(),
        org: org.clone(),
        name: super::name(&mut item)?,
        external_id: optional(&mut item, "external")?,
        metadata: read_metadata(&mut item)?,
        kind: item.text("kind")?,
        scopes: item.text_set("scopes")?.into_iter().collect(),
        limits: OwnLimits {
            operator: read_limits(&mut item, "limits_operator")?,
            manager: read_limits(&mut item, "limits_manager")?,
        },
        addresses: read_addresses(&mut item)?,
        status: status.ok_or_else(|| Error::Fault("a key has an unknown status".to_owned()))?,
        leak: item.text("leak")?.map(|leak| read_leak(&leak)).transpose()?,
        expires_at: item.number("expires")?.map(time).transpose()?,
        cycle: read_cycle(&mut item)?,
        created_at: time(item.need("created", Item::number)?)?,
        digest: read_digest(&mut item, "digest")?,
        hint: item.text("hint")?,
        previous: read_previous(&mut item)?,
        predecessor: read_predecessor(&mut item)?,
        version: item.need("version", Item::number)?,
    })
}

/// Keys whose secret was replaced before this was noted have none.
fn read_predecessor(item: &mut Item) -> Result<Option<Predecessor>> {
    let Some(digest) = optional_digest(item, "replaced")? else { return Ok(None) };

    Ok(Some(Predecessor { digest, at: time(item.need("replaced_at", Item::number)?)? }))
}

/// It was checked when it was given, and stays readable if the bounds have changed since.
fn read_cycle(item: &mut Item) -> Result<Option<Cycle>> {
    let Some(every) = item.number("rotate_every")? else { return Ok(None) };
    let overlap = item.need("rotate_overlap", Item::number)?;

    Ok(Some(Cycle {
        every: Every(every),
        overlap: Overlap(overlap),
        due: time(item.need("rotate_at", Item::number)?)?,
    }))
}

fn write_leak(leak: &Leak) -> Result<AttributeValue> {
    serde_json::to_string(leak).map(text).map_err(|error| Error::Fault(format!("a leak: {error}")))
}

fn read_leak(leak: &str) -> Result<Leak> {
    serde_json::from_str(leak).map_err(|error| Error::Fault(format!("the leak of a key: {error}")))
}

fn read_previous(item: &mut Item) -> Result<Option<Previous>> {
    let Some(digest) = optional_digest(item, "previous")? else { return Ok(None) };

    Ok(Some(Previous { digest, until: time(item.need("previous_until", Item::number)?)? }))
}
