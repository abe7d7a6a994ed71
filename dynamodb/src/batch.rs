//! Reading and deleting many items by their keys.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::builders::KeysAndAttributesBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, DeleteRequest, WriteRequest};

use crate::{Error, Item, Result, back_off};

/// How often it is asked for what a batch left out.
const TRIES: u32 = 8;

/// The items of `table` that `wanted` names, at most 100, as they are now and in any order. Those that are not there are
/// left out; of no keys there are no items, and nothing is asked.
///
/// # Errors
/// DynamoDB left some out again and again, or did not answer.
pub async fn batch_get(client: &Client, table: &str, wanted: KeysAndAttributesBuilder) -> Result<Vec<Item>> {
    let mut found = Vec::new();
    let mut left = Some(wanted.consistent_read(true).build()?).filter(|wanted| !wanted.keys().is_empty());
    for attempt in 0..TRIES {
        let Some(wanted) = left else { return Ok(found) };
        if attempt > 0 {
            back_off(attempt).await;
        }
        let answer = client.batch_get_item().request_items(table, wanted).send().await?;
        found
            .extend(answer.responses.unwrap_or_default().remove(table).unwrap_or_default().into_iter().map(Item::from));
        left = answer.unprocessed_keys.unwrap_or_default().remove(table).filter(|left| !left.keys().is_empty());
    }

    if left.is_none() { Ok(found) } else { Err(Error::Throttled("a batch came back unfinished".to_owned())) }
}

/// Deletes the items of `table` with these keys, at most 25, all different. Those that are not there are as good as deleted.
///
/// # Errors
/// DynamoDB left some out again and again, or did not answer.
pub async fn batch_delete(
    client: &Client,
    table: &str,
    keys: impl IntoIterator<Item = HashMap<String, AttributeValue>>,
) -> Result<()> {
    let delete = |key| {
        let request = DeleteRequest::builder().set_key(Some(key)).build()?;
        Ok(WriteRequest::builder().delete_request(request).build())
    };
    let mut left = keys.into_iter().map(delete).collect::<Result<Vec<_>>>()?;
    for attempt in 0..TRIES {
        if left.is_empty() {
            return Ok(());
        }
        if attempt > 0 {
            back_off(attempt).await;
        }
        let answer = client.batch_write_item().request_items(table, left).send().await?;
        left = answer.unprocessed_items.unwrap_or_default().remove(table).unwrap_or_default();
    }

    if left.is_empty() { Ok(()) } else { Err(Error::Throttled("a batch came back unfinished".to_owned())) }
}
