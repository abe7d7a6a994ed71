//! Faults on order: what tests make of `DynamoDB`. They strike functions only, so that a test can look at the tables
//! meanwhile.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::latch::Latch;

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The call is made, and its answer held back for this long.
    Delay(Duration),
    /// The call is made, and its answer held back until the latch is opened.
    Hold(Latch),
    /// The connection closes without an answer, and the call is not forwarded.
    Drop,
    /// The call is forwarded, then the connection closes without an answer.
    DropAfter,
    /// This answer, and the call is not forwarded.
    Error {
        /// The HTTP status.
        status: u16,
        /// The error's type: `ThrottlingException`.
        kind: String,
        /// Its message. That of a `TransactionCanceledException` names the reasons in brackets, as AWS's does
        /// (`… specific reasons [None, TransactionConflict]`), and the answer then lists them too.
        message: String,
    },
}

impl Fault {
    /// An answer that is an error.
    pub fn error(status: u16, kind: &str, message: &str) -> Self {
        Self::Error { status, kind: kind.to_owned(), message: message.to_owned() }
    }

    /// This fault, on every call until it is cleared.
    pub fn always(self) -> FaultRule {
        FaultRule { fault: self, action: None, table: None, count: Count::Always }
    }

    /// This fault, on the next `count` calls.
    pub fn times(self, count: u32) -> FaultRule {
        FaultRule { fault: self, action: None, table: None, count: Count::Times(count) }
    }
}

/// How often a fault strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// The next so many calls that it fits.
    Times(u32),
    /// Every call that it fits.
    Always,
}

/// A fault and the calls that it strikes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultRule {
    /// What goes wrong.
    pub fault: Fault,
    /// Only calls of this action (`UpdateItem`); none for all.
    pub action: Option<String>,
    /// Only calls that name this table; none for all.
    pub table: Option<String>,
    /// How often.
    pub count: Count,
}

impl FaultRule {
    /// The same, on calls of this action only.
    #[must_use]
    pub fn on(self, action: &str) -> Self {
        Self { action: Some(action.to_owned()), ..self }
    }

    /// The same, on calls that name this table only.
    #[must_use]
    pub fn about(self, table: &str) -> Self {
        Self { table: Some(table.to_owned()), ..self }
    }
}

/// The rules in force, oldest first: the first that fits a call strikes it, alone.
#[derive(Debug, Default)]
pub(super) struct Faults(Mutex<Vec<FaultRule>>);

impl Faults {
    pub(super) fn add(&self, rule: FaultRule) {
        self.lock().push(rule);
    }

    pub(super) fn clear(&self) {
        self.lock().clear();
    }

    /// The fault that strikes a call of this action that names these tables, counted.
    pub(super) fn strike(&self, action: &str, tables: impl Fn() -> Vec<String>) -> Option<Fault> {
        let mut rules = self.lock();
        let rule = rules
            .iter_mut()
            .filter(|rule| rule.count != Count::Times(0))
            .filter(|rule| rule.action.as_deref().is_none_or(|only| only == action))
            .find(|rule| rule.table.as_ref().is_none_or(|only| tables().contains(only)))?;
        if let Count::Times(left) = &mut rule.count {
            *left = left.saturating_sub(1);
        }
        Some(rule.fault.clone())
    }

    fn lock(&self) -> MutexGuard<'_, Vec<FaultRule>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
