//! The end of an organization: all that the reference APIs have kept for it.

use std::fmt::Display;

use dynamodb::{Result, Table, Tries};

/// What follows an organization's name in its partitions; nothing for the academy and for agent runs.
const PARTITIONS: [&str; 9] = [
    "",
    "#notes",
    "#experiences",
    "#experience-slugs",
    "#experiences-by-day",
    "#experiences-by-moment",
    "#consumers",
    "#consumer-emails",
    "#consumers-by-day",
];

/// Deletes all that is kept for `org` in `table`, where there is one, as long as `tries` are not over. Whether nothing is left.
///
/// # Errors
/// DynamoDB does not answer.
pub async fn forget(table: Option<Table>, org: impl Display, tries: Tries) -> Result<bool> {
    let Some(table) = table else { return Ok(true) };
    for what in PARTITIONS {
        if !dynamodb::empty(&table.client, &table.name, &format!("org#{org}{what}"), None, &tries).await? {
            return Ok(false);
        }
    }

    Ok(true)
}
