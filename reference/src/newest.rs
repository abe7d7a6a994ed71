//! Lists that are kept newest first: the entries of a partition, under version 7 UUIDs.

use dynamodb::{Item, Result, Table, text};

use crate::Id;
use crate::stored::key;

/// At most `wanted` entries of `partition`, newest first, after that of the id `after`. DynamoDB answers with 1 MB at most: this asks
/// until there are enough, or no more.
pub(crate) async fn newest(table: &Table, partition: &str, wanted: u32, after: Option<Id>) -> Result<Vec<Item>> {
    let most = usize::try_from(wanted).unwrap_or(usize::MAX);
    let mut pages = table
        .client
        .query()
        .table_name(&table.name)
        .consistent_read(true)
        .scan_index_forward(false)
        .key_condition_expression("#pk = :pk")
        .expression_attribute_names("#pk", "pk")
        .expression_attribute_values(":pk", text(partition))
        .set_exclusive_start_key(after.map(|id| key(partition, id.to_string())))
        .into_paginator()
        .page_size(i32::try_from(wanted).unwrap_or(i32::MAX))
        .send();
    let mut items = Vec::new();
    while items.len() < most
        && let Some(page) = pages.next().await
    {
        items.extend(page?.items.unwrap_or_default().into_iter().map(Item::from));
    }
    items.truncate(most);

    Ok(items)
}
