//! The audit trail in the keys table: rows by organization, in the order of their time.

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use dynamodb::{Error, Item, Result, text};

use super::{Keys, attributes, names};
use crate::audit::{Entry, Row};
use crate::organization::Slug;

fn partition(org: &Slug) -> String {
    format!("audit#{org}")
}

impl Keys {
    /// The member of a transaction that writes `entry`.
    pub(super) fn audited(&self, entry: &Entry) -> Result<TransactWriteItem> {
        let row = serde_json::to_string(&entry.row).map_err(|error| Error::Fault(format!("an audit row: {error}")))?;
        // Rows of one request and instant are apart too.
        let mut random = [0; 4];
        self.entropy.fill(&mut random).map_err(|error| Error::Fault(format!("an audit row: {error}")))?;
        let apart = u32::from_be_bytes(random);
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(attributes([
                ("pk", Some(text(partition(&entry.org)))),
                ("sk", Some(text(format!("{:013}#{}#{apart:08x}", entry.at.as_millisecond(), entry.row.request_id)))),
                ("row", Some(text(row))),
            ])))
            // A row is written once, and stays.
            .condition_expression("attribute_not_exists(#pk)")
            .expression_attribute_names("#pk", "pk")
            .build()?;

        Ok(TransactWriteItem::builder().put(put).build())
    }

    /// At most `limit` rows of `org`, newest first, after the one at `position`; and the position of the last one, if there
    /// are more.
    pub async fn audit(&self, org: &Slug, limit: u32, position: Option<&str>) -> Result<(Vec<Row>, Option<String>)> {
        let one_more = limit.saturating_add(1);
        let start = |position: &str| attributes([("pk", Some(text(partition(org)))), ("sk", Some(text(position)))]);
        let request = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .scan_index_forward(false)
            .limit(i32::try_from(one_more).unwrap_or(i32::MAX))
            .key_condition_expression("#pk = :org")
            .set_expression_attribute_names(Some(names(["pk"])))
            .expression_attribute_values(":org", text(partition(org)))
            .set_exclusive_start_key(position.map(start));
        let items = request.send().await?.items.unwrap_or_default();
        let has_more = u32::try_from(items.len()).is_ok_and(|count| count > limit);
        let shown = items.into_iter().take(usize::try_from(limit).unwrap_or(usize::MAX));
        let (positions, rows): (Vec<_>, Vec<_>) =
            shown.map(|item| read(item.into())).collect::<Result<Vec<_>>>()?.into_iter().unzip();

        Ok((rows, positions.into_iter().next_back().filter(|_| has_more)))
    }
}

fn read(mut item: Item) -> Result<(String, Row)> {
    let position = item.need("sk", Item::text)?;
    let row = item.need("row", Item::text)?;
    let row =
        serde_json::from_str(&row).map_err(|error| Error::Fault(format!("an audit row cannot be read: {error}")))?;

    Ok((position, row))
}
