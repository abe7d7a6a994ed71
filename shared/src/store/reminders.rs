//! Reminders in the keys table: that a key may be due for a new secret at a time. They are written with whatever says when it is due, and
//! whoever is reminded asks the key itself: one that says nothing any more is taken out then, and no change needs to find it before.

use aws_sdk_dynamodb::types::{Delete, Put};
use dynamodb::{Conditional as _, Error, Item, Result, SCHEMA, Transaction, Tries, number, text};
use jiff::Timestamp;

use super::outbox::Start;
use super::remembered::named;
use super::{Attributes, Keys, attributes, is_there, names};
use crate::registry::key::{Id, Key};
use crate::registry::slug::Slug;

/// The version of the layout of reminders.
const LAYOUT: i64 = 1;

/// The partition that they are in.
const PARTITION: &str = "rotations";

/// That a key may be due for a new secret.
#[derive(Clone, Debug)]
pub struct Reminder {
    /// The key's organization.
    pub org: Slug,
    /// The key.
    pub key: Id,
    /// How often it could not be given one.
    pub failures: u32,
    place: Attributes,
}

/// Reminders that are due, those that are longest overdue first.
#[derive(Debug, Default)]
pub struct Due {
    /// Those that can be read.
    pub found: Vec<Reminder>,
    /// The others.
    pub unreadable: Vec<Unreadable>,
    /// Where the next page begins, if there is one.
    pub next: Option<Start>,
}

/// Something that stands where reminders do, and cannot be read.
#[derive(Debug)]
pub struct Unreadable {
    /// Why not.
    pub why: Error,
    item: Attributes,
}

impl Unreadable {
    /// Where it stands.
    pub fn place(&self) -> String {
        named(&self.item)
    }
}

/// The place of what is due at a time.
fn due_at(at: Timestamp, what: &str) -> String {
    format!("{:013}#{what}", at.as_millisecond())
}

fn place(at: &str) -> Attributes {
    attributes([("pk", Some(text(PARTITION))), ("sk", Some(text(at)))])
}

fn item((org, key): (&Slug, &Id), at: Timestamp, failures: u32) -> Attributes {
    let mut item = place(&due_at(at, &format!("{org}#{key}")));
    item.extend(attributes([("failures", (failures > 0).then(|| number(failures))), (SCHEMA, Some(number(LAYOUT)))]));

    item
}

impl Keys {
    /// `transaction`, with a reminder of when `after` is due, where `before` was due at another time.
    pub(super) fn reminding(&self, transaction: Transaction, before: Option<&Key>, after: &Key) -> Result<Transaction> {
        let due = |key: &Key| key.cycle.map(|cycle| cycle.due);
        let Some(at) = due(after).filter(|at| before.and_then(due) != Some(*at)) else { return Ok(transaction) };
        let item = item((&after.org, &after.id), at, 0);

        Ok(transaction.with("reminder", Put::builder().table_name(&self.table).set_item(Some(item)).build()?))
    }

    /// At most `limit` reminders of what is due at `now`, from `start` on, those that are longest overdue first.
    ///
    /// # Errors
    /// DynamoDB's.
    pub async fn reminders(&self, now: Timestamp, limit: i32, start: Option<Start>) -> Result<Due> {
        let last = format!("{:013}$", now.as_millisecond());
        let request = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .limit(limit)
            // `$` comes after `#`.
            .key_condition_expression("#pk = :pk AND #sk < :last")
            .set_expression_attribute_names(Some(names(["pk", "sk"])))
            .expression_attribute_values(":pk", text(PARTITION))
            .expression_attribute_values(":last", text(last))
            .set_exclusive_start_key(start.map(|Start(key)| key));

        let page = request.send().await?;
        let mut due = Due { next: page.last_evaluated_key.map(Start), ..Due::default() };
        for item in page.items.unwrap_or_default() {
            match Reminder::read(item.clone().into()) {
                Ok(reminder) => due.found.push(reminder),
                Err(why) => due.unreadable.push(Unreadable { why, item }),
            }
        }

        Ok(due)
    }

    /// Puts off what cannot be read until `at`, as it is: a newer version may know what it says.
    ///
    /// # Errors
    /// DynamoDB's.
    pub async fn put_unreadable_off(&self, unreadable: &Unreadable, at: Timestamp, tries: &mut Tries) -> Result<()> {
        let mut item = unreadable.item.clone();
        let before = Item::from(item.clone()).need("sk", Item::text)?;
        let rest = before.split_once('#').map_or(&*before, |(_, rest)| rest);
        item.extend(place(&due_at(at, rest)));

        self.put_elsewhere(place(&before), item, tries).await
    }

    /// Puts `item` in the place of what is at `before`, unless another run has dealt with that.
    async fn put_elsewhere(&self, before: Attributes, item: Attributes, tries: &mut Tries) -> Result<()> {
        let taken = Delete::builder().table_name(&self.table).set_key(Some(before)).when(is_there());
        let later = Put::builder().table_name(&self.table).set_item(Some(item)).build()?;
        let moved = self.transaction().with("taken", taken.build()?).with("later", later);

        moved.commit(tries).await.map(drop)
    }

    /// Takes `reminder` out: there is nothing left to be done about it.
    ///
    /// # Errors
    /// DynamoDB's.
    pub async fn reminded(&self, reminder: &Reminder) -> Result<()> {
        let place = Some(reminder.place.clone());
        self.client.delete_item().table_name(&self.table).set_key(place).send().await?;

        Ok(())
    }

    /// Puts `reminder` off until `at`, after so many `failures`, unless another run has dealt with it.
    ///
    /// # Errors
    /// DynamoDB's.
    pub async fn put_off(&self, reminder: &Reminder, at: Timestamp, failures: u32, tries: &mut Tries) -> Result<()> {
        let item = item((&reminder.org, &reminder.key), at, failures);

        self.put_elsewhere(reminder.place.clone(), item, tries).await
    }
}

impl Reminder {
    fn read(mut item: Item) -> Result<Self> {
        item.schema(LAYOUT)?;
        let at = item.need("sk", Item::text)?;
        let failures = item.number("failures")?.unwrap_or_default();
        let parts = at.split_once('#').and_then(|(_, rest)| {
            let (org, key) = rest.split_once('#')?;
            Some((Slug::try_from(org.to_owned()).ok()?, Id::try_from(key.to_owned()).ok()?))
        });
        let (org, key) = parts.ok_or_else(|| Error::Fault(format!("the reminder {at} is of no key")))?;

        Ok(Self { org, key, failures: u32::try_from(failures).unwrap_or(u32::MAX), place: place(&at) })
    }
}
