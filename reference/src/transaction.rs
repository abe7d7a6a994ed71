//! Transactions that make something: all of it, or nothing where some of it is there already.

use aws_sdk_dynamodb::operation::transact_write_items::builders::TransactWriteItemsFluentBuilder;
use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use dynamodb::{AttributeValue, Error, Reason, Result, SCHEMA, Table, number};

use crate::stored::{Key, LAYOUT};

/// How often it is tried while others change the same: some three seconds of waiting in all.
const TRIES: u32 = 24;

/// The member that writes an item where there is none.
pub(crate) fn new_item<'a>(
    table: &Table,
    key: Key,
    attributes: impl IntoIterator<Item = (&'a str, Option<AttributeValue>)>,
) -> Result<TransactWriteItem> {
    let attributes = attributes.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    let schema = (SCHEMA.to_owned(), number(LAYOUT));
    let item = key.into_iter().chain(attributes).chain([schema]).collect();
    let put = Put::builder()
        .table_name(&table.name)
        .set_item(Some(item))
        .condition_expression("attribute_not_exists(#pk)")
        .expression_attribute_names("#pk", "pk");

    Ok(TransactWriteItem::builder().put(put.build()?).build())
}

/// Carries `transaction` out. `false`: the condition of some member failed, and nothing was written.
///
/// Many may want the same at once, and each in turn would hold what the others wait for. So whoever met another looks
/// whether `claimed`, the key of what only one can have, is there by now: a look holds nothing.
pub(crate) async fn carry_out(
    table: &Table,
    transaction: TransactWriteItemsFluentBuilder,
    claimed: Option<Key>,
) -> Result<bool> {
    for attempt in 0..TRIES {
        let Err(error) = transaction.clone().send().await else { return Ok(true) };
        if Reason::each(error)?.contains(&Reason::Condition) {
            return Ok(false);
        }
        if let Some(key) = &claimed {
            let look = table.client.get_item().table_name(&table.name).set_key(Some(key.clone()));
            if look.consistent_read(true).send().await?.item.is_some() {
                return Ok(false);
            }
        }
        dynamodb::back_off(attempt).await;
    }

    Err(Error::Contended)
}
