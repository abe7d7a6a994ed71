//! The usage table: what became of the requests with a key, one item for each account and day of UTC.
//!
//! An item holds a day and not an hour because of the cost. An item for an hour would have more key than content. A day
//! in which every hour has successes and client errors is under 1 KB, so that adding to it is one write unit. 13
//! months, by days or by hours, are 400 items, which a query reads in a page or two. The counters of an hour are
//! attributes of their own, named after it (`07s`: the successes from seven to eight), because `ADD` creates a missing
//! attribute, but not a missing map around it. The item of a sum has the counters of the whole day (`s`): 400 days of an
//! organization are read in a page.
//!
//! Every process adds to the sum of the stack. A partition takes 1,000 writes a second, so that sum is kept in eight: a
//! process adds to one of them, and whoever reads adds them up.
//!
//! [`hints`]: what of it may be worth an alert, in a partition of its own.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{ReturnValue, ReturnValuesOnConditionCheckFailure};
use dynamodb::{
    AttributeValue, Client, Condition, Conditional as _, Error, Item, Refused, Result, SCHEMA, Tries, number, text,
};
use jiff::Timestamp;

pub(crate) mod hints;

use super::remembered::is_written;
use crate::contract::denial::Kind;
use crate::contract::limit::Window;
use crate::environment::entropy::Entropy;
use crate::registry::usage::{Account, Day, Entry, Holder, LastUses, Outcome, Part, Tally};

/// The version of the layout of days.
const LAYOUT: i64 = 1;

/// The attributes of when a secret was last used: one that has been replaced, and the current one.
const OLD: &str = "old";
const CURRENT: &str = "new";

/// The attributes of the hour of which somebody has worked out what is unusual, and from how many requests on it is.
const HOUR: &str = "hour";
const CEILING: &str = "ceiling";

/// The usage table.
#[derive(Clone, Debug)]
pub struct Usage {
    client: Client,
    once: Client,
    table: String,
    kept_secs: i64,
    /// Which part of the stack's sum this process adds to.
    shard: u8,
}

/// How many parts the sum of the stack is kept in.
const SHARDS: u8 = 8;

impl Usage {
    /// The usage in `table`, each day of which is kept for `retention_days`.
    pub fn new(client: Client, table: String, retention_days: u32, entropy: Entropy) -> Self {
        let kept_secs = i64::from(retention_days).saturating_mul(Window::Day.seconds());
        let mut shard = [0];
        // Without randomness all processes add to the same part: that is only slower.
        let shard = entropy.fill(&mut shard).map_or(0, |()| shard[0] % SHARDS);

        Self { once: dynamodb::once(&client), client, table, kept_secs, shard }
    }

    /// The same table, over connections that nobody has used yet.
    pub(crate) fn anew(&self) -> Self {
        Self { once: dynamodb::anew(&self.once), ..self.clone() }
    }

    /// Adds the counts of `entry`: one write, or one or two more where another process has written of a later use, which stays. It is not made
    /// again without an answer, because then it may have counted. Returns the day as it is then, if it is `asked` for.
    pub(crate) async fn add(&self, entry: &Entry, asked: bool) -> Result<Option<Day>> {
        let mut last = entry.last;
        loop {
            match self.addition(entry, last, asked).send().await.map_err(Refused::from) {
                Ok(added) => return added.attributes.filter(|_| asked).map(|item| read(item.into())).transpose(),
                Err(Refused::Condition(mut seen)) => {
                    let seen = seen.as_mut().map(last_uses).transpose()?.unwrap_or_default();
                    let later = last.unless_before(seen);
                    // It was refused for one of them at least.
                    last = if later == last { LastUses::default() } else { later };
                }
                Err(Refused::Conflict) => return Err(Error::Contended),
                Err(Refused::Failed(error)) => return Err(error),
            }
        }
    }

