//! The outbox: the events table. An event is put there in the transaction of its change, and stays until it was handed on to
//! everybody who is to have it.
//!
//! | `pk` | `sk` | what it is |
//! | --- | --- | --- |
//! | `outbox` | `new#<organization>#<sequence>#<id>` | an event that was not tried yet: a query has each organization's in order |
//! | `retry` | `<due>#<id>` | one that was, by when it is to be tried again |
//! | `dead` | `<since>#<id>#<names>` | one that is not tried any more, with who has not taken it; gone after 30 days |

use std::collections::BTreeSet;

use aws_sdk_dynamodb::operation::query::QueryOutput;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::{Delete, Put};
use dynamodb::{Committed, Conditional as _, Error, Item, Result, SCHEMA, Table, Tries, number, text, text_set};
use jiff::{SignedDuration, Timestamp};

use super::remembered::{named, place};
use super::{Attributes, attributes, is_there};
use crate::registry::event::{Event, Head};
use crate::registry::slug::Slug;

/// The version of the layout of letters.
pub(super) const LAYOUT: i64 = 1;

/// The partition of dead letters.
pub(super) const DEAD: &str = "dead";

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

/// A page of what is on its way.
#[derive(Debug)]
pub struct Page<T> {
    /// What can be read.
    pub found: Vec<T>,
    /// Where other things are that cannot be, and why, one by one.
    pub unreadable: Vec<String>,
    /// Where the next page begins, if there is one.
    pub next: Option<Start>,
}

/// The place after which a page begins.
#[derive(Clone, Debug)]
pub struct Start(pub(super) Attributes);

impl<T> Page<T> {
    pub(super) fn read(page: QueryOutput, read: fn(Item) -> Result<T>) -> Self {
        let (mut found, mut unreadable) = (Vec::new(), Vec::new());
        for item in page.items.unwrap_or_default() {
            let place = named(&item);
            match read(item.into()) {
                Ok(one) => found.push(one),
                Err(error) => unreadable.push(format!("{place}: {error}")),
            }
        }

        Self { found, unreadable, next: page.last_evaluated_key.map(Start) }
    }
}

/// Which letters.
#[derive(Clone, Debug)]
pub enum Pile {
    /// Those that nobody was asked about yet, by organization and in the order of their numbers: of the organizations after
    /// this one, if one is named.
    New(Option<Slug>),
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

    /// A query of all that is in the partition `pk`, from `start` on.
    pub(super) fn partition(&self, pk: &str, start: Option<Start>) -> QueryFluentBuilder {
        let query = self.0.client.query().table_name(&self.0.name).consistent_read(true);

        query
            .key_condition_expression("#pk = :pk")
            .expression_attribute_names("#pk", "pk")
            .expression_attribute_values(":pk", text(pk))
            .set_exclusive_start_key(start.map(|Start(key)| key))
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
    pub async fn letters(&self, pile: &Pile, limit: i32, start: Option<Start>) -> Result<Page<Letter>> {
        let (partition, [first, last]) = match pile {
            Pile::New(None) => ("outbox", ["new#".to_owned(), "new$".to_owned()]),
            Pile::New(Some(after)) => ("outbox", [format!("new#{after}$"), "new$".to_owned()]),
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

        Ok(Page::read(request.send().await?, Letter::read))
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
        self.replaced(&letter.key, self.again(&letter.left_by(left), fate)?, tries).await
    }
}

/// An event that was tried once more, and not taken by everybody.
pub(super) struct Untaken<'a> {
    pub(super) id: &'a str,
    pub(super) event: &'a str,
    /// How often it was tried before.
    pub(super) attempts: u32,
    /// Who has not taken it.
    pub(super) left: BTreeSet<&'a str>,
    /// Where it waits: the partition, and what its place has after the time.
    pub(super) waits: (String, String),
    /// When it was first to be sent there, if that matters.
    pub(super) since: Option<Timestamp>,
}

impl Outbox {
    /// The member of a transaction that takes out what is at `key`.
    pub(super) fn taken(&self, key: &Attributes) -> Result<Delete> {
        Ok(Delete::builder().table_name(&self.0.name).set_key(Some(key.clone())).when(is_there()).build()?)
    }

    /// The member of a transaction that puts `untaken` where `fate` says.
    pub(super) fn again(&self, untaken: &Untaken<'_>, fate: Fate) -> Result<Put> {
        // An event may be dead for several, in the same millisecond.
        let left: Vec<_> = untaken.left.iter().copied().collect();
        let dead = format!("{}#{}", untaken.id, left.join(","));
        let (partition, at, rest, ttl) = match fate {
            Fate::Again(due) => (&*untaken.waits.0, due, &*untaken.waits.1, None),
            Fate::Dead(since) => (DEAD, since, &*dead, Some(since.checked_add(KEPT).unwrap_or(since))),
        };
        let mut item = place(partition, format!("{:013}#{rest}", at.as_millisecond()));
        item.extend(attributes([
            ("event", Some(text(untaken.event))),
            ("left", text_set(untaken.left.iter().copied())),
            ("attempts", Some(number(untaken.attempts.saturating_add(1)))),
            ("ttl", ttl.map(|ttl| number(ttl.as_second()))),
            ("since", untaken.since.map(|since| number(since.as_millisecond()))),
            (SCHEMA, Some(number(LAYOUT))),
        ]));

        Ok(Put::builder().table_name(&self.0.name).set_item(Some(item)).build()?)
    }

    /// Puts `put` in the place of what is at `key`, unless another run has moved that or taken it out meanwhile.
    pub(super) async fn replaced(&self, key: &Attributes, put: Put, tries: &mut Tries) -> Result<()> {
        let transaction = self.0.transaction().with("taken", self.taken(key)?).with("moved", put);
        match transaction.commit(tries).await? {
            Committed::Yes | Committed::No(_) => Ok(()),
        }
    }
}

impl Letter {
    /// Where it is.
    pub(super) const fn key(&self) -> &Attributes {
        &self.key
    }

    /// The same, tried once more and not taken by those in `left`.
    pub(super) fn left_by<'a>(&'a self, left: &'a BTreeSet<String>) -> Untaken<'a> {
        let Self { head, event, attempts, .. } = self;
        let left = left.iter().map(String::as_str).collect();
        let waits = ("retry".to_owned(), head.id.to_string());

        Untaken { id: head.id.as_str(), event, attempts: *attempts, left, waits, since: None }
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
