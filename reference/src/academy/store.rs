//! The items of an academy: read by their sort keys, and written under conditions, all or none.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{ConditionCheck, Delete, KeysAndAttributes, Put};
use dynamodb::{
    AttributeValue, Committed, Condition, Conditional as _, Error, Item, Result, SCHEMA, Table, Transaction, Tries,
    number,
};
use futures_util::future::try_join_all;
use jiff::Timestamp;

use crate::stored::LAYOUT;
use crate::{Id, stored};

pub(super) type Attributes = HashMap<String, AttributeValue>;

/// Items by their sort keys.
pub(super) type Found = HashMap<String, Item>;

/// One academy: all that is kept under its organization's name, and nothing of any other. A value is for one request,
/// whose time begins with it.
#[derive(Debug)]
pub struct Academy {
    pub(super) table: Table,
    pub(super) partition: String,
    /// The attempts of the whole request: those of its parts end with them.
    request: Tries,
}

/// What must be true of an item before it is written.
#[derive(Clone, Copy, Debug)]
pub(super) enum Guard {
    /// Nothing.
    None,
    /// It is not there.
    Absent,
    /// It is as it was read: this is its version.
    Version(i64),
}

/// A write of one item.
#[derive(Clone, Debug)]
pub(super) enum Write {
    /// Writes the item, whole.
    Put(Attributes, Guard),
    /// Deletes the item with this sort key.
    Delete(String, Guard),
    /// Writes nothing: what it guards must be true of the item with this sort key.
    Check(String, Guard),
}

/// The most writes in one transaction beside the register's. DynamoDB takes 100 in all; smaller transactions are
/// answered sooner.
pub(super) const MOST_WRITES: usize = 63;

/// The name of a transaction's members that write single items.
const ITEM: &str = "item";

/// The most keys that a batch may name to read.
const BATCH_KEYS: usize = 100;
/// The most keys that a batch may name to delete.
const BATCH_DELETES: usize = 25;
/// How many deleting batches are under way at the same time.
const BATCHES_AT_ONCE: usize = 8;

impl Academy {
    /// The academy of the organization `org`, in `table`, for a request that begins now.
    pub fn new(table: Table, org: &str) -> Self {
        Self { request: table.tries(), table, partition: format!("org#{org}") }
    }

    /// The attempts of a part of the request. All parts end at the same time, however many are tried within others.
    pub(super) const fn tries(&self) -> Tries {
        self.request.beside()
    }

    /// The key of the item at `sort`.
    pub(super) fn key(&self, sort: impl AsRef<str>) -> Attributes {
        stored::key(&self.partition, sort)
    }

    /// An item at `sort` with these attributes.
    pub(super) fn item<const N: usize>(&self, sort: &str, members: [(&str, Option<AttributeValue>); N]) -> Attributes {
        let members = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        let schema = (SCHEMA.to_owned(), number(LAYOUT));
        self.key(sort).into_iter().chain(members).chain([schema]).collect()
    }

    /// The items at `sorts`, as they are now.
    pub(super) async fn find(&self, sorts: impl IntoIterator<Item = String>) -> Result<Found> {
        self.find_parts(sorts, &[]).await
    }

    /// The same, and of each item only the attributes at `paths`, each a name or names within each other, and its key; all
    /// of it where none are named.
    pub(super) async fn find_parts(&self, sorts: impl IntoIterator<Item = String>, paths: &[&[&str]]) -> Result<Found> {
        let (expression, names) = projection(paths);
        let mut keys: Vec<_> = sorts.into_iter().collect();
        keys.sort_unstable();
        keys.dedup();
        let mut found = Found::new();
        for part in keys.chunks(BATCH_KEYS) {
            let wanted = KeysAndAttributes::builder()
                .set_keys(Some(part.iter().map(|sort| self.key(sort)).collect()))
                .set_projection_expression(expression.clone())
                .set_expression_attribute_names(names.clone());
            for mut item in dynamodb::batch_get(&self.table.client, &self.table.name, wanted).await? {
                item.schema(LAYOUT)?;
                found.insert(item.need("sk", Item::text)?, item);
            }
        }

        Ok(found)
    }

    /// Makes all of `writes`, or none. `false`: somebody else has changed what they are about, or is about to.
    pub(super) async fn write(&self, writes: Vec<Write>) -> Result<bool> {
        if let [Write::Put(item, guard)] = writes.as_slice() {
            // Half the price of a transaction.
            return self.put(item.clone(), *guard).await;
        }

        Ok(self.transact(self.table.transaction(), writes).await? == Committed::Yes)
    }