    /// The write that adds the counts of `entry`, and says when its secrets were `last` used unless a later time is there.
    fn addition(&self, entry: &Entry, last: LastUses, asked: bool) -> UpdateItemFluentBuilder {
        let ends = entry.day.saturating_add(1).saturating_mul(Window::Day.seconds());
        let mut names = super::names(["ttl", SCHEMA]);
        let mut values = super::attributes([
            (":ttl", Some(number(ends.saturating_add(self.kept_secs)))),
            (":schema", Some(number(LAYOUT))),
        ]);
        let mut add = Vec::new();
        let (mut set, mut is_later) = (String::new(), Condition::default());
        for (name, at) in [(OLD, last.old), (CURRENT, last.current)] {
            if let Some(at) = at {
                values.insert(format!(":{name}"), number(at.as_millisecond()));
                set.extend([", #", name, " = :", name]);
                is_later = is_later
                    .and(Condition::that(format!("attribute_not_exists(#{name}) OR #{name} <= :{name}"), [name]));
            }
        }
        for (part, tally) in &entry.parts {
            for (outcome, requests) in tally.iter() {
                let name = attribute(*part, outcome);
                add.push(format!("#{name} :{name}"));
                values.insert(format!(":{name}"), number(requests));
                names.insert(format!("#{name}"), name);
            }
        }
        self.once
            .update_item()
            .table_name(&self.table)
            .key("pk", text(partition(&entry.account, self.shard)))
            .key("sk", text(date(entry.day)))
            .update_expression(format!(
                "SET #ttl = :ttl, #schema = if_not_exists(#schema, :schema){set} ADD {}",
                add.join(", ")
            ))
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(Some(values))
            .set_return_values(asked.then_some(ReturnValue::AllNew))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .when(is_later)
    }

    /// Writes down from how many requests on the hour `hour` of `holder` is unusual, for every process that adds to it.
    pub(crate) async fn put_ceiling(&self, holder: &Holder, hour: i64, requests: i64) -> Result<()> {
        let request = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", text(partition(&Account::Key(holder.clone()), 0)))
            .key("sk", text(date(hour.div_euclid(24))))
            // Without the day there is nothing to hold against it.
            .condition_expression("attribute_exists(#pk)")
            .update_expression("SET #hour = :hour, #ceiling = :ceiling")
            .set_expression_attribute_names(Some(super::names(["pk", HOUR, CEILING])))
            .expression_attribute_values(":hour", number(hour.rem_euclid(24)))
            .expression_attribute_values(":ceiling", number(requests));

        is_written(request.send().await).map(drop)
    }

    /// The last day before `day` on which there was anything of `holder`.
    pub(crate) async fn last_day_before(&self, holder: &Holder, day: i64) -> Result<Option<Day>> {
        self.newest(holder, Some(day)).await
    }

    /// What there was of `account` on the days from `first` to `last`, both included. A day of the stack comes in several
    /// parts.
    pub async fn days(&self, account: &Account, (first, last): (i64, i64)) -> Result<Vec<Day>> {
        let shards = if *account == Account::Stack { SHARDS } else { 1 };
        let mut days = Vec::new();
        for shard in 0..shards {
            let part = self
                .query(partition(account, shard))
                .key_condition_expression("#pk = :pk AND #sk BETWEEN :first AND :last")
                .set_expression_attribute_names(Some(super::names(["pk", "sk"])))
                .expression_attribute_values(":first", text(date(first)))
                .expression_attribute_values(":last", text(date(last)));
            let mut pages = part.into_paginator().send();
            while let Some(page) = pages.next().await {
                for item in page?.items.unwrap_or_default() {
                    days.push(read(item.into())?);
                }
            }
        }

        Ok(days)
    }

    /// The last day on which there was anything of `holder`: also of a key that is deleted by now.
    pub async fn last_day(&self, holder: &Holder) -> Result<Option<Day>> {
        self.newest(holder, None).await
    }

