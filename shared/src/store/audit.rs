//! The audit trail in the keys table: rows by organization, and by plan (`plans`), in the order of their time.

use aws_sdk_dynamodb::types::Put;
use dynamodb::{Conditional as _, Error, Item, Result, SCHEMA, number, text};
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::remembered::place;
use super::{Keys, Part, attributes, is_new};
use crate::registry::audit::{Entry, Row};
use crate::registry::slug::Slug;

/// The version of the layout of rows.
const LAYOUT: i64 = 1;

fn partition(org: &Slug) -> String {
    format!("audit#{org}")
}

impl Keys {
    /// The member of a transaction that writes `entry`.
    pub(super) fn audited(&self, entry: &Entry) -> Result<Put> {
        self.row(&partition(&entry.org), entry.at, &entry.row.request_id, &entry.row)
    }

    /// The member of a transaction that writes `row` into `partition`, about what the request `request` has changed at `at`.
    pub(super) fn row(&self, partition: &str, at: Timestamp, request: &str, row: &impl Serialize) -> Result<Put> {
        let row = serde_json::to_string(row).map_err(|error| Error::Fault(format!("an audit row: {error}")))?;
        // Keeps rows of one request and instant apart too.
        let mut random = [0; 4];
        self.entropy.fill(&mut random).map_err(|error| Error::Fault(format!("an audit row: {error}")))?;
        let apart = u32::from_be_bytes(random);
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(attributes([
                ("pk", Some(text(partition))),
                ("sk", Some(text(format!("{:013}#{request}#{apart:08x}", at.as_millisecond())))),
                ("row", Some(text(row))),
                (SCHEMA, Some(number(LAYOUT))),
            ])))
            // A row is written once, and stays.
            .when(is_new())
            .build()?;

        Ok(put)
    }

    /// At most `limit` rows of `org`, newest first, after the one at `position`; and the position of the last one, if there
    /// are more.
    pub async fn audit(&self, org: &Slug, limit: u32, position: Option<&str>) -> Result<(Vec<Row>, Option<String>)> {
        self.rows(&partition(org), limit, position).await
    }

    /// The same of the rows in `partition`.
    pub(super) async fn rows<T: DeserializeOwned>(
        &self,
        partition: &str,
        limit: u32,
        position: Option<&str>,
    ) -> Result<(Vec<T>, Option<String>)> {
        let after = position.map(|position| place(partition, position));
        let part = Part { partition, prefix: None, newest_first: true, limit, after };
        let (items, has_more) = self.part(part).await?;
        let rows = items.into_iter().map(read).collect::<Result<Vec<_>>>()?;
        let (positions, rows): (Vec<_>, Vec<_>) = rows.into_iter().unzip();

        Ok((rows, positions.into_iter().next_back().filter(|_| has_more)))
    }
}

fn read<T: DeserializeOwned>(mut item: Item) -> Result<(String, T)> {
    item.schema(LAYOUT)?;
    let position = item.need("sk", Item::text)?;
    let row = item.need("row", Item::text)?;
    let row =
        serde_json::from_str(&row).map_err(|error| Error::Fault(format!("an audit row cannot be read: {error}")))?;

    Ok((position, row))
}
