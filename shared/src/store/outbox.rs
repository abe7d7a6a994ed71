//! The outbox: the events table. An event is put there in the transaction of its change, and stays until it was handed on to
//! everybody who is to have it.
//!
//! | `pk` | `sk` | what it is |
//! | --- | --- | --- |
//! | `outbox` | `new#<organization>#<sequence>#<id>` | an event that was not tried yet: a query has each organization's in order |
//! | `retry` | `<due>#<id>` | one that was, by when it is to be tried again |
//! | `dead` | `<since>#<id>` | one that is not tried any more; gone after 30 days |

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::{Delete, Put};
use dynamodb::{Committed, Conditional as _, Error, Item, Result, SCHEMA, Table, Tries, number, text, text_set};
use jiff::{SignedDuration, Timestamp};

use super::{Attributes, attributes, is_there};
use crate::registry::event::{Event, Head};

/// The version of the layout of letters.
const LAYOUT: i64 = 1;

/// How long a dead letter is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The events table.
#[derive(Clone, Debug)]
pub struct Outbox(Table);

/// An event on its way, and where it still has to go.
#[derive(Clone, Debug)]
pub struct Letter {
    key: Attributes,
    /// What it is about.
    pub head: Head,
    /// All of it, as JSON.
    pub event: String,
    /// The names of those who have not taken it; `None` where nobody was asked yet.
    pub left: Option<BTreeSet<String>>,
    /// How often it was tried.
    pub attempts: u32,
}

/// A page of letters.
#[derive(Debug, Default)]
pub struct Letters {
    /// Those that can be read.
    pub letters: Vec<Letter>,
    /// Why others cannot be, one by one.
    pub unreadable: Vec<Error>,
    /// Where the next page begins, if there is one.
    pub next: Option<Start>,
}

/// The place of a letter after which a page begins.
#[derive(Clone, Debug)]
pub struct Start(Attributes);

/// Which letters.
#[derive(Clone, Copy, Debug)]
pub enum Pile {
    /// Those that nobody was asked about yet, by organization and in the order of their numbers.
    New,
    /// Those that are to be tried again by this time, the longest overdue first.
    Due(Timestamp),
}

/// What becomes of a letter that was not taken by everybody.
#[derive(Clone, Copy, Debug)]
pub enum Fate {
    /// It is tried again at this time.
    Again(Timestamp),
    /// It is not tried again, from this time on.
    Dead(Timestamp),
}

impl Outbox {
    /// The events in `table`.
    pub const fn new(table: Table) -> Self {
        Self(table)
    }

    /// The table. Parcels are there, too.
    pub(super) const fn table(&self) -> &Table {
        &self.0
    }

    /// The member of a transaction that puts `event` here.
    pub(super) fn posted(&self, event: &Event) -> Result<Put> {
        let written = serde_json::to_string(event).map_err(|error| Error::Fault(format!("an event: {error}")))?;
        // The id keeps it apart from events of an organization that had the same name before.
        let place = format!("new#{}#{:012}#{}", event.organization, event.sequence, event.id);
        let item = attributes([
            ("pk", Some(text("outbox"))),
            ("sk", Some(text(place))),
            ("event", Some(text(written))),
            (SCHEMA, Some(number(LAYOUT))),
        ]);

        Ok(Put::builder().table_name(&self.0.name).set_item(Some(item)).build()?)
    }

