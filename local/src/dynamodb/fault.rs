//! Faults that tests order of `DynamoDB`. They strike functions only, so that a test can look at the tables meanwhile.

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
    /// The call is made, and half of its answer is lost.
    CutShort,
    /// The answer of an item or a table that takes no more, and the call is not forwarded. A transaction is cancelled for
    /// those of its members that are about the rule's table.
    Throttle {
        /// The error's type; a cancelled transaction has a twin of it.
        kind: Throttling,
        /// The reason, which names what is over its limit: `TableWriteKeyRangeThroughputExceeded`.
        reason: String,
    },
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

/// The name that `DynamoDB` gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Throttling {
    /// `ThrottlingException`, in a transaction `ThrottlingError`.
    Throttling,
    /// `ProvisionedThroughputExceededException`, in a transaction `ProvisionedThroughputExceeded`; tables on demand have it
    /// too.
    Throughput,
}

impl Throttling {
    pub(crate) const fn exception(self) -> &'static str {
        match self {
            Self::Throttling => "ThrottlingException",
            Self::Throughput => "ProvisionedThroughputExceededException",
        }
    }

    pub(super) const fn reason(self) -> &'static str {
        match self {
            Self::Throttling => "ThrottlingError",
            Self::Throughput => "ProvisionedThroughputExceeded",
        }
    }
}

impl Fault {
    /// A range of keys that takes no more writes.
    pub fn hot(kind: Throttling) -> Self {
        Self::Throttle { kind, reason: "TableWriteKeyRangeThroughputExceeded".to_owned() }
    }

    /// A table or an account that takes no more writes.
    pub fn busy(kind: Throttling) -> Self {
        Self::Throttle { kind, reason: "TableWriteAccountLimitExceeded".to_owned() }
    }

    /// An answer that is an error.
    pub fn error(status: u16, kind: &str, message: &str) -> Self {
        Self::Error { status, kind: kind.to_owned(), message: message.to_owned() }
    }

    /// This fault, on every call until it is cleared.
    pub fn always(self) -> FaultRule {
        self.on_calls(Count::Always)
    }

    /// This fault, on the first `struck` of every `of` calls until it is cleared.
    pub fn each(self, struck: u32, of: u32) -> FaultRule {
        self.on_calls(Count::Each { struck, of, seen: 0 })
    }

    /// This fault, on the next `count` calls.
    pub fn times(self, count: u32) -> FaultRule {
        self.on_calls(Count::Times(count))
    }

    const fn on_calls(self, count: Count) -> FaultRule {
        FaultRule { fault: self, action: None, table: None, text: None, count }
    }
}

/// How often a fault strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// The next so many calls that it fits.
    Times(u32),
    /// Every call that it fits.
    Always,
    /// The first `struck` of every `of` calls that it fits, of which it has `seen` so many.
    Each {
        /// How many are struck.
        struck: u32,
        /// Of how many.
        of: u32,
        /// How many there were.
        seen: u32,
    },
}

impl Count {
    /// Whether a call that fits is struck, which is counted.
    fn strikes(&mut self) -> bool {
        match self {
            Self::Always => true,
            Self::Times(left) => {
                let strikes = *left > 0;
                *left = left.saturating_sub(1);
                strikes
            }
            Self::Each { struck, of, seen } => {
                let place = seen.checked_rem(*of).unwrap_or_default();
                *seen = seen.wrapping_add(1);
                place < *struck
            }
        }
    }
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
    /// Only calls whose body has this in it; none for all.
    pub text: Option<String>,
    /// How often.
    pub count: Count,
}

impl FaultRule {
    /// The same, on calls of this action only.
    #[must_use]
    pub fn on(self, action: &str) -> Self {
        Self { action: Some(action.to_owned()), ..self }
    }

    /// The same, on calls only whose body has this in it: a key as JSON writes it, bytes in base64.
    #[must_use]
    pub fn with(self, text: &str) -> Self {
        Self { text: Some(text.to_owned()), ..self }
    }

    /// The same, on calls that name this table only.
    #[must_use]
    pub fn about(self, table: &str) -> Self {
        Self { table: Some(table.to_owned()), ..self }
    }
}

/// The rules in force, oldest first: the first that fits a call strikes it, alone.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Vec<FaultRule>>);

impl Faults {
    pub(crate) fn add(&self, rule: FaultRule) {
        self.lock().push(rule);
    }

    pub(crate) fn clear(&self) {
        self.lock().clear();
    }

    /// The fault that strikes a call of this action that names these tables and has this body, and the table that the
    /// fault is about. The call is counted.
    pub(crate) fn strike(
        &self,
        action: &str,
        tables: impl Fn() -> Vec<String>,
        body: &[u8],
    ) -> Option<(Fault, Option<String>)> {
        let mut rules = self.lock();
        let rule = rules
            .iter_mut()
            .filter(|rule| rule.action.as_deref().is_none_or(|only| only == action))
            .filter(|rule| rule.table.as_ref().is_none_or(|only| tables().contains(only)))
            .filter(|rule| rule.text.as_ref().is_none_or(|text| String::from_utf8_lossy(body).contains(text)))
            .find_map(|rule| rule.count.strikes().then_some(rule))?;
        Some((rule.fault.clone(), rule.table.clone()))
    }

    fn lock(&self) -> MutexGuard<'_, Vec<FaultRule>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
