//! An organization as an item of the keys table.

use std::collections::HashMap;

use dynamodb::{AttributeValue, Error, Item, Result, number, text};

use super::{Attributes, attributes, optional, read_limits, read_metadata, time};
use crate::contract::leaks::Policy;
use crate::contract::secret::Digest;
use crate::registry::organization::{Organization, Pending, Status};
use crate::registry::page::Seal;
use crate::registry::slug::Slug;

/// The version of the layout of organizations that are being deleted. Functions that know nothing of that must not touch them.
pub(super) const LAYOUT_OF_CLOSING: i64 = 4;

/// The version of the layout of organizations with an external id. Functions that know of none must not let their keys in, because
/// they would not say it.
const LAYOUT: i64 = 3;

/// The version of the layout of others whose keys share limits. Functions that know of no such limits must not let their keys in.
const LAYOUT_WITH_SHARED_LIMITS: i64 = 2;

/// The version of the layout of all other organizations.
const LAYOUT_WITHOUT_SHARED_LIMITS: i64 = 1;

/// The version of the layout of `org`.
pub(super) const fn layout(org: &Organization) -> i64 {
    if org.external_id.is_some() {
        LAYOUT
    } else if org.shared_limits.is_some() {
        LAYOUT_WITH_SHARED_LIMITS
    } else {
        LAYOUT_WITHOUT_SHARED_LIMITS
    }
}

/// The attribute that counts an organization's events. Every change sets it to the next number.
pub(super) const SEQUENCE: &str = "sequence";

/// The attribute that says since when an organization is being deleted. It is there for nobody then.
pub(super) const CLOSING: &str = "closing";

/// The sort key of an organization's own item.
pub(super) const SORT_KEY: &str = "organization";

/// The partition that lists all organizations.
pub(super) const ALL: &str = "organizations";

pub(super) fn listed_as(slug: &Slug) -> Attributes {
    attributes([("pk", Some(text(ALL))), ("sk", Some(text(slug.as_str())))])
}

pub(super) fn key_of(slug: &Slug) -> HashMap<String, AttributeValue> {
    HashMap::from([("pk".to_owned(), text(format!("org#{slug}"))), ("sk".to_owned(), text(SORT_KEY))])
}

pub(super) const fn status_name(status: Status) -> &'static str {
    match status {
        Status::Active => "active",
        Status::Locked => "locked",
    }
}

/// The organization in `item`; `None` where it is being deleted.
pub(super) fn read(slug: &Slug, mut item: Item) -> Result<Option<Organization>> {
    item.schema(LAYOUT_OF_CLOSING)?;
    if item.number(CLOSING)?.is_some() {
        return Ok(None);
    }
    let status = item.need("status", Item::text)?;
    let status = [Status::Active, Status::Locked].into_iter().find(|known| status_name(*known) == status);
    let version = item.need("version", Item::number)?;

    Ok(Some(Organization {
        slug: slug.clone(),
        name: super::name(&mut item)?,
        external_id: optional(&mut item, "external")?,
        metadata: read_metadata(&mut item)?,
        plan: item.need("plan", Item::text)?,
        status: status.ok_or_else(|| Error::Fault("an organization has an unknown status".to_owned()))?,
        limits: read_limits(&mut item, "limits")?,
        shared_limits: read_limits(&mut item, "limits_shared")?,
        leaks: item.text("leaks")?.map(|policy| read_policy(&policy)).transpose()?,
        keys: item.need("keys", Item::number)?,
        created_at: time(item.need("created", Item::number)?)?,
        updated_at: time(item.need("updated", Item::number)?)?,
        seal: read_seal(&mut item)?,
        pending: read_pending(&mut item, version)?,
        numbers: read_numbers(&mut item, version)?,
        version,
        // Organizations that older functions have written have none.
        sequence: item.number(SEQUENCE)?.unwrap_or_default(),
    }))
}

/// The attribute that says that the change to `version` went by this version of the plan's override.
pub(super) fn write_numbers(numbers: i64, version: i64) -> AttributeValue {
    AttributeValue::M(attributes([("version", Some(number(version))), ("override", Some(number(numbers)))]))
}

/// Which version of the plan's override the change to `version` went by. It is written where there is one. Where the
/// last change went by none, or was made by an older function, it is void: 0.
fn read_numbers(item: &mut Item, version: i64) -> Result<i64> {
    let mut numbers = item.map("numbers")?;
    let is_of_this = numbers.number("version")? == Some(version);

    Ok(numbers.number("override")?.filter(|_| is_of_this).unwrap_or_default())
}

fn read_policy(name: &str) -> Result<Policy> {
    let policy = Policy::ALL.into_iter().find(|policy| policy.name() == name);

    policy.ok_or_else(|| Error::Fault("an organization has an unknown policy for leaks".to_owned()))
}

fn read_seal(item: &mut Item) -> Result<Seal> {
    let bytes = item.need("seal", Item::bytes)?;
    let seal = bytes.try_into().map(Seal::new);

    seal.map_err(|bytes: Vec<u8>| Error::Fault(format!("the seal of an organization has {} bytes", bytes.len())))
}

/// The attribute that says that the change to `version` is pending.
pub(super) fn write_pending(pending: &Pending, version: i64) -> AttributeValue {
    let left = pending.left.iter().map(|digest| dynamodb::bytes(*digest.as_bytes()));

    AttributeValue::M(attributes([
        ("version", Some(number(version))),
        ("of", Some(number(pending.of))),
        ("done", Some(number(pending.done))),
        ("after", pending.after.as_ref().map(|id| text(id.as_str()))),
        ("left", Some(AttributeValue::L(left.collect()))),
    ]))
}

/// The pending change of an organization of `version`. A mark of an earlier change is void: a later change has
/// withdrawn all passes.
fn read_pending(item: &mut Item, version: i64) -> Result<Option<Pending>> {
    let mut pending = item.map("pending")?;
    if pending.number("version")? != Some(version) {
        return Ok(None);
    }
    let left = pending.bytes_list("left")?.into_iter().map(|bytes| {
        Digest::try_from(bytes)
            .map_err(|bytes| Error::Fault(format!("a digest that is left has {} bytes", bytes.len())))
    });

    Ok(Some(Pending {
        of: pending.need("of", Item::number)?,
        done: pending.need("done", Item::number)?,
        left: left.collect::<Result<_>>()?,
        after: optional(&mut pending, "after")?,
    }))
}
