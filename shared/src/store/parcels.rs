//! Parcels: events on their way to webhooks, in the events table. Each webhook has a queue of its own, so that one that takes
//! nothing holds up no other.
//!
//! | `pk` | `sk` | what it is |
//! | --- | --- | --- |
//! | `parcels#acme#webhook_01…` | `<due>#<sequence>#<id>` | an event that is to be sent there at that time |
//! | `couriers` | `acme#webhook_01…` | that there are parcels for this webhook, or that it was late within the last hour |

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::{Put, Update};
use dynamodb::{Committed, Condition, Conditional as _, Error, Item, Result, SCHEMA, Transaction, Tries, number, text};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::json;

use super::outbox::{Fate, Letter, Outbox, Page, Start, Untaken};
use super::remembered::{is_written, place, unreadable};
use super::{Attributes, attributes, is_there, names};
use crate::environment::clock;
use crate::environment::entropy::Entropy;
use crate::registry::event::Id as EventId;
use crate::registry::slug::Slug;
use crate::registry::webhook::{Address, Id, TEST};

/// The version of the layout of parcels and couriers.
const LAYOUT: i64 = 1;

/// What a webhook is called among those who are to have a letter, before its id.
pub const WEBHOOK: &str = "webhook:";

/// How long a webhook that was late comes after the others.
const LATE: SignedDuration = SignedDuration::from_hours(1);

/// The second of a courier's times that there are not.
const NEVER: i64 = 0;

/// An event on its way to a webhook.
#[derive(Clone, Debug)]
pub struct Parcel {
    key: Attributes,
    /// The id of its event: the same however often it is sent.
    pub id: String,
    /// When its event was.
    pub at: Timestamp,
    /// When it is to be sent.
    pub due: Timestamp,
    /// The event, as JSON.
    pub event: String,
    /// How often it was sent.
    pub attempts: u32,
    /// When it was first to be sent.
    pub since: Timestamp,
    sequence: String,
}

/// A webhook for which there are parcels, or that was late a while ago.
#[derive(Clone, Debug)]
pub struct Courier {
    /// Whose webhook it is.
    pub org: Slug,
    /// The webhook.
    pub webhook: Id,
    /// When it was last late: it took nothing, or long for an answer. `None` where it was not, the last time.
    pub late: Option<Timestamp>,
    /// How long it wants to be left alone, if it has said so.
    pub paused: Option<Pause>,
    /// What was last put into its queue, as it was read.
    note: Option<String>,
}

/// What an address has asked for: to be left alone for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pause {
    /// Until when, in whole seconds.
    pub until: Timestamp,
    /// Which address; `None` where releases before 0.1 have written it down, which did not say.
    pub url: Option<String>,
}

impl Pause {
    /// Whether nothing is sent to `url` at `now`.
    pub fn holds(&self, url: &Address, now: Timestamp) -> bool {
        now < self.until && self.url.as_ref().is_none_or(|asked| *asked == url.to_string())
    }
}

fn queue(org: &Slug, webhook: &Id) -> String {
    format!("parcels#{org}#{webhook}")
}

fn courier_of(org: &Slug, webhook: &Id) -> Attributes {
    place("couriers", format!("{org}#{webhook}"))
}

impl Outbox {
    /// Takes `letter` out and puts a parcel for each of `webhooks` into its queue, in one transaction. If somebody else has
    /// not taken it (`left`), it is put where their fate says. The parcels are due at `now`: an organization's come into their
    /// queues in the order of their numbers. `false`: another run has done so already.
    ///
    /// # Errors
    /// DynamoDB's.
    pub async fn forwarded(
        &self,
        letter: &Letter,
        webhooks: &BTreeSet<Id>,
        left: Option<(&BTreeSet<String>, Fate)>,
        now: Timestamp,
        tries: &mut Tries,
    ) -> Result<bool> {
        let mut transaction = self.table().transaction().with("letter", self.taken(letter.key())?);
        if let Some((left, fate)) = left {
            transaction = transaction.with("moved", self.again(&letter.left_by(left), fate)?);
        }
        let (id, sequence) = (letter.head.id.as_str(), letter.head.sequence);
        for webhook in webhooks {
            let queue = (&letter.head.organization, webhook);
            transaction = self.addressed(transaction, queue, now, sequence, id, &letter.event)?;
        }

        Ok(transaction.commit(tries).await? == Committed::Yes)
    }

