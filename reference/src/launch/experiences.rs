//! Experiences, and their slugs.
//!
//! An organization's experiences are a partition of their own, in the order in which they were made. The same
//! transaction writes an item for the slug beside each, which keeps the slug from being given twice, and adds to the
//! tallies of the experience's times.

use dynamodb::{Item, Result, Table, number, text};
use jiff::Timestamp;
use payload::TimeZone;
use schemars::JsonSchema;
use serde::Serialize;

use super::new_experience::NewExperience;
use super::schedule::{ByStatus, Schedule, Status};
use super::slug::Slug;
use super::tallies::{self, Ledger, Tallies};
use crate::connection::{Connection, Slice};
use crate::label::Label;
use crate::moment::{Moment, in_seconds};
use crate::stored::{Key, LAYOUT, key, moment, parsed};
use crate::transaction::{carry_out, new_item};
use crate::{Flaw, Id};

/// An experience, as it is at some time.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Experience {
    id: Id,
    name: Label,
    slug: Slug,
    status: Status,
    open_at: Option<Moment>,
    close_at: Option<Moment>,
    time_zone: Option<TimeZone>,
    #[serde(serialize_with = "in_seconds")]
    created_at: Moment,
}

/// The experiences of all organizations.
#[derive(Clone, Debug)]
pub struct Experiences {
    table: Table,
}

/// The mark of a slug whose experience is in the tallies.
const COUNTED: &str = "counted";

fn partition(org: &str) -> String {
    format!("org#{org}#experiences")
}

fn key_of(org: &str, id: Id) -> Key {
    key(partition(org), id.to_string())
}

fn slugs(org: &str) -> String {
    format!("org#{org}#experience-slugs")
}

impl Experience {
    /// The experience that `new` asks for, made at `now`. Where its name makes no slug, its slug is its id.
    ///
    /// # Errors
    /// Its times contradict each other.
    pub fn new(new: NewExperience, id: Id, now: Timestamp) -> std::result::Result<Self, Vec<Flaw>> {
        let schedule = new.schedule()?;
        let slug = new.slug.or_else(|| Slug::of(new.name.as_str())).or_else(|| Slug::of(&id.to_string()));

        Ok(Self {
            id,
            slug: slug.ok_or_else(|| vec![("slug", "is required")])?,
            name: new.name,
            status: schedule.status(now),
            open_at: schedule.opens,
            close_at: schedule.closes,
            time_zone: new.time_zone,
            created_at: Moment::from(now),
        })
    }

    /// Its name in a URL.
    pub fn slug(&self) -> &str {
        self.slug.as_str()
    }
}

impl Experiences {
    /// The experiences in `table`.
    pub const fn new(table: Table) -> Self {
        Self { table }
    }

    /// Adds `experience` to those of `org`. `false`: another one has its slug.
    pub async fn insert(&self, org: &str, experience: &Experience) -> Result<bool> {
        let times = [("opens", experience.open_at), ("closes", experience.close_at)];
        let times = times.map(|(name, moment)| (name, moment.map(|moment| number(moment.as_millis()))));
        let entry = [
            ("name", Some(text(experience.name.as_str()))),
            ("slug", Some(text(experience.slug()))),
            ("zone", experience.time_zone.as_ref().map(|zone| text(zone.as_str()))),
            ("created", Some(number(experience.created_at.as_millis()))),
        ];
        let slug = key(slugs(org), experience.slug());
        let entry = entry.into_iter().chain(times.clone());
        let claim = times.into_iter().chain([(COUNTED, Some(number(1)))]);
        let mut transaction = self
            .table
            .transaction()
            .with("experience", new_item(&self.table, key_of(org, experience.id), entry)?)
            .with("slug", new_item(&self.table, slug.clone(), claim)?);
        let schedule = Schedule { opens: experience.open_at, closes: experience.close_at };
        for tally in tallies::members(&self.table, org, schedule)? {
            transaction = transaction.with("tally", tally);
        }

        carry_out(&self.table, transaction, Some(slug)).await
    }

    /// The experience `id` of `org`, as it is at `now`.
    pub async fn find(&self, org: &str, id: Id, now: Timestamp) -> Result<Option<Experience>> {
        let request = self
            .table
            .client
            .get_item()
            .table_name(&self.table.name)
            .set_key(Some(key_of(org, id)))
            .consistent_read(true);

        request.send().await?.item.map(|item| read(item.into(), now)).transpose()
    }

    /// A part of the experiences of `org`, newest first, as they are at `now`. It costs what is shown.
    pub async fn list(&self, org: &str, slice: Slice, now: Timestamp) -> Result<Connection<Experience>> {
        let entry = |item| read(item, now).map(|experience| (experience.id, experience));

        slice.of(&self.table, &partition(org), entry).await
    }

    /// How many experiences of each status `org` has at `now`. Tallies say so, once all that there is is in them.
    pub(super) async fn count(&self, org: &str, now: Timestamp) -> Result<ByStatus> {
        let ledger = Ledger { table: &self.table, org, tries: self.table.tries() };
        let tallies = Tallies::read(&self.table, org, now).await?;
        if tallies.are_whole(now) {
            return Ok(tallies.by_status());
        }
        let (mut counts, mut old) = (ByStatus::default(), Vec::new());
        for (schedule, is_counted) in self.schedules(org).await? {
            counts.add(schedule.status(now));
            if !is_counted {
                old.push(schedule);
            }
        }
        // The answer is there; the next one takes less.
        if let Err(error) = ledger.settle(&tallies, &old, now).await {
            tracing::warn!("counting what an earlier version has made failed: {error}");
        }

        Ok(counts)
    }

    /// The times of all experiences of `org`, and whether tallies count them. It reads their slugs. With their times these
    /// are some 100 bytes each: a read unit for forty.
    async fn schedules(&self, org: &str) -> Result<Vec<(Schedule, bool)>> {
        let mut items = self
            .table
            .client
            .query()
            .table_name(&self.table.name)
            .consistent_read(true)
            .key_condition_expression("#pk = :pk")
            .projection_expression("#opens, #closes, #counted")
            .expression_attribute_names("#pk", "pk")
            .expression_attribute_names("#opens", "opens")
            .expression_attribute_names("#closes", "closes")
            .expression_attribute_names("#counted", COUNTED)
            .expression_attribute_values(":pk", text(slugs(org)))
            .into_paginator()
            .items()
            .send();
        let mut schedules = Vec::new();
        while let Some(item) = items.next().await {
            let mut item = Item::from(item?);
            schedules.push((schedule(&mut item)?, item.number(COUNTED)?.is_some()));
        }

        Ok(schedules)
    }
}

fn schedule(item: &mut Item) -> Result<Schedule> {
    let [opens, closes] = ["opens", "closes"].map(|name| item.number(name)?.map(moment).transpose());

    Ok(Schedule { opens: opens?, closes: closes? })
}

fn read(mut item: Item, now: Timestamp) -> Result<Experience> {
    item.schema(LAYOUT)?;
    let schedule = schedule(&mut item)?;
    let zone = item.text("zone")?.map(TimeZone::kept);

    Ok(Experience {
        id: parsed(&mut item, "sk")?,
        name: parsed(&mut item, "name")?,
        slug: parsed(&mut item, "slug")?,
        status: schedule.status(now),
        open_at: schedule.opens,
        close_at: schedule.closes,
        time_zone: zone,
        created_at: moment(item.need("created", Item::number)?)?,
    })
}
