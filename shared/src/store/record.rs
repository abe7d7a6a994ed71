//! What every change leaves behind, written in its own transaction: a row of the audit trail, an event in the outbox, and
//! the event's number in its organization.
//!
//! The number makes the changes of an organization come one after the other: of two that have read the same number one is
//! written, and the other reads again. So numbers have no gap, and their order is the order of the changes.

use aws_sdk_dynamodb::types::Update;
use dynamodb::{Condition, Conditional as _, Error, Result, Transaction, number};

use super::organization_item::{SEQUENCE, key_of};
use super::{Attributes, Keys, is_there, names};
use crate::environment::entropy;
use crate::registry::audit::Entry;
use crate::registry::event::Event;
use crate::registry::slug::Slug;

/// The name of the member that is about the organization, where nothing else is done to it than to number an event. It fails
/// where the organization is not as it must be, and also where another change of it came first.
pub(super) const ORGANIZATION: &str = "organization";

/// The one member of a transaction that is about the organization, beside the number that it gives: DynamoDB takes no two
/// members about one item.
#[derive(Debug)]
pub(super) struct OnOrganization {
    /// The member's name.
    name: &'static str,
    /// What else is written: it follows the first `SET` of the expression.
    also: String,
    names: Vec<&'static str>,
    values: Attributes,
    condition: Condition,
}

impl OnOrganization {
    /// Nothing but the number, where `condition` is true of the organization.
    pub(super) fn checked(condition: Condition) -> Self {
        Self::new(ORGANIZATION, condition.and(is_there()))
    }

    /// A member with this name and condition. The condition must fail where there is no organization, unless it is made.
    pub(super) fn new(name: &'static str, condition: Condition) -> Self {
        Self { name, also: String::new(), names: Vec::new(), values: Attributes::new(), condition }
    }

    /// The same, which also writes `expression`: it goes on after a `SET` clause, and speaks of these names and values.
    pub(super) fn also<'a>(
        mut self,
        expression: impl Into<String>,
        names: impl IntoIterator<Item = &'static str>,
        values: impl IntoIterator<Item = (&'a str, dynamodb::AttributeValue)>,
    ) -> Self {
        self.also = expression.into();
        self.names = names.into_iter().collect();
        self.values = values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();

        self
    }
}

impl Keys {
    /// `transaction`, with everything that the change in `entry` leaves behind. Its organization has had `seen` events.
    pub(super) fn recorded(
        &self,
        transaction: Transaction,
        entry: &Entry,
        seen: i64,
        organization: OnOrganization,
    ) -> Result<Transaction> {
        self.all_recorded(transaction, &entry.org, std::slice::from_ref(entry), seen, organization)
    }

    /// The same of several changes in one transaction, all of them of the organization `org`.
    pub(super) fn all_recorded(
        &self,
        transaction: Transaction,
        org: &Slug,
        entries: &[Entry],
        seen: i64,
        organization: OnOrganization,
    ) -> Result<Transaction> {
        let numbers = (1..).map(|further| seen.saturating_add(further));
        let events = entries.iter().zip(numbers).map(|(entry, number)| Event::of(entry, number, self.entropy));
        let events = events.collect::<std::result::Result<Vec<_>, _>>().map_err(unmade)?;
        let transaction = self.numbered(transaction, org, seen, organization, &events)?;

        entries.iter().try_fold(transaction, |transaction, entry| Ok(transaction.with("row", self.audited(entry)?)))
    }

    /// `transaction`, with `events` of the organization `org`, which has had `seen` others: they bear the numbers that
    /// follow.
    pub(super) fn numbered(
        &self,
        transaction: Transaction,
        org: &Slug,
        seen: i64,
        organization: OnOrganization,
        events: &[Event],
    ) -> Result<Transaction> {
        let OnOrganization { name, also, names: others, mut values, condition } = organization;
        let last = events.iter().map(|event| event.sequence).max().unwrap_or(seen);
        let is_next = match seen {
            0 => Condition::that("attribute_not_exists(#sequence)", [SEQUENCE]),
            seen => Condition::that("#sequence = :counted", [SEQUENCE]).value(":counted", number(seen)),
        };
        values.insert(":last".to_owned(), number(last));
        let update = Update::builder()
            .table_name(&self.table)
            .set_key(Some(key_of(org)))
            .update_expression(format!("SET #sequence = :last{also}"))
            .set_expression_attribute_names(Some(names(others.into_iter().chain([SEQUENCE]))))
            .set_expression_attribute_values(Some(values))
            .when(condition.and(is_next))
            .build()?;
        let numbered = transaction.with(name, update);

        events.iter().try_fold(numbered, |transaction, event| Ok(transaction.with("event", self.outbox.posted(event)?)))
    }
}

/// An event that cannot be made.
pub(super) fn unmade(error: entropy::Error) -> Error {
    Error::Fault(format!("an event: {error}"))
}
