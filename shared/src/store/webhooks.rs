//! Webhooks in the keys table: an organization's, in one item, since there are few; and what became of the last attempt at
//! each, which is written with every run that has sent something there, and of the last dead letter.
//!
//! | `pk` | `sk` | what it is |
//! | --- | --- | --- |
//! | `org#acme` | `webhooks` | all webhooks |
//! | `webhooks#acme` | `webhook_01…` | the last attempt, and the last dead letter |
//! | `webhooks#acme` | `tests#webhook_01…#<hour>` | how often it was tried out in that hour |

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::Update;
use dynamodb::{
    AttributeValue, Committed, Condition, Conditional as _, Error, Item, Result, SCHEMA, Tries, number, text,
};
use jiff::{SignedDuration, Timestamp};

use super::keys::Replaced;
use super::remembered::{LAYOUT, Remembered, is_written, place, unreadable, written};
use super::warrant::Warrant;
use super::{Attributes, Keys, names};
use crate::contract::limit::Window;
use crate::registry::audit::Entry;
use crate::registry::author::Author;
use crate::registry::organization::Organization;
use crate::registry::slug::Slug;
use crate::registry::webhook::{Id, Sent, Tried, Webhook};

/// When it last took something, in milliseconds since 1970.
const TAKEN: &str = "taken";

/// When an event for it last became a dead letter, in milliseconds since 1970.
const DEAD: &str = "dead";

/// How long what became of the last attempt is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How long it is kept how often a webhook was tried out in an hour, in seconds.
const TESTED_SECS: i64 = 7_200;

pub(super) fn all_of(org: &Slug) -> Attributes {
    place(format!("org#{org}"), "webhooks")
}

fn partition(org: &Slug) -> String {
    format!("webhooks#{org}")
}

impl Keys {
    /// The webhooks of `org`.
    pub async fn webhooks(&self, org: &Slug) -> Result<Remembered<Vec<Webhook>>> {
        self.remembered(all_of(org)).await
    }

    /// Writes `webhooks` of `org` over those that were read, on behalf of `author`.
    pub(crate) async fn put_webhooks(
        &self,
        org: &Organization,
        webhooks: &Remembered<Vec<Webhook>>,
        author: &Author,
        entry: &Entry,
        tries: &mut Tries,
    ) -> Result<Replaced> {
        self.put_remembered(all_of(&org.slug), webhooks, Warrant { author, org }, entry, tries).await
    }

    /// What became of what was sent to the webhooks of `org`, as far as it is known at `now`.
    pub async fn sent(&self, org: &Slug, now: Timestamp) -> Result<BTreeMap<Id, Sent>> {
        let read = move |mut item: Item| {
            item.schema(LAYOUT)?;
            let id = Id::try_from(item.need("sk", Item::text)?);
            let id = id.map_err(|what| Error::Fault(format!("the id of a webhook {what}")))?;
            let dead_letter_at = item.number(DEAD)?.and_then(|at| Timestamp::from_millisecond(at).ok());
            // The item goes on with each attempt.
            let dead_letter_at = dead_letter_at.filter(|at| now.duration_since(*at) < KEPT);
            let tried = item.text("state")?.map(|state| serde_json::from_str(&state)).transpose();
            let tried = tried.map_err(|error| unreadable("state", &error))?;
            Ok((id, Sent { tried, dead_letter_at }))
        };

        self.all(&partition(org), "webhook_").await?.into_iter().map(read).collect()
    }

    /// The same of the webhook `id` alone.
    pub async fn sent_to(&self, org: &Slug, id: &Id, now: Timestamp) -> Result<Sent> {
        Ok(self.sent(org, now).await?.remove(id).unwrap_or_default())
    }

    /// Notes what became of an attempt at the webhook `id` of `org`, at `now`; and that it has taken something in this run, if
    /// it `has_taken`.
    pub async fn put_attempt(&self, org: &Slug, id: &Id, tried: &Tried, has_taken: bool, now: Timestamp) -> Result<()> {
        let at = || number(now.as_millisecond());
        let state = [("state", Some(text(written(tried)?))), (TAKEN, has_taken.then(at))];

        self.note(org, id, state, now).await
    }

