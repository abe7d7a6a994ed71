//! Organizations in the keys table, and what a change to one does to the passes of its keys.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{KeysAndAttributes, Put, TransactWriteItem, Update};
use dynamodb::{AttributeValue, Error, Item, Reason, Result, SCHEMA, bytes, number, text};
use tokio::task::JoinSet;

use super::{Attributes, Keys, Part, TRIES, names, parsed, read_digest, time};
use crate::audit::{Action, Author, Entry};
use crate::limit::Limits;
use crate::organization::{Organization, Slug, Status, View};
use crate::page::Seal;

/// How many passes are withdrawn at once.
const AT_ONCE: usize = 32;

/// The version of the layout of organizations.
const LAYOUT: i64 = 1;

/// The partition that lists all organizations.
const ALL: &str = "organizations";

fn listed_as(slug: &Slug) -> Attributes {
    super::attributes([("pk", Some(text(ALL))), ("sk", Some(text(slug.as_str())))])
}

pub(super) fn key_of(slug: &Slug) -> HashMap<String, AttributeValue> {
    HashMap::from([("pk".to_owned(), text(format!("org#{slug}"))), ("sk".to_owned(), text("organization"))])
}

impl Keys {
    /// The organization `slug`, as it is now.
    pub async fn organization(&self, slug: &Slug) -> Result<Option<Organization>> {
        let request = self.client.get_item().table_name(&self.table).set_key(Some(key_of(slug))).consistent_read(true);

        request.send().await?.item.map(|item| read(slug, item.into())).transpose()
    }

    /// Makes the organization `slug` what `change` makes of what it is, and takes the passes of its keys out of force
    /// before it returns. `true`: there was none before.
    ///
    /// A run that was cut short has changed the organization, but perhaps not all passes: those end by themselves within
    /// [`crate::pass::STANDS_SECS`], or at once when the call is made again.
    ///
    /// # Errors
    /// What `change` refuses, and DynamoDB's.
    pub async fn change_organization(
        &self,
        slug: &Slug,
        author: &Author,
        mut change: impl FnMut(Option<Organization>, Seal) -> crate::Result<Organization> + Send,
    ) -> crate::Result<(Organization, bool)> {
        for attempt in 0..TRIES {
            let before = self.organization(slug).await?;
            let seen = before.as_ref().map(|org| org.version);
            let shown = before.clone().map(View::in_full);
            let mut seal = [0; 32];
            self.entropy.fill(&mut seal)?;
            let mut org = change(before, Seal::new(seal))?;
            org.version = seen.unwrap_or_default().saturating_add(1);
            let action = if seen.is_some() { Action::OrganizationChanged } else { Action::OrganizationCreated };
            let entry = author.did(action, slug, None, [shown, Some(View::in_full(org.clone()))]);
            if self.write(&org, seen, &entry).await? {
                // One that is new has no keys.
                if seen.is_some() {
                    self.withdraw_all(&org).await?;
                }
                return Ok((org, seen.is_none()));
            }
            dynamodb::back_off(attempt).await;
        }

        Err(Error::Contended.into())
    }

    /// `false`: it is not any more what was seen.
    async fn write(&self, org: &Organization, seen: Option<i64>, entry: &Entry) -> Result<bool> {
        let limits = org.limits.as_ref().map(serde_json::to_string).transpose();
        let limits = limits.map_err(|error| Error::Fault(format!("limits cannot be written: {error}")))?;
        let mut values: Attributes = super::attributes([
            (":name", Some(text(org.name.as_str()))),
            (":plan", Some(text(&*org.plan))),
            (":status", Some(text(status_name(org.status)))),
            (":limits", limits.as_deref().map(text)),
            (":created", Some(number(org.created_at.as_millisecond()))),
            (":updated", Some(number(org.updated_at.as_millisecond()))),
            (":version", Some(number(org.version))),
            (":seal", Some(bytes(*org.seal.as_bytes()))),
            (":none", Some(number(0))),
            (":schema", Some(number(LAYOUT))),
        ]);
        let condition = match seen {
            None => "attribute_not_exists(#version)",
            Some(seen) => {
                values.insert(":seen".to_owned(), number(seen));
                "#version = :seen"
            }
        };
        let limits = if limits.is_some() { ", #limits = :limits" } else { " REMOVE #limits" };
        // An update, and not a put: the number of keys is counted by those who make and delete them.
        let update = Update::builder()
            .table_name(&self.table)
            .set_key(Some(key_of(&org.slug)))
            .condition_expression(condition)
            .update_expression(format!(
                "SET #name = :name, #plan = :plan, #status = :status, #created = :created, #updated = :updated, \
                 #version = :version, #seal = :seal, #schema = :schema, #keys = if_not_exists(#keys, :none){limits}"
            ))
            .set_expression_attribute_names(Some(names([
                "name", "plan", "status", "limits", "created", "updated", "version", "keys", "seal", SCHEMA,
            ])))
            .set_expression_attribute_values(Some(values))
            .build()?;
        let mut transaction = self
            .client
            .transact_write_items()
            .transact_items(TransactWriteItem::builder().update(update).build())
            .transact_items(self.audited(entry)?);
        if seen.is_none() {
            let listed = Put::builder().table_name(&self.table).set_item(Some(listed_as(&org.slug))).build()?;
            transaction = transaction.transact_items(TransactWriteItem::builder().put(listed).build());
        }
        match transaction.send().await {
            Ok(_) => Ok(true),
            Err(error) => Reason::each(error).map(|_| false),
        }
    }

