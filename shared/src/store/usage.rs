//! The usage table: what became of the requests with a key, one item for each key and day of UTC.
//!
//! An item holds a day and not an hour because of the cost. An item for an hour would have more key than content. A day
//! in which every hour has successes and client errors is under 1 KB, so that adding to it is one write unit. 13
//! months, by days or by hours, are 400 items, which a query reads in a page or two. The counters of an hour are
//! attributes of their own, named after it (`07s`: the successes from seven to eight), because `ADD` creates a missing
//! attribute, but not a missing map around it.

use std::collections::BTreeMap;

use dynamodb::{AttributeValue, Client, Error, Item, Result, SCHEMA, number, text};
use jiff::Timestamp;

use crate::contract::denial::Kind;
use crate::contract::limit::Window;
use crate::registry::usage::{Day, Entry, Holder, LastUses, Outcome, Tally};

/// The version of the layout of days.
const LAYOUT: i64 = 1;

/// The attributes of when a secret was last used: one that has been replaced, and the current one.
const OLD: &str = "old";
const CURRENT: &str = "new";

/// The usage table.
#[derive(Clone, Debug)]
pub struct Usage {
    client: Client,
    once: Client,
    table: String,
    kept_secs: i64,
}

impl Usage {
    /// The usage in `table`, each day of which is kept for `retention_days`.
    pub fn new(client: Client, table: String, retention_days: u32) -> Self {
        let kept_secs = i64::from(retention_days).saturating_mul(Window::Day.seconds());

        Self { once: dynamodb::once(&client), client, table, kept_secs }
    }

    /// The same table, over connections that nobody has used yet.
    pub(crate) fn anew(&self) -> Self {
        Self { once: dynamodb::anew(&self.once), ..self.clone() }
    }

    /// Adds the counts of `entry`: one write. It is made once, because an attempt without an answer may have counted.
    pub(crate) async fn add(&self, entry: &Entry) -> Result<()> {
        let ends = entry.day.saturating_add(1).saturating_mul(Window::Day.seconds());
        let mut names = super::names(["ttl", SCHEMA]);
        let mut values = super::attributes([
            (":ttl", Some(number(ends.saturating_add(self.kept_secs)))),
            (":schema", Some(number(LAYOUT))),
        ]);
        let mut add = Vec::new();
        let mut last = String::new();
        for (name, at) in [(OLD, entry.last.old), (CURRENT, entry.last.current)] {
            if let Some(at) = at {
                values.insert(format!(":{name}"), number(at.as_millisecond()));
                names.insert(format!("#{name}"), name.to_owned());
                last.extend([", #", name, " = :", name]);
            }
        }
        for (hour, tally) in &entry.hours {
            for (outcome, requests) in tally.iter() {
                let name = attribute(*hour, outcome);
                add.push(format!("#{name} :{name}"));
                values.insert(format!(":{name}"), number(requests));
                names.insert(format!("#{name}"), name);
            }
        }
        let request = self
            .once
            .update_item()
            .table_name(&self.table)
            .key("pk", text(partition(&entry.holder)))
            .key("sk", text(date(entry.day)))
            .update_expression(format!(
                "SET #ttl = :ttl, #schema = if_not_exists(#schema, :schema){last} ADD {}",
                add.join(", ")
            ))
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(Some(values));
        request.send().await?;

        Ok(())
    }

    /// What there was on the days from `first` to `last`, both included.
    pub async fn days(&self, holder: &Holder, (first, last): (i64, i64)) -> Result<Vec<Day>> {
        let mut pages = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("#pk = :pk AND #sk BETWEEN :first AND :last")
            .set_expression_attribute_names(Some(super::names(["pk", "sk"])))
            .expression_attribute_values(":pk", text(partition(holder)))
            .expression_attribute_values(":first", text(date(first)))
            .expression_attribute_values(":last", text(date(last)))
            .into_paginator()
            .send();
        let mut days = Vec::new();
        while let Some(page) = pages.next().await {
            for item in page?.items.unwrap_or_default() {
                days.push(read(item.into())?);
            }
        }

        Ok(days)
    }
}

fn partition(Holder { org, key }: &Holder) -> String {
    format!("{org}#{key}")
}

/// `2030-06-15`.
fn date(day: i64) -> String {
    let begin = Timestamp::from_second(day.saturating_mul(Window::Day.seconds())).unwrap_or_default();
    begin.strftime("%Y-%m-%d").to_string()
}

/// The attribute of the requests with `outcome` in that hour of the day.
fn attribute(hour: i64, outcome: Outcome) -> String {
    let code = match outcome {
        Outcome::Success => "s".to_owned(),
        Outcome::ClientError => "c".to_owned(),
        Outcome::ServerError => "e".to_owned(),
        Outcome::Verified => "v".to_owned(),
        // This is rare, so it may be longer.
        Outcome::Refused(reason) => reason.name(),
    };

    format!("{hour:02}{code}")
}

fn read(mut item: Item) -> Result<Day> {
    item.schema(LAYOUT)?;
    let [old, current] = [OLD, CURRENT].map(|name| item.number(name)?.map(super::time).transpose());
    let last = LastUses { current: current?, old: old? };
    let date = item.need("sk", Item::text)?;
    let begin: Timestamp = format!("{date}T00:00:00Z")
        .parse()
        .map_err(|error| Error::Fault(format!("the usage of a day that is none: {error}")))?;
    let mut hours = BTreeMap::<i64, Tally>::new();
    for (name, value) in item.rest() {
        let counter = name.split_at_checked(2).and_then(|(hour, code)| Some((hour.parse().ok()?, outcome(code)?)));
        if let (Some((hour, outcome)), AttributeValue::N(requests)) = (counter, value) {
            let requests = requests.parse();
            let requests = requests.or(Err(Error::Fault(format!("the counter {name} of usage is no whole number"))))?;
            hours.entry(hour).or_default().add(outcome, requests);
        }
    }

    Ok(Day { number: Window::Day.number(begin), hours, last })
}

fn outcome(code: &str) -> Option<Outcome> {
    match code {
        "s" => Some(Outcome::Success),
        "c" => Some(Outcome::ClientError),
        "e" => Some(Outcome::ServerError),
        "v" => Some(Outcome::Verified),
        reason => Kind::named(reason).map(Outcome::Refused),
    }
}