    /// Notes that an event becomes a dead letter at `now`, because the webhook `id` of `org` has not taken it.
    pub async fn put_dead_letter(&self, org: &Slug, id: &Id, now: Timestamp) -> Result<()> {
        self.note(org, id, [(DEAD, Some(number(now.as_millisecond())))], now).await
    }

    /// Sets these attributes of what is known at `now` of what was sent to the webhook `id` of `org`; the others stay.
    async fn note(
        &self,
        org: &Slug,
        id: &Id,
        set: impl IntoIterator<Item = (&'static str, Option<AttributeValue>)>,
        now: Timestamp,
    ) -> Result<()> {
        let kept = now.checked_add(KEPT).unwrap_or(now);
        let always = [("ttl", Some(number(kept.as_second()))), (SCHEMA, Some(number(LAYOUT)))];
        let set: Vec<_> = set.into_iter().chain(always).filter_map(|(name, value)| Some((name, value?))).collect();
        let clauses: Vec<_> = set.iter().map(|(name, _)| format!("#{name} = :{name}")).collect();
        let expression = format!("SET {}", clauses.join(", "));
        let names = names(set.iter().map(|(name, _)| *name).chain(["pk"]));
        let values: Attributes = set.into_iter().map(|(name, value)| (format!(":{name}"), value)).collect();
        let key = place(partition(org), id.as_str());
        let known = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key.clone()))
            .condition_expression("attribute_exists(#pk)")
            .update_expression(&expression)
            .set_expression_attribute_names(Some(names.clone()))
            .set_expression_attribute_values(Some(values.clone()));
        if is_written(known.clone().send().await)? {
            return Ok(());
        }
        // The first time, or once all of it has gone with its organization.
        let first = Update::builder()
            .table_name(&self.table)
            .set_key(Some(key))
            .condition_expression("attribute_not_exists(#pk)")
            .update_expression(expression)
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(Some(values));
        let transaction = self.transaction().with("first", first.build()?).with("organization", self.still_there(org)?);

        if transaction.commit(&mut self.tries()).await? == Committed::Yes {
            return Ok(());
        }

        // Another run was first, or the organization is gone.
        is_written(known.send().await).map(drop)
    }

    /// Whether the webhook `id` of `org` has taken anything since `at`, as far as is known.
    pub async fn has_taken_since(&self, org: &Slug, id: &Id, at: Timestamp) -> Result<bool> {
        let key = place(partition(org), id.as_str());
        let request = self.client.get_item().table_name(&self.table).set_key(Some(key)).consistent_read(true);
        let Some(item) = request.send().await?.item else { return Ok(false) };

        Ok(Item::from(item).number(TAKEN)?.is_some_and(|taken| taken >= at.as_millisecond()))
    }

    /// Counts that `author` tries out the webhook `id` of `org`. [`Replaced::Changed`]: it was tried out already, so many times
    /// in this hour as are allowed.
    pub(crate) async fn count_test(&self, org: &Organization, id: &Id, most: i64, author: &Author) -> Result<Replaced> {
        let hour = Window::Hour.number(author.at);
        let count = Update::builder()
            .table_name(&self.table)
            .set_key(Some(place(partition(&org.slug), format!("tests#{id}#{hour}"))))
            .update_expression("SET #ttl = :ttl, #schema = :schema ADD #tests :one")
            .set_expression_attribute_names(Some(names(["ttl", SCHEMA])))
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":schema", number(LAYOUT))
            .expression_attribute_values(":ttl", number(author.at.as_second().saturating_add(TESTED_SECS)))
            .when(
                Condition::that("attribute_not_exists(#tests) OR #tests < :most", ["tests"])
                    .value(":most", number(most)),
            );
        let transaction = self.transaction().with("tests", count.build()?);
        let transaction = Warrant { author, org }.checked(self, transaction)?;

        Ok(Replaced::by(&transaction.commit(&mut self.tries()).await?))
    }
}
