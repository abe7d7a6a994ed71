//! Conflicts between transactions, which no emulator has. While transactions take time, a function's transaction holds
//! its items until it is answered, and a function's write to one of them is refused as AWS refuses it.
//!
//! Reads and batches pass, and so do callers that are not functions. An item must never stay held after its
//! transaction, whatever became of the caller. A number in a key is compared as it is written.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use http::Response;
use hyper::body::Bytes;
use serde_json::Value;

use super::{answer, request};

/// An item: its table, and the values of its key as JSON, in the order of the table's key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Item {
    table: String,
    key: Vec<String>,
}

/// A call with an ongoing transaction in its way.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Conflict {
    /// A write of one item.
    Write,
    /// A transaction: which of its members, in their order, are about a held item.
    Transaction(Vec<bool>),
}

impl Conflict {
    /// AWS's answer to it.
    pub(super) fn answer(&self) -> Response<Bytes> {
        match self {
            Self::Write => answer::error(400, "TransactionConflictException", "Transaction is ongoing for the item"),
            Self::Transaction(members) => {
                let reason = |held: &bool| if *held { "TransactionConflict" } else { "None" };
                let reasons: Vec<_> = members.iter().map(reason).collect();
                let message = format!(
                    "Transaction cancelled, please refer cancellation reasons for specific reasons [{}]",
                    reasons.join(", ")
                );
                answer::error(400, "TransactionCanceledException", &message)
            }
        }
    }
}

/// The items of ongoing transactions.
#[derive(Debug, Default)]
struct Held(Mutex<BTreeSet<Item>>);

impl Held {
    /// Whether a write may be made.
    fn check(&self, item: Option<&Item>) -> Result<(), Conflict> {
        let held = lock(&self.0);
        if item.is_some_and(|item| held.contains(item)) { Err(Conflict::Write) } else { Ok(()) }
    }

    /// Holds a transaction's items, all or none. A member without an item is in nobody's way.
    fn hold(&self, members: Vec<Option<Item>>) -> Result<Hold<'_>, Conflict> {
        let mut held = lock(&self.0);
        let conflicts: Vec<_> =
            members.iter().map(|member| member.as_ref().is_some_and(|item| held.contains(item))).collect();
        if conflicts.contains(&true) {
            return Err(Conflict::Transaction(conflicts));
        }
        let items: BTreeSet<_> = members.into_iter().flatten().collect();
        held.extend(items.iter().cloned());
        Ok(Hold { items, among: self })
    }
}

/// What a transaction holds, until this is dropped.
#[derive(Debug)]
struct Hold<'h> {
    items: BTreeSet<Item>,
    among: &'h Held,
}

impl Drop for Hold<'_> {
    fn drop(&mut self) {
        lock(&self.among.0).retain(|item| !self.items.contains(item));
    }
}

/// A transaction that holds its items, until this is dropped.
#[derive(Debug)]
pub(super) struct Ongoing<'c> {
    /// How long it is to be held before it is made.
    pub(super) time: Duration,
    _hold: Hold<'c>,
}

/// Who holds what.
#[derive(Debug)]
pub(super) struct Conflicts {
    /// How long a transaction takes; zero where there are no conflicts.
    time: Mutex<Duration>,
    held: Held,
    /// A client of the database itself: the proxy's own questions are not to be recorded.
    client: Client,
    /// The names of the key's attributes by table, asked for once.
    keys: Mutex<BTreeMap<String, Vec<String>>>,
}

impl Conflicts {
    /// No conflicts, to begin with.
    pub(super) fn new(client: Client) -> Self {
        Self { time: Mutex::default(), held: Held::default(), client, keys: Mutex::default() }
    }

    /// Transactions take this long from now on.
    pub(super) fn take(&self, time: Duration) {
        *lock(&self.time) = time;
    }

    /// Lets a function's call on unless a transaction is in its way. The call's own transaction is ongoing then.
    pub(super) async fn enter(&self, action: &str, body: &Value) -> Result<Option<Ongoing<'_>>, Conflict> {
        let time = *lock(&self.time);
        if time.is_zero() {
            return Ok(None);
        }
        let mut items = Vec::new();
        for named in request::written(action, body) {
            items.push(match named {
                Some((table, attributes)) => self.item(table, attributes).await,
                None => None,
            });
        }
        if action == request::TRANSACTION {
            return Ok(Some(Ongoing { time, _hold: self.held.hold(items)? }));
        }
        for item in &items {
            self.held.check(item.as_ref())?;
        }
        Ok(None)
    }

    /// The item with these attributes; none where they lack a part of the key, which `DynamoDB` refuses.
    async fn item(&self, table: String, attributes: &Value) -> Option<Item> {
        let names = self.key(&table).await?;
        let key = names.iter().map(|name| attributes.get(name).map(Value::to_string)).collect::<Option<_>>()?;
        Some(Item { table, key })
    }

    async fn key(&self, table: &str) -> Option<Vec<String>> {
        let known = lock(&self.keys).get(table).cloned();
        if known.is_some() {
            return known;
        }
        // A table that is not there is left to the database to refuse.
        let described = self.client.describe_table().table_name(table).send().await.ok()?.table?;
        let names: Vec<_> = described.key_schema().iter().map(|key| key.attribute_name().to_owned()).collect();
        lock(&self.keys).insert(table.to_owned(), names.clone());
        Some(names)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(key: &str) -> Item {
        Item { table: "Keys".to_owned(), key: vec![key.to_owned()] }
    }

    #[test]
    fn items_are_held_all_or_none_and_until_the_hold_is_dropped() {
        let held = Held::default();
        let first = held.hold(vec![Some(item("a")), None, Some(item("b"))]).unwrap();
        let other = held.hold(vec![Some(item("c")), None, Some(item("b"))]);
        assert_eq!(other.unwrap_err(), Conflict::Transaction(vec![false, false, true]));
        assert_eq!(held.check(Some(&item("a"))), Err(Conflict::Write));
        assert_eq!(held.check(Some(&item("c"))), Ok(()), "a refused transaction holds nothing");
        assert_eq!(held.check(None), Ok(()));

        let second = held.hold(vec![Some(item("c"))]).unwrap();
        drop(first);
        assert_eq!(held.check(Some(&item("a"))), Ok(()));
        assert_eq!(held.check(Some(&item("c"))), Err(Conflict::Write), "another's item stays held");
        drop(second);
        assert_eq!(lock(&held.0).len(), 0);
    }
}
