//! Partitions as a whole.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;

use crate::batch::{WRITTEN_AT_ONCE, batch_delete};
use crate::{Result, Tries};

/// Deletes the items of the partition `pk` of `table`, whose key is `pk` and `sk`, but for the one whose sort key is `but`, as long as
/// `tries` are not over. Whether nothing else is left of what was there when this began.
///
/// # Errors
/// DynamoDB does not answer, or has no room for the batches.
pub async fn empty(client: &Client, table: &str, pk: &str, but: Option<&str>, tries: &Tries) -> Result<bool> {
    let mut after = None;
    loop {
        if tries.are_over() {
            return Ok(false);
        }
        let page = client
            .query()
            .table_name(table)
            .consistent_read(true)
            .key_condition_expression("#pk = :pk")
            .projection_expression("#pk, #sk")
            .expression_attribute_names("#pk", "pk")
            .expression_attribute_names("#sk", "sk")
            .expression_attribute_values(":pk", AttributeValue::S(pk.to_owned()))
            .set_exclusive_start_key(after)
            .send()
            .await?;
        let is_kept =
            |sk: Option<&AttributeValue>| but.is_some() && sk.and_then(|sk| sk.as_s().ok()).map(String::as_str) == but;
        let mut keys = page.items.unwrap_or_default();
        keys.retain(|key| !is_kept(key.get("sk")));
        for some in keys.chunks(WRITTEN_AT_ONCE) {
            if tries.are_over() {
                return Ok(false);
            }
            batch_delete(client, table, some.iter().cloned()).await?;
        }
        after = page.last_evaluated_key;
        if after.is_none() {
            return Ok(true);
        }
    }
}
