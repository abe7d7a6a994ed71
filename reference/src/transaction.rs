//! Transactions that make something: all of it, or nothing where some of it is there already.

use aws_sdk_dynamodb::types::Put;
use dynamodb::{AttributeValue, Committed, Error, Result, SCHEMA, Table, Transaction, number};

use crate::stored::{Key, LAYOUT};

/// The member that writes an item where there is none.
pub(crate) fn new_item<'a>(
    table: &Table,
    key: Key,
    attributes: impl IntoIterator<Item = (&'a str, Option<AttributeValue>)>,
) -> Result<Put> {
    let attributes = attributes.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    let schema = (SCHEMA.to_owned(), number(LAYOUT));
    let item = key.into_iter().chain(attributes).chain([schema]).collect();
    let put = Put::builder()
        .table_name(&table.name)
        .set_item(Some(item))
        .condition_expression("attribute_not_exists(#pk)")
        .expression_attribute_names("#pk", "pk");

    Ok(put.build()?)
}

/// Carries `transaction` out. `false`: the condition of some member failed, and nothing was written.
///
/// Many may want the same at once, and each in turn would hold what the others wait for. So a transaction that met
/// another one reads whether `claimed`, the key of what only one can have, is there by now: a read holds nothing. A
/// transaction that got no answer does not read, because the item may be its own.
pub(crate) async fn carry_out(table: &Table, mut transaction: Transaction, claimed: Option<Key>) -> Result<bool> {
    let mut tries = table.tries();
    loop {
        let why = match transaction.attempt().await {
            Ok(committed) => return Ok(committed == Committed::Yes),
            Err(why) => why,
        };
        let has_met_another = matches!(why, Error::Contended) && !transaction.is_in_doubt();
        tries.again(why).await?;
        if has_met_another && let Some(key) = &claimed {
            let look = table.client.get_item().table_name(&table.name).set_key(Some(key.clone()));
            if look.consistent_read(true).send().await?.item.is_some() {
                return Ok(false);
            }
        }
    }
}
