//! The register of an academy: one item with all counts, the lists that there are, and the change that is being carried
//! out, if there is one.
//!
//! A write that changes a count does so here, in the same transaction, under conditions: no change is under way, there
//! is room, and the lists that it is about exist. A list exists if, and only if, the register has a count for it.
//! Memberships and grants that still name a list that is gone mean nothing any more. The register says which of the lists
//! that are gone may still have places, until those are swept up.

mod tally;

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::{ConditionCheck, Update};
use dynamodb::{Committed, Error, Item, Result, Updated, text};

use tally::Expressions;
pub(super) use tally::Tally;

use super::change::Change;
use super::store::{Academy, Found, Write, id};
use super::student;
use crate::Id;

const SORT: &str = "register";
const LIST: &str = "list#";
const GONE: &str = "gone#";

/// The name of the register's member of a transaction.
const REGISTER: &str = "register";

/// The most courses that an academy has: a student's item has room for what they may have of each.
pub(super) const COURSES_MOST: i64 = 500;

/// The most lists that an academy has: a reply shows them all, and so does the register.
pub(super) const LISTS_MOST: i64 = 200;

/// The register as it was read.
#[derive(Debug, Default)]
pub(super) struct Register {
    pub(super) students: i64,
    pub(super) courses: i64,
    /// The lists that there are, and how many members each has.
    pub(super) lists: BTreeMap<Id, i64>,
    /// The lists that are gone and may still have places.
    pub(super) gone: BTreeSet<Id>,
    /// Rises with every change of a count.
    pub(super) version: i64,
    change: Option<Change>,
    /// The last change that was called off, or a part of it.
    called_off: Option<Id>,
}

impl Register {
    fn read(item: Option<Item>) -> Result<Self> {
        let Some(mut item) = item else { return Ok(Self::default()) };
        let mut register = Self {
            students: item.number("students")?.unwrap_or_default(),
            courses: item.number("courses")?.unwrap_or_default(),
            lists: BTreeMap::new(),
            gone: BTreeSet::new(),
            version: item.number("version")?.unwrap_or_default(),
            change: item.text("change")?.map(|change| Change::read(&change)).transpose()?,
            called_off: item.text("called_off")?.map(|change| id(&change)).transpose()?,
        };
        for name in item.names() {
            if let Some(list) = name.strip_prefix(LIST) {
                register.lists.insert(id(list)?, item.need(&name, Item::number)?);
            } else if let Some(list) = name.strip_prefix(GONE) {
                register.gone.insert(id(list)?);
            }
        }

        Ok(register)
    }

    /// How many students can be read or written at once.
    pub(super) fn students_at_once(&self) -> usize {
        student::at_once(usize::try_from(self.courses).unwrap_or(usize::MAX), self.lists.len())
    }

    /// Whether `change`, or a part of it, was called off.
    pub(super) fn has_called_off(&self, change: &Change) -> bool {
        self.called_off == Some(change.id)
    }
}

impl Academy {
    /// The register, once no change is under way, and the items at `sorts`.
    pub(super) async fn open(&self, sorts: impl IntoIterator<Item = String>) -> Result<(Register, Found)> {
        let sorts: Vec<_> = std::iter::once(SORT.to_owned()).chain(sorts).collect();
        let mut tries = self.tries();
        loop {
            let mut found = self.find(sorts.iter().cloned()).await?;
            let register = Register::read(found.remove(SORT))?;
            let Some(change) = &register.change else { return Ok((register, found)) };
            self.carry_out(change, &register).await?;
            tries.again(Error::Contended).await?;
        }
    }

    /// Makes `writes` and counts them in the register, all or nothing. `false`: somebody else has changed what they are
    /// about, or is about to.
    pub(super) async fn commit(&self, tally: &Tally<'_>, writes: Vec<Write>) -> Result<bool> {
        let counted = self.table.transaction().with(REGISTER, tally.expressions()?.update(self)?);

        Ok(self.transact(counted, writes).await? == Committed::Yes)
    }

    /// Counts `change` in the register, and writes it down there. `false`: somebody else has changed what it is about.
    pub(super) async fn begin(&self, tally: Tally<'_>, change: &Change) -> Result<bool> {
        let tally = Tally { change: Some(change), ..tally };

        // A second time is harmless: the version is another one by then.
        self.update(tally.expressions()?.update(self)?).await
    }

    /// Makes `update` of the register alone. It must be harmless a second time. `false`: its condition failed.
    async fn update(&self, update: Update) -> Result<bool> {
        let request = self
            .table
            .client
            .update_item()
            .table_name(&self.table.name)
            .set_key(Some(update.key))
            .update_expression(update.update_expression)
            .set_condition_expression(update.condition_expression)
            .set_expression_attribute_names(update.expression_attribute_names)
            .set_expression_attribute_values(update.expression_attribute_values);

        Ok(match dynamodb::update(request, &mut self.tries()).await? {
            Updated::Yes => true,
            Updated::No(_) => false,
        })
    }

    /// The register as it is now, whatever is under way.
    pub(super) async fn register(&self) -> Result<Register> {
        Register::read(self.find([SORT.to_owned()]).await?.remove(SORT))
    }

    /// Whether `change` is under way.
    pub(super) async fn is_under_way(&self, change: &Change) -> Result<bool> {
        Ok(self.register().await?.change.is_some_and(|under_way| under_way.id == change.id))
    }

    /// Notes that `list`, which is gone, has no places any more.
    pub(super) async fn note_swept(&self, list: Id) -> Result<()> {
        let mut swept = Expressions::default();
        swept.name("gone", format!("{GONE}{list}"));
        swept.conditions.push("attribute_exists(#gone)".to_owned());
        swept.remove.push("#gone".to_owned());

        self.update(swept.update(self)?).await.map(drop)
    }

    fn while_under_way(change: &Change) -> Expressions {
        let mut made = Expressions::default();
        made.name("change_id", "change_id");
        made.value("change_id", text(change.id.to_string()));
        made.conditions.push("#change_id = :change_id".to_owned());
        made
    }

    /// Makes a part of `change`, while it is under way. `None`: it is not under way any more. `false`: somebody has
    /// changed what this part is about.
    pub(super) async fn carry_on(&self, change: &Change, writes: Vec<Write>) -> Result<Option<bool>> {
        let check = Self::while_under_way(change);
        let check = ConditionCheck::builder()
            .table_name(&self.table.name)
            .set_key(Some(self.key(SORT)))
            .condition_expression(check.conditions.join(" AND "))
            .set_expression_attribute_names(Some(check.names))
            .set_expression_attribute_values(Some(check.values))
            .build()?;
        let part = self.table.transaction().with(REGISTER, check);
        let committed = self.transact(part, writes).await?;

        Ok(if committed.failed(REGISTER) { None } else { Some(committed == Committed::Yes) })
    }

    /// Ends `change`, which is carried out. If it is not under way any more, there is nothing left to do.
    pub(super) async fn close(&self, change: &Change) -> Result<()> {
        let mut over = Self::while_under_way(change);
        over.name("change", "change");
        over.remove.extend(["#change".to_owned(), "#change_id".to_owned()]);

        self.update(over.update(self)?).await.map(drop)
    }
}
