//! Requests that are carried out once, in the keys table: each is kept with its outcome, for a day.

use aws_sdk_dynamodb::types::Put;
use dynamodb::{Item, Result, SCHEMA, number, text};
use jiff::Timestamp;

use super::{Attributes, Keys, attributes, names};
use crate::registry::attempt::{Attempt, KNOWN_SECS};
use crate::registry::slug::Slug;

/// The version of the layout of what is kept.
const LAYOUT: i64 = 1;

/// What is kept of a request that was carried out.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) request: String,
    pub(crate) reply: String,
}

/// A request to keep, and the reply that it will have been given.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keep<'a> {
    pub(crate) attempt: &'a Attempt,
    pub(crate) reply: &'a str,
}

fn key_of(org: &Slug, attempt: &Attempt) -> Attributes {
    attributes([("pk", Some(text(format!("idempotency#{org}")))), ("sk", Some(text(&attempt.name)))])
}

impl Keys {
    /// The request of `org` with the name of `attempt`, if one is kept at `now`.
    pub(crate) async fn kept(&self, org: &Slug, attempt: &Attempt, now: Timestamp) -> Result<Option<Kept>> {
        let request = self.client.get_item().table_name(&self.table).set_key(Some(key_of(org, attempt)));
        let Some(item) = request.consistent_read(true).send().await?.item else { return Ok(None) };
        let mut item = Item::from(item);
        item.schema(LAYOUT)?;
        // TTL takes its time, so the clock tells whether the time is over.
        if item.need("until", Item::number)? <= now.as_millisecond() {
            return Ok(None);
        }

        Ok(Some(Kept { request: item.need("request", Item::text)?, reply: item.need("reply", Item::text)? }))
    }

    /// The member of a transaction that keeps its request. It fails where a request of that name is kept at `now`.
    pub(super) fn keeping(&self, org: &Slug, keep: Keep<'_>, now: Timestamp) -> Result<Put> {
        let until = now.as_millisecond().saturating_add(KNOWN_SECS.saturating_mul(1_000));
        let mut item = key_of(org, keep.attempt);
        item.extend(attributes([
            (SCHEMA, Some(number(LAYOUT))),
            ("request", Some(text(&keep.attempt.request))),
            ("reply", Some(text(keep.reply))),
            ("until", Some(number(until))),
            ("ttl", Some(number(until.div_euclid(1_000).saturating_add(1)))),
        ]));
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(#until) OR #until <= :now")
            .set_expression_attribute_names(Some(names(["until"])))
            .expression_attribute_values(":now", number(now.as_millisecond()))
            .build()?;

        Ok(put)
    }
}
