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

mod emptying;

use aws_sdk_dynamodb::types::{ConditionCheck, Delete, Put};
use dynamodb::{Committed, Condition, Conditional as _, Result, Tries, number, text};
use jiff::Timestamp;

use super::record::{ORGANIZATION, OnOrganization};
use super::remembered::{Remembered, place};
use super::{Attributes, Keys, Usage, is_there, organization_item, read_as, webhooks};
use crate::registry::audit::Action;
use crate::registry::author::Author;
use crate::registry::closing::{Closed, Closing, Trail};
use crate::registry::error;
use crate::registry::organization::{Organization, Status, View};
use crate::registry::slug::Slug;

const UNDER_WAY: &str = "closings";

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
