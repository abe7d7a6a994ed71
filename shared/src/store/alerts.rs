//! Alerts in the keys table: an organization's settings, what is remembered of each key, the history, and how far the keys
//! have been gone through.
//!
//! | `pk` | `sk` | what it is |
//! | --- | --- | --- |
//! | `org#acme` | `alerts` | the settings, as far as they are not the contract's |
//! | `alerts#acme` | `key#key_01…` | what is remembered of a key's alerts, while there is anything |
//! | `alerts#acme` | `marks` | when its keys were last gone through |
//! | `history#acme` | `<time>#<number>#event_01…` | an alert that people were told of, for 400 days |
//! | `sweep` | `place` | how far all organizations have been gone through |

use aws_sdk_dynamodb::types::{ConditionCheck, Put};
use dynamodb::{Committed, Condition, Conditional as _, Item, Result, SCHEMA, Tries, number, text};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::keys::Replaced;
use super::record::{OnOrganization, unmade};
use super::remembered::{LAYOUT, Remembered, is_written, json, place, unreadable, written};
use super::warrant::Warrant;
use super::{Attributes, Keys, Part, attributes, is_there, key_item, organization_item};
use crate::contract::alerts::Kind;
use crate::registry::alert::{Look, Marks, Mutes, Settings, Telling, Watched};
use crate::registry::audit::Entry;
use crate::registry::author::Author;
use crate::registry::event::{AlertRow, Event};
use crate::registry::key;
use crate::registry::key::Key;
use crate::registry::organization::{Organization, Status};
use crate::registry::slug::Slug;

/// How long the history is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(400 * 24);

/// How far the organizations have been gone through.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Progress {
    /// The hour since 1970 for which they are gone through.
    pub round: i64,
    /// The last one that was looked at.
    pub after: Option<Slug>,
    /// How far the next one was, where a run has ended in the middle of it.
    #[serde(default)]
    pub among: Option<Among>,
    /// Whether all of them were.
    pub done: bool,
}

/// How far the keys of an organization were looked at.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Among {
    /// The organization.
    pub org: Slug,
    /// The last of those that are watched.
    pub watched: Option<key::Id>,
    /// The last of all, and what was found so far.
    pub all: Option<(key::Id, Look)>,
}

/// What is to be remembered of alerts, beside what people are told.
#[derive(Clone, Debug)]
pub(crate) enum Memo<'a> {
    /// Of one key.
    Key(&'a Key, Remembered<Watched>),
    /// Of all keys of the organization together.
    Organization(Remembered<Marks>),
}

fn partition(org: &Slug) -> String {
    format!("alerts#{org}")
}

fn of_key(org: &Slug, key: &key::Id) -> Attributes {
    place(partition(org), format!("{}{key}", key_item::PREFIX))
}

fn history_of(org: &Slug) -> String {
    format!("history#{org}")
}

fn history_item(event: &Event, row: &AlertRow, now: Timestamp) -> Result<Attributes> {
    let Event { id, organization, sequence, .. } = event;
    let mut item = place(history_of(organization), format!("{:013}#{sequence:012}#{id}", now.as_millisecond()));
    let kept = now.checked_add(KEPT).unwrap_or(now);
    item.extend(attributes([
        ("row", Some(text(written(row)?))),
        ("ttl", Some(number(kept.as_second()))),
        (SCHEMA, Some(number(LAYOUT))),
    ]));

    Ok(item)
}

fn settings_of(org: &Slug) -> Attributes {
    place(format!("org#{org}"), "alerts")
}

impl Memo<'_> {
    fn key(&self, org: &Slug) -> Attributes {
        match self {
            Self::Key(key, _) => of_key(org, &key.id),
            Self::Organization(_) => place(partition(org), "marks"),
        }
    }

    fn item(&self, org: &Slug) -> Result<Attributes> {
        match self {
            Self::Key(_, memory) => memory.item(self.key(org)),
            Self::Organization(memory) => memory.item(self.key(org)),
        }
    }

    /// Whether nothing was remembered before.
    const fn is_first(&self) -> bool {
        match self {
            Self::Key(_, memory) => !memory.is_there(),
            Self::Organization(memory) => !memory.is_there(),
        }
    }

    fn as_read(&self) -> Condition {
        match self {
            Self::Key(_, memory) => memory.as_read(),
            Self::Organization(memory) => memory.as_read(),
        }
    }
}

impl Keys {
    /// What `org` wants to be told of.
    pub async fn alert_settings(&self, org: &Slug) -> Result<Remembered<Settings>> {
        self.remembered(settings_of(org)).await
    }

    /// Of which keys `org` wants to be told nothing.
    pub async fn mutes(&self, org: &Slug) -> Result<Mutes> {
        Ok(self.remembered(settings_of(org)).await?.value)
    }

    /// Writes `settings` of `org` over those that were read, on behalf of `author`.
    pub(crate) async fn put_alert_settings(
        &self,
        org: &Organization,
        settings: &Remembered<Settings>,
        author: &Author,
        entry: &Entry,
        tries: &mut Tries,
    ) -> Result<Replaced> {
        self.put_remembered(settings_of(&org.slug), settings, Warrant { author, org }, entry, tries).await
    }