    /// At most `limit` organizations, by their slugs, from those that come after `after`; and whether there are more.
    pub async fn organizations(&self, limit: u32, after: Option<&Slug>) -> Result<(Vec<Organization>, bool)> {
        let part = Part { partition: ALL, prefix: None, newest_first: false, limit, after: after.map(listed_as) };
        let (items, has_more) = self.part(part).await?;
        let slugs = items.into_iter();
        let slugs = slugs.map(|mut item| parsed(&mut item, "sk")).collect::<Result<Vec<Slug>>>()?;

        let wanted = KeysAndAttributes::builder().set_keys(Some(slugs.iter().map(key_of).collect()));
        let found = dynamodb::batch_get(&self.client, &self.table, wanted).await?;
        let read_one = |mut item: Item| {
            let partition = item.need("pk", Item::text)?;
            let slug = Slug::try_from(partition.trim_start_matches("org#").to_owned());
            read(&slug.map_err(|error| Error::Fault(format!("the slug of an organization {error}")))?, item)
        };
        let mut organizations = found.into_iter().map(read_one).collect::<Result<Vec<_>>>()?;
        // A batch comes in any order.
        organizations.sort_by(|one, other| one.slug.as_str().cmp(other.slug.as_str()));

        Ok((organizations, has_more))
    }

    /// Takes the pass of every key of `org` out of force, and lets none be stamped from what it was before.
    async fn withdraw_all(&self, org: &Organization) -> Result<()> {
        let (slug, version, now) = (&org.slug, org.version, org.updated_at);
        let mut pages = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression("#pk = :org AND begins_with(#sk, :keys)")
            .projection_expression("#digest")
            .set_expression_attribute_names(Some(names(["pk", "sk", "digest"])))
            .expression_attribute_values(":org", text(format!("org#{slug}")))
            .expression_attribute_values(":keys", text("key#"))
            .into_paginator()
            .send();
        let mut under_way = JoinSet::new();
        while let Some(page) = pages.next().await {
            for item in page?.items.unwrap_or_default() {
                let digest = read_digest(&mut item.into(), "digest")?;
                let passes = self.passes.clone();
                if under_way.len() >= AT_ONCE {
                    finish(under_way.join_next().await)?;
                }
                under_way.spawn(async move { passes.withdraw(&digest, version, now).await });
            }
        }
        while !under_way.is_empty() {
            finish(under_way.join_next().await)?;
        }

        Ok(())
    }
}

fn finish(done: Option<std::result::Result<Result<()>, tokio::task::JoinError>>) -> Result<()> {
    match done {
        None => Ok(()),
        Some(Ok(result)) => result,
        Some(Err(error)) => Err(Error::Fault(format!("a withdrawal was cut short: {error}"))),
    }
}

const fn status_name(status: Status) -> &'static str {
    match status {
        Status::Active => "active",
        Status::Locked => "locked",
    }
}

pub(super) fn read(slug: &Slug, mut item: Item) -> Result<Organization> {
    item.schema(LAYOUT)?;
    let limits = item.text("limits")?.map(|limits| serde_json::from_str::<Limits>(&limits)).transpose();
    let status = item.need("status", Item::text)?;
    let status = [Status::Active, Status::Locked].into_iter().find(|known| status_name(*known) == status);

    Ok(Organization {
        slug: slug.clone(),
        name: parsed(&mut item, "name")?,
        plan: item.need("plan", Item::text)?,
        status: status.ok_or_else(|| Error::Fault("an organization has an unknown status".to_owned()))?,
        limits: limits
            .map_err(|error| Error::Fault(format!("the limits of an organization cannot be read: {error}")))?,
        keys: item.need("keys", Item::number)?,
        created_at: time(item.need("created", Item::number)?)?,
        updated_at: time(item.need("updated", Item::number)?)?,
        seal: read_seal(&mut item)?,
        version: item.need("version", Item::number)?,
    })
}

fn read_seal(item: &mut Item) -> Result<Seal> {
    let bytes = item.need("seal", Item::bytes)?;
    let seal = bytes.try_into().map(Seal::new);

    seal.map_err(|bytes: Vec<u8>| Error::Fault(format!("the seal of an organization has {} bytes", bytes.len())))
}