    /// Puts an event into the queue of `webhook` of `org` that says that this is a test. Returns its id.
    pub(crate) async fn test(&self, org: &Slug, webhook: &Id, now: Timestamp, entropy: Entropy) -> Result<EventId> {
        let id = EventId::new(now, entropy).map_err(super::record::unmade)?;
        // It is none of the organization's events, which are numbered from 1 on.
        let sequence = 0;
        let event = json!({
            "id": id, "organization": org, "sequence": sequence, "kind": TEST, "at": clock::millis(now), "webhookId": webhook,
        });
        let transaction = self.table().transaction();
        let transaction =
            self.addressed(transaction, (org, webhook), now, sequence, id.as_str(), &event.to_string())?;
        transaction.commit(&mut self.table().tries()).await?;

        Ok(id)
    }

    /// `transaction`, with a parcel in this queue, and its courier.
    fn addressed(
        &self,
        transaction: Transaction,
        (org, webhook): (&Slug, &Id),
        due: Timestamp,
        sequence: i64,
        id: &str,
        event: &str,
    ) -> Result<Transaction> {
        let at = format!("{:013}#{sequence:012}#{id}", due.as_millisecond());
        let mut item = place(queue(org, webhook), at.clone());
        item.extend(attributes([("event", Some(text(event))), (SCHEMA, Some(number(LAYOUT)))]));
        let parcel = Put::builder().table_name(&self.table().name).set_item(Some(item)).build()?;
        let courier = Update::builder()
            .table_name(&self.table().name)
            .set_key(Some(courier_of(org, webhook)))
            .update_expression("SET #schema = :schema, #note = :note")
            .set_expression_attribute_names(Some(names([SCHEMA, "note"])))
            .expression_attribute_values(":schema", number(LAYOUT))
            // An event can come back: with when it is due, this is no earlier note.
            .expression_attribute_values(":note", text(at))
            .build()?;

        Ok(transaction.with("parcel", parcel).with("courier", courier))
    }

    /// A page of the webhooks for which there are parcels, from `start` on.
    ///
    /// # Errors
    /// DynamoDB's.
    pub async fn couriers(&self, start: Option<Start>) -> Result<Page<Courier>> {
        Ok(Page::read(self.partition("couriers", start).send().await?, Courier::read))
    }

    /// At most `limit` parcels of `courier`, from `start` on, in the order in which they are to be sent.
    ///
    /// # Errors
    /// DynamoDB's.
    pub async fn parcels(&self, courier: &Courier, limit: i32, start: Option<Start>) -> Result<Page<Parcel>> {
        let request = self.partition(&queue(&courier.org, &courier.webhook), start).limit(limit);

        Ok(Page::read(request.send().await?, Parcel::read))
    }

    /// Takes `parcel` out: it was taken. `false` where another run has moved it meanwhile, or taken it out.
    ///
    /// # Errors
    /// DynamoDB's.
    pub async fn parcel_taken(&self, parcel: &Parcel) -> Result<bool> {
        let delete = self.table().client.delete_item().table_name(&self.table().name).set_key(Some(parcel.key.clone()));

        is_written(delete.when(is_there()).send().await)
    }

    /// Puts `parcel`, which was not taken, where `fate` says, unless another run has.
    ///
    /// # Errors
    /// DynamoDB's.
    pub async fn parcel_moved(&self, courier: &Courier, parcel: &Parcel, fate: Fate, tries: &mut Tries) -> Result<()> {
        let Parcel { id, event, sequence, attempts, .. } = parcel;
        let name = format!("{WEBHOOK}{}", courier.webhook);
        let waits = (queue(&courier.org, &courier.webhook), format!("{sequence}#{id}"));
        let left = [name.as_str()].into();
        let untaken = Untaken { id, event, attempts: *attempts, left, waits, since: Some(parcel.since) };

        self.replaced(&parcel.key, self.again(&untaken, fate)?, tries).await
    }

