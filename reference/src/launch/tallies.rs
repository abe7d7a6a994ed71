//! Tallies of experiences: how many are drafts, and how many open and close when.
//!
//! The transaction that makes an experience counts each of its times twice: in the tally of the day of UTC, and in that of
//! the very millisecond. A report reads a tally for each day that there is, and of today each moment. So it costs what
//! there are days, however many experiences are made.
//!
//! An earlier version kept no tallies. What it has made is known by its slugs, which have no mark that they are counted.
//! A report that finds nobody has done so yet counts all slugs, as that version did, and writes those without a mark down
//! as tallies of their own, `#old`. No more of them come, so whoever does so at the same time writes the same. While a
//! stack is upgraded, some may come after all: a day later a report looks at the slugs once more.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::Update;
use dynamodb::{AttributeValue, Error, Item, Result, Table, Tries, number, text};
use futures_util::future::try_join_all;
use jiff::Timestamp;
use jiff::civil::Date;

use super::days::date;
use super::schedule::{ByStatus, Schedule};
use crate::moment::Moment;
use crate::stored::key;

/// The sort keys of tallies that are of no day.
const DRAFTS: &str = "drafts";
const SETTLED: &str = "settled";
/// What the sort key of a tally ends with that counts what an earlier version has made.
const OLD: &str = "#old";

const DAY_MILLIS: i64 = 86_400_000;

/// How many moments of a day one item has, at some 20 bytes each, and how many days are written at the same time.
const MOMENTS: usize = 2_000;
const DAYS_AT_ONCE: usize = 16;

fn days(org: &str) -> String {
    format!("org#{org}#experiences-by-day")
}

fn moments(org: &str) -> String {
    format!("org#{org}#experiences-by-moment")
}

/// How many experiences there are of something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Count {
    /// How many have no times.
    drafts: i64,
    /// How many open.
    opens: i64,
    /// How many close.
    closes: i64,
}

impl Count {
    const NONE: Self = Self { drafts: 0, opens: 0, closes: 0 };
    const DRAFT: Self = Self { drafts: 1, ..Self::NONE };
    const OPENS: Self = Self { opens: 1, ..Self::NONE };
    const CLOSES: Self = Self { closes: 1, ..Self::NONE };

    fn add(&mut self, more: Self) {
        self.drafts = self.drafts.saturating_add(more.drafts);
        self.opens = self.opens.saturating_add(more.opens);
        self.closes = self.closes.saturating_add(more.closes);
    }

    fn attributes(self) -> impl Iterator<Item = (&'static str, i64)> {
        let all = [("drafts", self.drafts), ("opens", self.opens), ("closes", self.closes)];
        all.into_iter().filter(|(_, count)| *count != 0)
    }

    fn read(item: &mut Item) -> Result<Self> {
        let mut count = |name| Ok::<_, Error>(item.number(name)?.unwrap_or_default());

        Ok(Self { drafts: count("drafts")?, opens: count("opens")?, closes: count("closes")? })
    }
}

/// The times of an experience.
fn times(schedule: Schedule) -> impl Iterator<Item = (Moment, Count)> {
    let [opens, closes] = [(schedule.opens, Count::OPENS), (schedule.closes, Count::CLOSES)];

    [opens, closes].into_iter().filter_map(|(at, count)| Some((at?, count)))
}

/// The day of UTC, and the millisecond of it.
fn place(at: Moment) -> (Date, i64) {
    (date(at.into()), at.as_millis().rem_euclid(DAY_MILLIS))
}

fn moment_sort(day: Date, millis: i64) -> String {
    format!("{day}T{millis:08}")
}

/// The members of a transaction that count an experience of `org` with these times.
pub(super) fn members(table: &Table, org: &str, schedule: Schedule) -> Result<Vec<Update>> {
    let mut counts: BTreeMap<_, Count> = BTreeMap::new();
    for (at, count) in times(schedule) {
        let (day, millis) = place(at);
        for tally in [(days(org), day.to_string()), (moments(org), moment_sort(day, millis))] {
            counts.entry(tally).or_default().add(count);
        }
    }
    if schedule.opens.is_none() {
        counts.entry((days(org), DRAFTS.to_owned())).or_default().add(Count::DRAFT);
    }

    counts.into_iter().map(|((partition, sort), count)| addition(table, &partition, &sort, count)).collect()
}

