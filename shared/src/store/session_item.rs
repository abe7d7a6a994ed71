//! A session of the portal as items of the keys table: one under the digest of its link's code or of its browser's cookie,
//! and one that lists it with its organization's and says by which of the two it is reached.

use dynamodb::{Condition, Error, Item, Result, SCHEMA, number, text};
use jiff::Timestamp;

use super::{Attributes, attributes, read_digest, time};
use crate::contract::secret::Digest;
use crate::registry::session::{Entered, Id, Session};
use crate::registry::slug::Slug;

/// The version of the layout of sessions.
const LAYOUT: i64 = 1;

/// By what a session is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    /// The code in its link.
    Code,
    /// The browser's cookie.
    Cookie,
}

pub(super) fn reached_by(by: By, digest: &Digest) -> Attributes {
    let kind = match by {
        By::Code => "code",
        By::Cookie => "session",
    };

    attributes([("pk", Some(text(format!("portal#{digest}")))), ("sk", Some(text(kind)))])
}

pub(super) fn partition(org: &Slug) -> String {
    format!("portal-sessions#{org}")
}

pub(super) fn listed_as(org: &Slug, id: &Id) -> Attributes {
    attributes([("pk", Some(text(partition(org)))), ("sk", Some(text(id.as_str())))])
}

/// The condition that a session is still there at `now`, with the item by which its cookie reaches it.
pub(super) fn is_in_time(now: Timestamp) -> Condition {
    Condition::that("#over > :now", ["over"]).value(":now", number(now.as_millisecond()))
}

/// The key of the item by which the cookie with this digest reaches its session.
pub(super) fn of_cookie(digest: &Digest) -> Attributes {
    reached_by(By::Cookie, digest)
}

/// `key` with the session, which is over at `over`.
pub(super) fn item(key: Attributes, session: &Session, over: Timestamp) -> Result<Attributes> {
    let written = serde_json::to_string(session).map_err(|error| Error::Fault(format!("a session: {error}")))?;
    let mut item = key;
    item.extend(attributes([
        ("session", Some(text(written))),
        ("over", Some(number(over.as_millisecond()))),
        ("ttl", Some(number(over.as_second().saturating_add(1)))),
        (SCHEMA, Some(number(LAYOUT))),
    ]));

    Ok(item)
}

pub(super) fn read(item: &mut Item) -> Result<(Session, Timestamp)> {
    item.schema(LAYOUT)?;
    let session = item.need("session", Item::text)?;
    let session = serde_json::from_str(&session).map_err(|error| Error::Fault(format!("a session: {error}")))?;

    Ok((session, time(item.need("over", Item::number)?)?))
}

/// A session in the list, by what it is reached, and the digest of that.
pub(super) fn read_listed(mut item: Item) -> Result<(Entered, By, Digest)> {
    let (session, expires_at) = read(&mut item)?;
    let entered_at = item.number("entered")?.map(time).transpose()?;
    let by = if entered_at.is_some() { By::Cookie } else { By::Code };
    let digest = read_digest(&mut item, "reached")?;

    Ok((Entered { session, entered_at, expires_at }, by, digest))
}