    /// Remembers `memo`, and puts an event into the outbox and a row into the history for each of `tellings`, in one
    /// transaction: what is remembered has been told. `false`: something has changed since it was read, or the
    /// organization is locked. At most 30 tellings.
    pub(crate) async fn tell(
        &self,
        org: &Organization,
        memo: &Memo<'_>,
        tellings: &[Telling],
        now: Timestamp,
        tries: &mut Tries,
    ) -> Result<bool> {
        let key = match memo {
            Memo::Key(key, _) => Some(*key),
            Memo::Organization(_) => None,
        };
        let events = (org.sequence.saturating_add(1)..).zip(tellings).map(|(sequence, telling)| {
            Event::telling(telling, &org.slug, key, sequence, now, self.entropy).map_err(unmade)
        });
        let events = events.collect::<Result<Vec<_>>>()?;
        let active = text(organization_item::status_name(Status::Active));
        let is_open = Condition::that("#status = :open", ["status"]).value(":open", active);
        let organization = OnOrganization::checked(is_open);
        let mut transaction = self.transaction().with("memo", self.remembering(&org.slug, memo)?);
        transaction = self.numbered(transaction, &org.slug, org.sequence, organization, &events)?;
        for (event, row) in events.iter().filter_map(|event| Some((event, event.alert()?))) {
            let put = Put::builder().table_name(&self.table).set_item(Some(history_item(event, &row, now)?));
            transaction = transaction.with("history", put.build()?);
        }
        // Of a key that is gone nothing is told.
        if let Some(key) = key {
            let check =
                ConditionCheck::builder().table_name(&self.table).set_key(Some(key_item::key_of(&org.slug, &key.id)));
            transaction = transaction.with("key", check.when(is_there()).build()?);
        }

        Ok(transaction.commit(tries).await? == Committed::Yes)
    }

    /// The member of a transaction that remembers `memo` of `org`, unless somebody else has written meanwhile.
    pub(super) fn remembering(&self, org: &Slug, memo: &Memo<'_>) -> Result<Put> {
        let put = Put::builder().table_name(&self.table).set_item(Some(memo.item(org)?)).when(memo.as_read());

        Ok(put.build()?)
    }

    /// Remembers `memo`, where there is nothing to tell. `false`: somebody else has written meanwhile, or the organization goes.
    pub(crate) async fn remember_alerts(&self, org: &Slug, memo: &Memo<'_>, tries: &mut Tries) -> Result<bool> {
        // What was there when it was read is gone once the organization is; what was not would come into being afterwards.
        if memo.is_first() {
            let transaction = self.transaction().with("memo", self.remembering(org, memo)?);
            let transaction = transaction.with("organization", self.still_there(org)?);
            return Ok(transaction.commit(tries).await? == Committed::Yes);
        }
        let put = self.client.put_item().table_name(&self.table).set_item(Some(memo.item(org)?)).when(memo.as_read());

        is_written(put.send().await)
    }

    /// What is remembered of the alerts of `key`.
    pub async fn watched(&self, org: &Slug, key: &key::Id) -> Result<Remembered<Watched>> {
        self.remembered(of_key(org, key)).await
    }

    /// Forgets what was remembered of the alerts of `key`, unless it has changed since `memory` was read.
    pub(crate) async fn forget_alerts(&self, org: &Slug, key: &key::Id, memory: &Remembered<Watched>) -> Result<()> {
        let delete = self.client.delete_item().table_name(&self.table).set_key(Some(of_key(org, key)));
        // Whoever has changed it looks at it again.
        is_written(delete.when(memory.as_read()).send().await).map(drop)
    }

    /// The keys of `org` of whose alerts anything is remembered, each with it.
    pub async fn all_watched(&self, org: &Slug) -> Result<Vec<(key::Id, Remembered<Watched>)>> {
        let read = |mut item: Item| Ok((key_item::read_id(&mut item)?, Remembered::read(Some(item))?));

        self.all(&partition(org), key_item::PREFIX).await?.into_iter().map(read).collect()
    }

    /// When the keys of `org` were last gone through.
    pub(crate) async fn marks(&self, org: &Slug) -> Result<Remembered<Marks>> {
        self.remembered(place(partition(org), "marks")).await
    }

    /// How far the organizations have been gone through.
    pub(crate) async fn place(&self) -> Result<Remembered<Progress>> {
        self.remembered(place("sweep", "place")).await
    }

    /// Writes `memory` over what was read, and returns it as if it were read now. `None`: another run is going through them.
    pub(crate) async fn put_place(&self, memory: Remembered<Progress>) -> Result<Option<Remembered<Progress>>> {
        let item = memory.item(place("sweep", "place"))?;
        let put = self.client.put_item().table_name(&self.table).set_item(Some(item)).when(memory.as_read());

        Ok(is_written(put.send().await)?.then(|| memory.read_again()))
    }

    /// At most `limit` rows of the history of `org`, newest first, after the one at `position`; and the position of the last
    /// one, if there are more.
    pub async fn alert_history(
        &self,
        org: &Slug,
        limit: u32,
        position: Option<&str>,
    ) -> Result<(Vec<AlertRow>, Option<String>)> {
        let partition = history_of(org);
        let after = position.map(|position| place(&*partition, position));
        let part = Part { partition: &partition, prefix: None, newest_first: true, limit, after };
        let (items, has_more) = self.part(part).await?;
        let mut last = None;
        let mut rows = Vec::with_capacity(items.len());
        for mut item in items {
            item.schema(LAYOUT)?;
            last = item.text("sk")?;
            let row: Value = json(&mut item, "row")?;
            // One of a kind that only a newer version knows is left out.
            if row.get("kind").and_then(Value::as_str).is_none_or(|kind| Kind::named(kind).is_some()) {
                rows.push(serde_json::from_value(row).map_err(|error| unreadable("row", &error))?);
            }
        }

        Ok((rows, last.filter(|_| has_more)))
    }
}
