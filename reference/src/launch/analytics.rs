//! Counts: experiences by status, consumers by day. They are counted when they are made.

use std::collections::BTreeMap;

use dynamodb::{Error, Item, Result, Table, text};
use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;

use super::days::{Period, day_of, tallies};
use super::experiences::Experiences;
use super::schedule::ByStatus;

/// A report on an organization.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Analytics")]
pub struct Report {
    experiences: ByStatus,
    consumers: Registered,
}

/// How many consumers were registered on some days.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
struct Registered {
    #[schemars(with = "String", extend("format" = "date"))]
    from: Date,
    #[schemars(with = "String", extend("format" = "date"))]
    to: Date,
    total: i64,
    by_day: Vec<OnDay>,
}

/// How many consumers were registered on one day.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(inline)]
struct OnDay {
    #[schemars(with = "String", extend("format" = "date"))]
    date: Date,
    count: i64,
}

/// What is counted of all organizations.
#[derive(Clone, Debug)]
pub struct Analytics {
    table: Table,
}

impl Analytics {
    /// What is counted in `table`.
    pub const fn new(table: Table) -> Self {
        Self { table }
    }

    /// Reports on `org` as it is at `now`, and on this `period` of its consumers.
    pub async fn report(&self, org: &str, period: Period, now: Timestamp) -> Result<Report> {
        Ok(Report {
            experiences: Experiences::new(self.table.clone()).count(org, now).await?,
            consumers: self.consumers(org, period).await?,
        })
    }

    /// Adds up the tallies of these days: at most eight items of some 60 bytes for each.
    async fn consumers(&self, org: &str, period: Period) -> Result<Registered> {
        let mut counts: BTreeMap<_, _> = period.days().map(|day| (day, 0_i64)).collect();
        let [from, to] = period.bounds();
        let mut items = self
            .table
            .client
            .query()
            .table_name(&self.table.name)
            .consistent_read(true)
            .key_condition_expression("#pk = :pk AND #sk BETWEEN :from AND :to")
            .expression_attribute_names("#pk", "pk")
            .expression_attribute_names("#sk", "sk")
            .expression_attribute_values(":pk", text(tallies(org)))
            .expression_attribute_values(":from", text(from))
            .expression_attribute_values(":to", text(to))
            .into_paginator()
            .items()
            .send();
        while let Some(item) = items.next().await {
            let mut item = Item::from(item?);
            let day = day_of(&item.need("sk", Item::text)?).and_then(|day| counts.get_mut(&day));
            let day = day.ok_or_else(|| Error::Fault("a tally is of no day".to_owned()))?;
            *day = day.saturating_add(item.need("count", Item::number)?);
        }

        Ok(Registered {
            from: period.from,
            to: period.to,
            total: counts.values().sum(),
            by_day: counts.into_iter().map(|(date, count)| OnDay { date, count }).collect(),
        })
    }
}