fn addition(table: &Table, partition: &str, sort: &str, count: Count) -> Result<Update> {
    let mut update = Update::builder().table_name(&table.name).set_key(Some(key(partition, sort)));
    let mut parts = Vec::new();
    for (name, count) in count.attributes() {
        update = update
            .expression_attribute_names(format!("#{name}"), name)
            .expression_attribute_values(format!(":{name}"), number(count));
        parts.push(format!("#{name} :{name}"));
    }

    Ok(update.update_expression(format!("ADD {}", parts.join(", "))).build()?)
}

/// What the tallies of an organization say at some time.
#[derive(Debug, Default)]
pub(super) struct Tallies {
    /// Of all that there are.
    all: Count,
    /// Of those that have opened and closed by now.
    past: Count,
    /// What an earlier version has made, by day, and what of today's is there in moments.
    old: BTreeMap<Date, Count>,
    old_today: Count,
    /// Whether that is all written down.
    settled: Settled,
}

/// Whether what an earlier version has made is written down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Settled {
    /// Not yet.
    #[default]
    No,
    /// It is, and at this time somebody has to look once more.
    Until(i64),
    /// It is.
    ForGood,
}

impl Tallies {
    /// The tallies of `org` in `table`, for `now`.
    ///
    /// Moments are read before days, and days from the last to the first. So of an experience that is made meanwhile
    /// nobody sees the end without the beginning.
    pub(super) async fn read(table: &Table, org: &str, now: Timestamp) -> Result<Self> {
        let today = date(now);
        let (mut tallies, millis) = (Self::default(), now.as_millisecond().rem_euclid(DAY_MILLIS));
        for mut item in of(table, &moments(org), &format!("{today}#"), &moment_sort(today, millis)).await? {
            if item.need("sk", Item::text)?.contains('#') {
                tallies.add_old_moments(&item.need("moments", Item::text)?, millis)?;
            } else {
                tallies.past.add(Count::read(&mut item)?);
            }
        }
        for item in of(table, &days(org), "-", "~").await? {
            tallies.add_day(item, today)?;
        }

        Ok(tallies)
    }

    fn add_old_moments(&mut self, text: &str, until: i64) -> Result<()> {
        let moments: Vec<(i64, i64, i64)> = serde_json::from_str(text)
            .map_err(|error| Error::Fault(format!("the moments of a day cannot be read: {error}")))?;
        for (millis, opens, closes) in moments {
            let count = Count { opens, closes, ..Count::NONE };
            self.old_today.add(count);
            if millis <= until {
                self.past.add(count);
            }
        }

        Ok(())
    }

    fn add_day(&mut self, mut item: Item, today: Date) -> Result<()> {
        let sort = item.need("sk", Item::text)?;
        if sort == SETTLED {
            self.settled = item.number("until")?.map_or(Settled::ForGood, Settled::Until);
            return Ok(());
        }
        let count = Count::read(&mut item)?;
        self.all.add(count);
        let name = sort.strip_suffix(OLD).unwrap_or(&sort);
        if name == DRAFTS {
            return Ok(());
        }
        let day = name.parse().map_err(|error| Error::Fault(format!("a tally is of no day: {error}")))?;
        if day < today {
            self.past.add(count);
        }
        if name != sort {
            self.old.insert(day, count);
        }

        Ok(())
    }

    /// Whether they have all that there is at `now`. They do not yet while somebody is writing today's down.
    pub(super) fn are_whole(&self, now: Timestamp) -> bool {
        let is_settled = match self.settled {
            Settled::No => false,
            Settled::Until(until) => now.as_millisecond() < until,
            Settled::ForGood => true,
        };

        is_settled && self.old.get(&date(now)).copied().unwrap_or_default() == self.old_today
    }

    /// How many experiences there are of each status.
    pub(super) fn by_status(&self) -> ByStatus {
        let number = |count: i64| u64::try_from(count).unwrap_or_default();
        let (all, past) = (self.all, self.past);

        ByStatus {
            draft: number(all.drafts),
            scheduled: number(all.opens.saturating_sub(past.opens)),
            active: number(past.opens.saturating_sub(past.closes)),
            completed: number(past.closes),
        }
    }
}

