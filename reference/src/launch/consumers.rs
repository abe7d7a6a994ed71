//! Consumers: the people who come to experiences.
//!
//! The transaction that writes a consumer also writes an item for their email, which keeps it from being given twice,
//! and adds one to the tally of their day.

use aws_sdk_dynamodb::types::Update;
use dynamodb::{Item, Result, Table, number, text};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::days;
use super::metadata::Metadata;
use super::new_consumer::{NewConsumer, Phone};
use crate::connection::{Connection, Slice};
use crate::label::Label;
use crate::moment::{Moment, in_seconds};
use crate::stored::{LAYOUT, key, moment, parsed, parsed_if};
use crate::transaction::{carry_out, new_item};
use crate::{Email, Flaw, Id};

/// A consumer.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Consumer {
    id: Id,
    email: Option<Email>,
    phone: Option<Phone>,
    full_name: Option<Label>,
    external_id: Option<Label>,
    metadata: Option<Metadata>,
    #[serde(serialize_with = "in_seconds")]
    created_at: Moment,
}

/// The consumers of all organizations.
#[derive(Clone, Debug)]
pub struct Consumers {
    table: Table,
}

fn partition(org: &str) -> String {
    format!("org#{org}#consumers")
}

impl Consumer {
    /// The consumer that `new` describes, registered at `now`.
    ///
    /// # Errors
    /// Nothing says who they are.
    pub fn new(new: NewConsumer, id: Id, now: Timestamp) -> std::result::Result<Self, Vec<Flaw>> {
        new.check()?;
        let NewConsumer { email, phone, full_name, external_id, metadata } = new;

        Ok(Self { id, email, phone, full_name, external_id, metadata, created_at: Moment::from(now) })
    }
}

impl Consumers {
    /// The consumers in `table`.
    pub const fn new(table: Table) -> Self {
        Self { table }
    }

    /// Adds `consumer` to those of `org`. `false`: another one has their email.
    pub async fn insert(&self, org: &str, consumer: &Consumer) -> Result<bool> {
        let entry = [
            ("email", consumer.email.as_ref().map(|email| text(email.as_str()))),
            ("phone", consumer.phone.as_ref().map(|phone| text(phone.as_str()))),
            ("name", consumer.full_name.as_ref().map(|name| text(name.as_str()))),
            ("external", consumer.external_id.as_ref().map(|id| text(id.as_str()))),
            ("metadata", consumer.metadata.as_ref().map(|metadata| text(metadata.as_str()))),
            ("created", Some(number(consumer.created_at.as_millis()))),
        ];
        let email = consumer.email.as_ref().map(|email| key(format!("org#{org}#consumer-emails"), email.key()));
        let mut transaction = self
            .table
            .transaction()
            .with("consumer", new_item(&self.table, key(partition(org), consumer.id.to_string()), entry)?)
            .with("tally", self.tally(org, consumer)?);
        if let Some(email) = &email {
            transaction = transaction.with("email", new_item(&self.table, email.clone(), [])?);
        }

        carry_out(&self.table, transaction, email).await
    }

    /// The member of a transaction that counts `consumer`.
    fn tally(&self, org: &str, consumer: &Consumer) -> Result<Update> {
        let update = Update::builder()
            .table_name(&self.table.name)
            .set_key(Some(days::tally(org, consumer.created_at.into(), consumer.id)))
            .update_expression("ADD #count :one")
            .expression_attribute_names("#count", "count")
            .expression_attribute_values(":one", number(1));

        Ok(update.build()?)
    }

    /// A part of the consumers of `org`, newest first. It costs what is shown.
    pub async fn list(&self, org: &str, slice: Slice) -> Result<Connection<Consumer>> {
        let entry = |item| read(item).map(|consumer| (consumer.id, consumer));

        slice.of(&self.table, &partition(org), entry).await
    }
}

fn read(mut item: Item) -> Result<Consumer> {
    item.schema(LAYOUT)?;

    Ok(Consumer {
        id: parsed(&mut item, "sk")?,
        email: parsed_if(&mut item, "email")?,
        phone: parsed_if(&mut item, "phone")?,
        full_name: parsed_if(&mut item, "name")?,
        external_id: parsed_if(&mut item, "external")?,
        metadata: parsed_if(&mut item, "metadata")?,
        created_at: moment(item.need("created", Item::number)?)?,
    })
}