    /// Forgets all that is known of `account`, which is no sum of the stack, as long as `tries` are not over. Whether nothing is left.
    pub(crate) async fn forget(&self, account: &Account, tries: &Tries) -> Result<bool> {
        dynamodb::empty(&self.client, &self.table, &partition(account, 0), None, tries).await
    }

    /// The newest day of `holder`, before the day `before` if that is said.
    async fn newest(&self, holder: &Holder, before: Option<i64>) -> Result<Option<Day>> {
        let days = self.query(partition(&Account::Key(holder.clone()), 0)).scan_index_forward(false).limit(1);
        let newest = match before {
            Some(day) => days
                .key_condition_expression("#pk = :pk AND #sk < :day")
                .set_expression_attribute_names(Some(super::names(["pk", "sk"])))
                .expression_attribute_values(":day", text(date(day))),
            None => days.key_condition_expression("#pk = :pk").expression_attribute_names("#pk", "pk"),
        };
        let days = newest.send().await?.items.unwrap_or_default();

        days.into_iter().next().map(|item| read(item.into())).transpose()
    }

    /// A query of `partition` that sees what was just written.
    fn query(&self, partition: String) -> QueryFluentBuilder {
        let query = self.client.query().table_name(&self.table).consistent_read(true);

        query.expression_attribute_values(":pk", text(partition))
    }
}

/// Where `account` is. No organization is called `*`.
fn partition(account: &Account, shard: u8) -> String {
    match account {
        Account::Key(Holder { org, key }) => format!("{org}#{key}"),
        Account::Organization(org) => org.to_string(),
        Account::Stack => format!("*#{shard}"),
    }
}

/// `2030-06-15`.
fn date(day: i64) -> String {
    Window::Day.begin(day).strftime("%Y-%m-%d").to_string()
}

/// The attribute of the requests with `outcome` in that part of the day.
fn attribute(part: Part, outcome: Outcome) -> String {
    let code = match outcome {
        Outcome::Success => "s".to_owned(),
        Outcome::ClientError => "c".to_owned(),
        Outcome::ServerError => "e".to_owned(),
        Outcome::Verified => "v".to_owned(),
        // This is rare, so it may be longer.
        Outcome::Refused(reason) => reason.name(),
    };

    match part {
        Part::Hour(hour) => format!("{hour:02}{code}"),
        Part::Whole => code,
    }
}

/// What the attribute of that name counts, if it is a counter.
fn counter(name: &str) -> Option<(Part, Outcome)> {
    if let Some(outcome) = outcome(name) {
        return Some((Part::Whole, outcome));
    }
    let (hour, code) = name.split_at_checked(2)?;

    Some((Part::Hour(hour.parse().ok()?), outcome(code)?))
}

/// When the secrets were last used, as the item of a day says.
fn last_uses(item: &mut Item) -> Result<LastUses> {
    let [old, current] = [OLD, CURRENT].map(|name| item.number(name)?.map(super::time).transpose());

    Ok(LastUses { current: current?, old: old? })
}

fn read(mut item: Item) -> Result<Day> {
    item.schema(LAYOUT)?;
    let last = last_uses(&mut item)?;
    let ceiling = item.number(HOUR)?.zip(item.number(CEILING)?);
    let date = item.need("sk", Item::text)?;
    let begin: Timestamp = format!("{date}T00:00:00Z")
        .parse()
        .map_err(|error| Error::Fault(format!("the usage of a day that is none: {error}")))?;
    let mut parts = BTreeMap::<Part, Tally>::new();
    for (name, value) in item.rest() {
        if let (Some((part, outcome)), AttributeValue::N(requests)) = (counter(&name), value) {
            let requests = requests.parse();
            let requests = requests.or(Err(Error::Fault(format!("the counter {name} of usage is no whole number"))))?;
            parts.entry(part).or_default().add(outcome, requests);
        }
    }

    Ok(Day { number: Window::Day.number(begin), parts, last, ceiling })
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
