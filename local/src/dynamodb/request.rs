//! What a call is about: its action, and the tables that it touches, as IAM sees them.

use serde_json::Value;

/// A part of a call that IAM judges by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Member {
    /// The action: for a member of a transaction that of the member, `PutItem`.
    pub(super) action: String,
    /// The table, or `Table/index/Index`; none for an action that is about no table.
    pub(super) table: Option<String>,
}

/// Actions that `DynamoDB` refuses by itself where they name no table.
const ABOUT_A_TABLE: [&str; 6] = ["DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem"];

/// The action that writes several items or none.
pub(super) const TRANSACTION: &str = "TransactWriteItems";

/// The action of an `X-Amz-Target` header: `UpdateItem` of `DynamoDB_20120810.UpdateItem`.
pub(super) fn action(target: &str) -> &str {
    target.split_once('.').map_or("", |(_, action)| action)
}

/// Everything in a call that needs permission.
pub(super) fn members(action: &str, body: &Value) -> Vec<Member> {
    let member = |action: &str, table: Option<String>| Member { action: action.to_owned(), table };
    match action {
        TRANSACTION | "TransactGetItems" => transaction_items(body)
            .filter_map(|(kind, item)| {
                let action = match kind {
                    "Put" => "PutItem",
                    "Update" => "UpdateItem",
                    "Delete" => "DeleteItem",
                    "ConditionCheck" => "ConditionCheckItem",
                    "Get" => "GetItem",
                    // Not a member: DynamoDB refuses the call.
                    _ => return None,
                };
                Some(member(action, Some(table_name(item)?)))
            })
            .collect(),
        "BatchGetItem" | "BatchWriteItem" => {
            batch_tables(body).map(|(table, _)| member(action, Some(short(table)))).collect()
        }
        _ => match table_name(body) {
            Some(table) => {
                let index = body.get("IndexName").and_then(Value::as_str);
                vec![member(action, Some(index.map_or(table.clone(), |index| format!("{table}/index/{index}"))))]
            }
            None if ABOUT_A_TABLE.contains(&action) => Vec::new(),
            None => vec![member(action, None)],
        },
    }
}

/// How many items a call names: the members of a transaction or a batch, else one.
pub(super) fn items(action: &str, body: &Value) -> usize {
    match action {
        TRANSACTION | "TransactGetItems" => transaction_items(body).count(),
        "BatchGetItem" => batch_tables(body).map(|(_, request)| length(request.get("Keys"))).sum(),
        "BatchWriteItem" => batch_tables(body).map(|(_, requests)| length(Some(requests))).sum(),
        _ => 1,
    }
}

/// The items that a call writes, or checks in a transaction: each one's table, and the attributes that it names the
/// item by (of a put, all that the item has). None for a member that lacks them.
pub(super) fn written<'b>(action: &str, body: &'b Value) -> Vec<Option<(String, &'b Value)>> {
    let named = |item: &'b Value| Some((table_name(item)?, item.get("Key").or_else(|| item.get("Item"))?));
    match action {
        TRANSACTION => transaction_items(body).map(|(_, item)| named(item)).collect(),
        "PutItem" | "UpdateItem" | "DeleteItem" => vec![named(body)],
        _ => Vec::new(),
    }
}

fn transaction_items(body: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let items = body.get("TransactItems").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    items
        .iter()
        .filter_map(Value::as_object)
        .flat_map(|item| item.iter().filter(|(_, value)| value.is_object()).map(|(kind, value)| (kind.as_str(), value)))
}

fn batch_tables(body: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let tables = body.get("RequestItems").and_then(Value::as_object);
    tables.into_iter().flat_map(|tables| tables.iter().map(|(name, requests)| (name.as_str(), requests)))
}

fn length(list: Option<&Value>) -> usize {
    list.and_then(Value::as_array).map_or(0, Vec::len)
}

fn table_name(body: &Value) -> Option<String> {
    body.get("TableName").and_then(Value::as_str).map(short)
}

/// The name of a table that may be given as an ARN.
fn short(name: &str) -> String {
    name.split_once(":table/").map_or(name, |(_, name)| name).to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Member, action, items, members};

    #[test]
    fn a_call_needs_permission_for_each_of_its_members() {
        for (target, body, expected, count) in [
            ("GetItem", json!({ "TableName": "A" }), &[("GetItem", Some("A"))][..], 1),
            ("Query", json!({ "TableName": "A", "IndexName": "I" }), &[("Query", Some("A/index/I"))], 1),
            (
                "PutItem",
                json!({ "TableName": "arn:aws:dynamodb:us-east-1:000000000000:table/A" }),
                &[("PutItem", Some("A"))],
                1,
            ),
            ("PutItem", json!({}), &[], 1),
            ("ListTables", json!({}), &[("ListTables", None)], 1),
            ("ExecuteStatement", json!({ "Statement": "SELECT" }), &[("ExecuteStatement", None)], 1),
            (
                "TransactWriteItems",
                json!({ "TransactItems": [
                    { "Put": { "TableName": "A" } },
                    { "Update": { "TableName": "B" } },
                    { "Delete": { "TableName": "A" } },
                    { "ConditionCheck": { "TableName": "B" } },
                ] }),
                &[
                    ("PutItem", Some("A")),
                    ("UpdateItem", Some("B")),
                    ("DeleteItem", Some("A")),
                    ("ConditionCheckItem", Some("B")),
                ],
                4,
            ),
            (
                "TransactGetItems",
                json!({ "TransactItems": [{ "Get": { "TableName": "A" } }] }),
                &[("GetItem", Some("A"))],
                1,
            ),
            (
                "BatchGetItem",
                json!({ "RequestItems": { "A": { "Keys": [{}, {}] }, "B": { "Keys": [{}] } } }),
                &[("BatchGetItem", Some("A")), ("BatchGetItem", Some("B"))],
                3,
            ),
            ("BatchWriteItem", json!({ "RequestItems": { "A": [{}, {}] } }), &[("BatchWriteItem", Some("A"))], 2),
        ] {
            let expected: Vec<Member> = expected
                .iter()
                .map(|(action, table)| Member { action: (*action).to_owned(), table: table.map(str::to_owned) })
                .collect();
            assert_eq!(members(target, &body), expected, "{target}");
            assert_eq!(items(target, &body), count, "{target}");
        }
        assert_eq!(action("DynamoDB_20120810.UpdateItem"), "UpdateItem");
        assert_eq!(action("nonsense"), "");
    }
}