    /// At most `limit` letters of `pile`, from `start` on.
    ///
    /// # Errors
    /// DynamoDB's.
    pub async fn letters(&self, pile: Pile, limit: i32, start: Option<Start>) -> Result<Letters> {
        let (partition, [first, last]) = match pile {
            Pile::New => ("outbox", ["new#".to_owned(), "new$".to_owned()]),
            // What is due in this very millisecond is due.
            Pile::Due(now) => ("retry", [String::from("0"), format!("{:013}$", now.as_millisecond())]),
        };
        let request = self
            .0
            .client
            .query()
            .table_name(&self.0.name)
            .consistent_read(true)
            .limit(limit)
            .key_condition_expression("#pk = :pk AND #sk BETWEEN :first AND :last")
            .set_expression_attribute_names(Some(super::names(["pk", "sk"])))
            .expression_attribute_values(":pk", text(partition))
            .expression_attribute_values(":first", text(first))
            .expression_attribute_values(":last", text(last))
            .set_exclusive_start_key(start.map(|Start(key)| key));
        let page = request.send().await?;
        let mut letters = Letters { next: page.last_evaluated_key.map(Start), ..Letters::default() };
        for item in page.items.unwrap_or_default() {
            match Letter::read(item.into()) {
                Ok(letter) => letters.letters.push(letter),
                Err(error) => letters.unreadable.push(error),
            }
        }

        Ok(letters)
    }

    /// Takes `letters` out, at most 25: everybody has them.
    ///
    /// # Errors
    /// DynamoDB's.
    pub async fn delivered(&self, letters: &[&Letter]) -> Result<()> {
        dynamodb::batch_delete(&self.0.client, &self.0.name, letters.iter().map(|letter| letter.key.clone())).await
    }

    /// Puts `letter`, which those in `left` have not taken, where `fate` says, unless another run has moved it or taken it
    /// out meanwhile.
    ///
    /// # Errors
    /// DynamoDB's.
    pub async fn moved(&self, letter: &Letter, left: &BTreeSet<String>, fate: Fate, tries: &mut Tries) -> Result<()> {
        let taken = Delete::builder().table_name(&self.0.name).set_key(Some(letter.key.clone())).when(is_there());
        let put = self.letter_again(letter, left, fate)?;
        let transaction = self.0.transaction().with("letter", taken.build()?).with("moved", put);
        match transaction.commit(tries).await? {
            Committed::Yes | Committed::No(_) => Ok(()),
        }
    }
}

impl Outbox {
    /// The member of a transaction that puts `letter`, which those in `left` have not taken, where `fate` says.
    pub(super) fn letter_again(&self, letter: &Letter, left: &BTreeSet<String>, fate: Fate) -> Result<Put> {
        let (partition, at, ttl) = match fate {
            Fate::Again(due) => ("retry", due, None),
            Fate::Dead(since) => ("dead", since, Some(forgotten(since))),
        };
        let item = attributes([
            ("pk", Some(text(partition))),
            ("sk", Some(text(format!("{:013}#{}", at.as_millisecond(), letter.head.id)))),
            ("event", Some(text(&letter.event))),
            ("left", text_set(left.iter().map(String::as_str))),
            ("attempts", Some(number(letter.attempts.saturating_add(1)))),
            ("ttl", ttl.map(number)),
            (SCHEMA, Some(number(LAYOUT))),
        ]);

        Ok(Put::builder().table_name(&self.0.name).set_item(Some(item)).build()?)
    }
}

/// When what is dead since then is forgotten, in seconds since 1970.
pub(super) fn forgotten(since: Timestamp) -> i64 {
    since.checked_add(KEPT).unwrap_or(since).as_second()
}

impl Letter {
    /// Where it is.
    pub(super) const fn key(&self) -> &Attributes {
        &self.key
    }

    fn read(mut item: Item) -> Result<Self> {
        item.schema(LAYOUT)?;
        let [pk, sk] = [item.need("pk", Item::text)?, item.need("sk", Item::text)?];
        let event = item.need("event", Item::text)?;
        let head = serde_json::from_str(&event);
        let head = head.map_err(|error| Error::Fault(format!("the event {pk} {sk} cannot be read: {error}")))?;
        let left: BTreeSet<_> = item.text_set("left")?.into_iter().collect();
        let attempts = item.number("attempts")?.unwrap_or_default();

        Ok(Self {
            key: attributes([("pk", Some(text(pk))), ("sk", Some(text(sk)))]),
            head,
            event,
            left: (!left.is_empty()).then_some(left),
            attempts: u32::try_from(attempts).unwrap_or(u32::MAX),
        })
    }
}
