//! Reading, writing and deleting many items at once.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::builders::KeysAndAttributesBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, DeleteRequest, PutRequest, WriteRequest};

use crate::{Error, Item, Result, Tries};

/// How many items DynamoDB takes in a batch.
pub(crate) const WRITTEN_AT_ONCE: usize = 25;

/// For how long items that a batch left out are asked for again.
const PATIENCE: Duration = Duration::from_secs(2);

/// The items of `table` that `wanted` names, at most 100, as they are now and in any order. Items that are not there
/// are left out. Without keys there are no items, and nothing is asked.
///
/// # Errors
/// DynamoDB left some out again and again, or did not answer.
pub async fn batch_get(client: &Client, table: &str, wanted: KeysAndAttributesBuilder) -> Result<Vec<Item>> {
    let mut found = Vec::new();
    let mut left = Some(wanted.consistent_read(true).build()?).filter(|wanted| !wanted.keys().is_empty());
    let mut tries = Tries::within(PATIENCE);
    while let Some(wanted) = left {
        let asked = client.batch_get_item().request_items(table, wanted.clone()).send().await;
        let Some(answer) = tries.settle(asked.map_err(Error::from)).await? else {
            left = Some(wanted);
            continue;
        };
        found
            .extend(answer.responses.unwrap_or_default().remove(table).unwrap_or_default().into_iter().map(Item::from));
        left = answer.unprocessed_keys.unwrap_or_default().remove(table).filter(|left| !left.keys().is_empty());
        if left.is_some() {
            tries.again(unfinished()).await?;
        }
    }

    Ok(found)
}

/// Deletes the items of `table` with these keys, all different, as many at once as DynamoDB takes. An item that is not there counts
/// as deleted.
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

    batch_write(client, table, keys.into_iter().map(delete).collect::<Result<_>>()?).await
}

/// Puts `items` into `table`, all with different keys and as many at once as DynamoDB takes, whatever is there.
///
/// # Errors
/// DynamoDB left some out again and again, or did not answer.
pub async fn batch_put(
    client: &Client,
    table: &str,
    items: impl IntoIterator<Item = HashMap<String, AttributeValue>>,
) -> Result<()> {
    let put = |item| {
        let request = PutRequest::builder().set_item(Some(item)).build()?;
        Ok(WriteRequest::builder().put_request(request).build())
    };

    batch_write(client, table, items.into_iter().map(put).collect::<Result<_>>()?).await
}

async fn batch_write(client: &Client, table: &str, requests: Vec<WriteRequest>) -> Result<()> {
    for some in requests.chunks(WRITTEN_AT_ONCE) {
        write(client, table, some.to_vec()).await?;
    }

    Ok(())
}

/// Writes one batch.
async fn write(client: &Client, table: &str, mut left: Vec<WriteRequest>) -> Result<()> {
    let mut tries = Tries::within(PATIENCE);
    while !left.is_empty() {
        let asked = client.batch_write_item().request_items(table, left.clone()).send().await;
        let Some(answer) = tries.settle(asked.map_err(Error::from)).await? else { continue };
        left = answer.unprocessed_items.unwrap_or_default().remove(table).unwrap_or_default();
        if !left.is_empty() {
            tries.again(unfinished()).await?;
        }
    }

    Ok(())
}

/// DynamoDB leaves items out of a batch when it is too busy for them.
fn unfinished() -> Error {
    Error::Throttled { cause: "a batch came back unfinished".to_owned(), is_key_range: false }
}
