//! What the operator has put in the place of plans' numbers, in the keys table.
//!
//! | `pk` | `sk` | what it is |
//! | --- | --- | --- |
//! | `plans` | `plan#pro` | the override of a plan. It stays when it is taken back, and then says nothing: its version goes on |
//! | `audit#*plan#pro` | `<time>#…` | who changed it. No organization's slug has a `*` |
//!
//! An override is read after the organization that is on its plan. A change to the organization notes the version of the override
//! that it went by, so that its keys have no older numbers once it has returned: a pass from an organization of before does not
//! get over the fence.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::Put;
use dynamodb::{Committed, Conditional as _, Item, Result, Tries};

use super::after::After;
use super::remembered::{Remembered, place};
use super::{Attributes, Keys};
use crate::registry::plan::{Entry, Overridden, PREFIX, Row};

const PARTITION: &str = "plans";

fn key_of(plan: &str) -> Attributes {
    place(PARTITION, format!("{PREFIX}{plan}"))
}

fn trail_of(plan: &str) -> String {
    format!("audit#*{PREFIX}{plan}")
}

impl Keys {
    /// What stands in the place of the numbers of `plan`, as it is now.
    pub async fn plan_override(&self, plan: &str) -> Result<Remembered<Overridden>> {
        self.remembered(key_of(plan)).await
    }

    /// The same of every plan that was ever overridden, by its name.
    pub async fn plan_overrides(&self) -> Result<BTreeMap<String, Remembered<Overridden>>> {
        let items = self.all(PARTITION, PREFIX).await?.into_iter().map(|mut item| {
            let name = item.need("sk", Item::text)?;
            Ok((name.trim_start_matches(PREFIX).to_owned(), Remembered::read(Some(item))?))
        });

        items.collect()
    }

    /// Writes `now` in the place of the numbers of `plan`, over what was read, with the row about it. `false`: something else is
    /// there by now.
    pub(crate) async fn override_plan(
        &self,
        plan: &str,
        now: &Remembered<Overridden>,
        entry: &Entry,
        tries: &mut Tries,
    ) -> Result<bool> {
        let put = Put::builder().table_name(&self.table).set_item(Some(now.item(key_of(plan))?)).when(now.as_read());
        let row = self.row(&trail_of(plan), entry.at, &entry.row.request_id, &entry.row)?;
        let transaction = self.transaction().with("plan", put.build()?).with("row", row);

        Ok(transaction.commit(tries).await? == Committed::Yes)
    }

    /// At most `limit` rows about the override of `plan`, newest first, after the one that is named; and the last one, if there
    /// are more.
    pub async fn plan_audit(&self, plan: &str, limit: u32, after: Option<After>) -> Result<(Vec<Row>, Option<After>)> {
        let position = after.map(|After(position)| position);
        let (rows, last) = self.rows(&trail_of(plan), limit, position.as_deref()).await?;

        Ok((rows, last.map(After)))
    }
}