    /// Notes when the webhook of `courier` was late, or that it was not, and until when it wants to be left alone, as
    /// `courier` now says.
    ///
    /// # Errors
    /// DynamoDB's.
    pub async fn courier_noted(&self, courier: &Courier) -> Result<()> {
        let second = |at: Option<Timestamp>| number(at.map_or(NEVER, Timestamp::as_second));
        let url = courier.paused.as_ref().and_then(|pause| pause.url.as_deref());
        let request = self
            .table()
            .client
            .update_item()
            .table_name(&self.table().name)
            .set_key(Some(courier_of(&courier.org, &courier.webhook)))
            .condition_expression("attribute_exists(#pk)")
            .update_expression("SET #late = :late, #paused = :paused, #asked_by = :asked_by")
            .set_expression_attribute_names(Some(names(["pk", "late", "paused", "asked_by"])))
            .expression_attribute_values(":late", second(courier.late))
            .expression_attribute_values(":paused", second(courier.paused.as_ref().map(|pause| pause.until)))
            .expression_attribute_values(":asked_by", text(url.unwrap_or_default()));

        is_written(request.send().await).map(drop)
    }

    /// Takes `courier` out, which has no parcel left, unless it was given one since it was read.
    ///
    /// # Errors
    /// DynamoDB's.
    pub async fn courier_done(&self, courier: &Courier) -> Result<()> {
        let as_read = match &courier.note {
            Some(note) => Condition::that("#note = :seen", ["note"]).value(":seen", text(&**note)),
            None => Condition::that("attribute_not_exists(#note)", ["note"]),
        };
        let key = courier_of(&courier.org, &courier.webhook);
        let delete = self.table().client.delete_item().table_name(&self.table().name).set_key(Some(key));

        is_written(delete.when(as_read).send().await).map(drop)
    }

    /// Takes `parcels` out, at most 25: nobody wants them any more.
    ///
    /// # Errors
    /// DynamoDB's.
    pub async fn parcels_dropped(&self, parcels: &[&Parcel]) -> Result<()> {
        let keys = parcels.iter().map(|parcel| parcel.key.clone());

        dynamodb::batch_delete(&self.table().client, &self.table().name, keys).await
    }
}

impl Courier {
    /// Whether it comes after the others at `now`: it was late within the last hour.
    pub fn is_late(&self, now: Timestamp) -> bool {
        self.late.is_some_and(|late| now.duration_since(late) < LATE)
    }

    fn read(mut item: Item) -> Result<Self> {
        item.schema(LAYOUT)?;
        let place = item.need("sk", Item::text)?;
        let parts = place.split_once('#').and_then(|(org, webhook)| {
            Some((Slug::try_from(org.to_owned()).ok()?, Id::try_from(webhook.to_owned()).ok()?))
        });
        let (org, webhook) = parts.ok_or_else(|| Error::Fault(format!("the courier {place} is of no webhook")))?;
        let note = item.text("note")?;
        let moment = |at: Option<i64>| Timestamp::from_second(at.filter(|at| *at != NEVER)?).ok();
        let [late, until] = [item.number("late")?, item.number("paused")?].map(moment);
        let url = item.text("asked_by")?.filter(|url| !url.is_empty());
        let paused = until.map(|until| Pause { until, url });

        Ok(Self { org, webhook, late, paused, note })
    }
}

impl Parcel {
    fn read(mut item: Item) -> Result<Self> {
        item.schema(LAYOUT)?;
        let [pk, sk] = [item.need("pk", Item::text)?, item.need("sk", Item::text)?];
        let wrong = || Error::Fault(format!("the parcel {sk} has no place in its queue"));
        let (due, rest) = sk.split_once('#').ok_or_else(wrong)?;
        let (sequence, id) = rest.split_once('#').ok_or_else(wrong)?;
        let due = due.parse().ok().and_then(|due| Timestamp::from_millisecond(due).ok()).ok_or_else(wrong)?;
        let attempts = item.number("attempts")?.unwrap_or_default();
        let since = item.number("since")?.and_then(|since| Timestamp::from_millisecond(since).ok());
        let event = item.need("event", Item::text)?;
        let dated: Dated = serde_json::from_str(&event).map_err(|error| unreadable("event", &error))?;

        Ok(Self {
            id: id.to_owned(),
            at: dated.at,
            due,
            event,
            attempts: u32::try_from(attempts).unwrap_or(u32::MAX),
            since: since.unwrap_or(due),
            sequence: sequence.to_owned(),
            key: place(pk, &*sk),
        })
    }
}

/// What a parcel's event is read for.
#[derive(Deserialize)]
struct Dated {
    at: Timestamp,
}