/// Where tallies of what an earlier version has made are written down, as long as there is time.
#[derive(Debug)]
pub(super) struct Ledger<'a> {
    pub(super) table: &'a Table,
    pub(super) org: &'a str,
    pub(super) tries: Tries,
}

impl Ledger<'_> {
    /// Writes down what `old` adds to `tallies` at `now`: all that an earlier version has made. What is there already is
    /// not written again, so that it is done some time, however much there is.
    pub(super) async fn settle(&self, tallies: &Tallies, old: &[Schedule], now: Timestamp) -> Result<()> {
        let mut by_day: BTreeMap<Date, BTreeMap<i64, Count>> = BTreeMap::new();
        for (at, count) in old.iter().copied().flat_map(times) {
            let (day, millis) = place(at);
            by_day.entry(day).or_default().entry(millis).or_default().add(count);
        }
        let wanting: Vec<_> =
            by_day.iter().filter(|(day, moments)| tallies.old.get(day) != Some(&sum(moments.values()))).collect();
        for some in wanting.chunks(DAYS_AT_ONCE) {
            if self.tries.are_over() {
                return Ok(());
            }
            try_join_all(some.iter().map(|(day, moments)| self.write_day(**day, moments))).await?;
        }
        let drafts = i64::try_from(old.iter().filter(|schedule| schedule.opens.is_none()).count()).unwrap_or(i64::MAX);
        self.write(&days(self.org), &format!("{DRAFTS}{OLD}"), [("drafts", number(drafts))]).await?;
        let until = match tallies.settled {
            Settled::No => Some(("until", number(now.as_millisecond().saturating_add(DAY_MILLIS)))),
            Settled::Until(_) | Settled::ForGood => None,
        };

        self.write(&days(self.org), SETTLED, until).await
    }

    /// Writes down what there is of `day`: its moments first, so that they are there where the day is.
    async fn write_day(&self, day: Date, counts: &BTreeMap<i64, Count>) -> Result<()> {
        let all: Vec<_> = counts.iter().map(|(millis, count)| (millis, count.opens, count.closes)).collect();
        for (place, part) in all.chunks(MOMENTS).enumerate() {
            let words = serde_json::to_string(part)
                .map_err(|error| Error::Fault(format!("the moments of a day cannot be written: {error}")))?;
            self.write(&moments(self.org), &format!("{day}#{place:04}"), [("moments", text(words))]).await?;
        }
        let count = sum(counts.values()).attributes().map(|(name, count)| (name, number(count)));

        self.write(&days(self.org), &format!("{day}{OLD}"), count).await
    }

    /// Puts an item. A second time does no harm.
    async fn write(
        &self,
        partition: &str,
        sort: &str,
        attributes: impl IntoIterator<Item = (&'static str, AttributeValue)>,
    ) -> Result<()> {
        let attributes = attributes.into_iter().map(|(name, value)| (name.to_owned(), value));
        let item = key(partition, sort).into_iter().chain(attributes).collect();
        let request = self.table.client.put_item().table_name(&self.table.name).set_item(Some(item));
        let put = || async { request.clone().send().await.map(drop).map_err(Error::from) };

        self.tries.beside().run(put).await
    }
}

fn sum<'a>(counts: impl Iterator<Item = &'a Count>) -> Count {
    counts.fold(Count::NONE, |mut sum, count| {
        sum.add(*count);
        sum
    })
}

/// The items of `partition` from one sort key to another, the last one first.
async fn of(table: &Table, partition: &str, from: &str, to: &str) -> Result<Vec<Item>> {
    let mut items = table
        .client
        .query()
        .table_name(&table.name)
        .consistent_read(true)
        .scan_index_forward(false)
        .key_condition_expression("#pk = :pk AND #sk BETWEEN :from AND :to")
        .expression_attribute_names("#pk", "pk")
        .expression_attribute_names("#sk", "sk")
        .expression_attribute_values(":pk", text(partition))
        .expression_attribute_values(":from", text(from))
        .expression_attribute_values(":to", text(to))
        .into_paginator()
        .items()
        .send();
    let mut found = Vec::new();
    while let Some(item) = items.next().await {
        found.push(Item::from(item?));
    }

    Ok(found)
}
