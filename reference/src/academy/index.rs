//! The order of things: an item of some eighty bytes for each course, student and member, by which pages are found.
//!
//! A page passes over the entries before it, which are counted and not sent, and reads in full only what it shows. An
//! entry's place is its time and its id, so whoever has the thing itself knows its place.

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::Select;
use dynamodb::{Error, Item, Result, text};

use super::store::{Academy, Guard, Write, id};
use crate::Id;
use crate::page::Page;

/// What is in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Index {
    /// The courses, by when they were made.
    Courses,
    /// The students, by when they joined.
    Students,
    /// The lists' members, by when they came to the list.
    Members(Id),
}

/// How many entries one query passes over. It reads some 160 KB of them, well in time.
const STRIDE: i32 = 2_000;

impl Index {
    fn prefix(self) -> String {
        match self {
            Self::Courses => "made#".to_owned(),
            Self::Students => "joined#".to_owned(),
            Self::Members(list) => format!("member#{list}#"),
        }
    }

    fn place(self, id: Id, millis: i64) -> String {
        format!("{}{millis:013}#{id}", self.prefix())
    }

    /// Puts `id` in its place.
    pub(super) fn add(self, academy: &Academy, id: Id, millis: i64) -> Write {
        Write::Put(academy.key(self.place(id, millis)), Guard::None)
    }

    /// Takes it out.
    pub(super) fn remove(self, id: Id, millis: i64) -> Write {
        Write::Delete(self.place(id, millis), Guard::None)
    }
}

impl Academy {
    fn in_order(&self, index: Index) -> QueryFluentBuilder {
        self.table
            .client
            .query()
            .table_name(&self.table.name)
            .consistent_read(true)
            .scan_index_forward(false)
            .key_condition_expression("#pk = :academy AND begins_with(#sk, :index)")
            .expression_attribute_names("#pk", "pk")
            .expression_attribute_names("#sk", "sk")
            .expression_attribute_values(":academy", text(&self.partition))
            .expression_attribute_values(":index", text(index.prefix()))
    }

    /// The ids that `page` of `index` shows, newest first. The index has `total` entries.
    pub(super) async fn page(&self, index: Index, page: Page, total: i64) -> Result<Vec<Id>> {
        if i64::from(page.offset) >= total {
            return Ok(Vec::new());
        }
        let mut after = None;
        let mut passed_over = page.offset;
        while passed_over > 0 {
            let stride = i32::try_from(passed_over).unwrap_or(STRIDE).min(STRIDE);
            let request = self.in_order(index).select(Select::Count).limit(stride).set_exclusive_start_key(after);
            let answer = request.send().await?;
            after = answer.last_evaluated_key;
            if after.is_none() {
                return Ok(Vec::new());
            }
            passed_over = passed_over.saturating_sub(u32::try_from(answer.count).unwrap_or_default());
        }
        let limit = i32::try_from(page.limit.get()).unwrap_or(i32::MAX);
        let answer = self.in_order(index).limit(limit).set_exclusive_start_key(after).send().await?;

        answer.items.unwrap_or_default().into_iter().map(|item| entry(item.into())).collect()
    }

    /// The places of all entries of `index`, some at a time: those after `after`, and where to go on.
    pub(super) async fn places(&self, index: Index, after: Option<String>) -> Result<(Vec<String>, Option<String>)> {
        let start = after.map(|place| self.key(place));
        let answer = self.in_order(index).limit(STRIDE).set_exclusive_start_key(start).send().await?;
        let place = |item| Item::from(item).need("sk", Item::text);
        let places = answer.items.unwrap_or_default().into_iter().map(place).collect::<Result<Vec<_>>>()?;
        let last = answer.last_evaluated_key.map(place).transpose()?;

        Ok((places, last))
    }
}

fn entry(mut item: Item) -> Result<Id> {
    let place = item.need("sk", Item::text)?;
    let (_, last) =
        place.rsplit_once('#').ok_or_else(|| Error::Fault("an index has a place that is none".to_owned()))?;

    id(last)
}