    /// Puts one item. Its guard makes a second time harmless: the version is another one by then.
    async fn put(&self, item: Attributes, guard: Guard) -> Result<bool> {
        let request = self.table.client.put_item().table_name(&self.table.name).set_item(Some(item));
        let request = request.when(guard.condition());
        let mut tries = self.tries();
        loop {
            let Err(error) = request.clone().send().await else { return Ok(true) };
            if error.as_service_error().is_some_and(is_overtaken) {
                return Ok(false);
            }
            tries.again(error.into()).await?;
        }
    }

    /// Carries `transaction` out and makes `writes`, all or nothing.
    ///
    /// It waits for whatever is in the way, except another transaction: that one is about to change what this one was
    /// planned by. Then the answer is a `No` of no member, and the planner reads again, as after a condition that
    /// failed. A read holds nothing, and may find that nothing is left to do.
    pub(super) async fn transact(&self, mut transaction: Transaction, writes: Vec<Write>) -> Result<Committed> {
        for write in writes {
            transaction = self.with(transaction, write)?;
        }
        let mut tries = self.tries();
        loop {
            match transaction.attempt().await {
                Ok(committed) => return Ok(committed),
                // In doubt, a read might find this transaction's own work.
                Err(Error::Contended) if !transaction.is_in_doubt() => return Ok(Committed::No(Vec::new())),
                Err(why) => tries.again(why).await?,
            }
        }
    }

    /// `transaction` with one more member, which makes `write`.
    fn with(&self, transaction: Transaction, write: Write) -> Result<Transaction> {
        let table = &self.table.name;
        Ok(match write {
            Write::Put(item, guard) => {
                let put = Put::builder().table_name(table).set_item(Some(item));
                transaction.with(ITEM, put.when(guard.condition()).build()?)
            }
            Write::Delete(sort, guard) => {
                let delete = Delete::builder().table_name(table).set_key(Some(self.key(sort)));
                transaction.with(ITEM, delete.when(guard.condition()).build()?)
            }
            Write::Check(sort, guard) => {
                let check = ConditionCheck::builder().table_name(table).set_key(Some(self.key(sort)));
                transaction.with(ITEM, check.when(guard.condition()).build()?)
            }
        })
    }

    /// Deletes the items at `sorts`, a few hundred at a time.
    pub(super) async fn erase(&self, sorts: Vec<String>) -> Result<()> {
        let batches: Vec<Vec<_>> =
            sorts.chunks(BATCH_DELETES).map(|part| part.iter().map(|sort| self.key(sort)).collect()).collect();
        for at_once in batches.chunks(BATCHES_AT_ONCE) {
            let erase = |keys: &Vec<_>| dynamodb::batch_delete(&self.table.client, &self.table.name, keys.clone());
            try_join_all(at_once.iter().map(erase)).await?;
        }

        Ok(())
    }
}

/// The expression for `paths`, and the names in it.
fn projection(paths: &[&[&str]]) -> (Option<String>, Option<HashMap<String, String>>) {
    if paths.is_empty() {
        return (None, None);
    }
    let mut names = HashMap::new();
    let mut path = |path: &&[&str]| {
        let alias = |name: &&str| {
            let alias = format!("#n{}", names.len());
            names.insert(alias.clone(), (*name).to_owned());
            alias
        };
        path.iter().map(alias).collect::<Vec<_>>().join(".")
    };
    let key: &[&[&str]] = &[&["sk"], &[SCHEMA]];
    let expression = key.iter().chain(paths).map(&mut path).collect::<Vec<_>>().join(", ");

    (Some(expression), Some(names))
}

impl Guard {
    fn condition(self) -> Condition {
        match self {
            Self::None => Condition::default(),
            Self::Absent => Condition::that("attribute_not_exists(#sk)", ["sk"]),
            Self::Version(version) => {
                Condition::that("#version = :version", ["version"]).value(":version", number(version))
            }
        }
    }
}

/// Whether somebody else has changed the item, or is about to.
fn is_overtaken(error: &PutItemError) -> bool {
    error.is_conditional_check_failed_exception() || error.is_transaction_conflict_exception()
}

/// The id that is in an item.
pub(super) fn id(text: &str) -> Result<Id> {
    Id::try_from(text.to_owned()).map_err(|error| Error::Fault(format!("an id of an item {error}")))
}

/// A time as replies show it.
pub(super) fn time(millis: i64) -> Result<String> {
    let at = Timestamp::from_millisecond(millis);
    at.map(|at| format!("{at:.0}")).map_err(|error| Error::Fault(format!("an item has a time that is none: {error}")))
}
