//! What a function may do to the tables.

use aws_sdk_dynamodb::types::{
    ConditionCheck, Delete, Get, KeysAndAttributes, Put, TransactGetItem, TransactWriteItem, Update,
};

use super::support::{WRITER, assert_denied, client, digest, start, text};

#[tokio::test]
async fn a_function_may_do_what_its_statements_say_and_nothing_else() {
    let dynamodb = start().await;
    let writer = client(&dynamodb, WRITER);

    writer.put_item().table_name("Keys").item("pk", text("a")).item("sk", text("a")).send().await.unwrap();
    let counters = writer.get_item().table_name("Counters").key("digest", digest()).send().await.unwrap();
    assert_eq!(counters.item, None);

    let denied = writer.get_item().table_name("Keys").key("pk", text("a")).key("sk", text("a")).send().await;
    assert_denied(&denied, "dynamodb:GetItem", "table/Keys");
    let denied = writer.put_item().table_name("Counters").item("digest", digest()).send().await;
    assert_denied(&denied, "dynamodb:PutItem", "table/Counters");
    let denied = writer.scan().table_name("Keys").send().await;
    assert_denied(&denied, "dynamodb:Scan", "table/Keys");
    let denied = writer.list_tables().send().await;
    assert_denied(&denied, "dynamodb:ListTables", "*");
    let keys = KeysAndAttributes::builder().keys([("digest".to_owned(), digest())].into()).build().unwrap();
    let denied = writer.batch_get_item().request_items("Counters", keys).send().await;
    assert_denied(&denied, "dynamodb:BatchGetItem", "table/Counters");

    let stored = dynamodb.client().scan().table_name("Counters").send().await.unwrap();
    assert_eq!(stored.count, 0, "a denied call writes nothing");
    dynamodb.stop().await;
}

#[tokio::test]
async fn a_transaction_is_judged_by_its_members() {
    let dynamodb = start().await;
    let writer = client(&dynamodb, WRITER);
    let put = || {
        let put = Put::builder().table_name("Keys").item("pk", text("t")).item("sk", text("t")).build().unwrap();
        TransactWriteItem::builder().put(put).build()
    };
    let absent = ConditionCheck::builder()
        .table_name("Counters")
        .key("digest", digest())
        .condition_expression("attribute_not_exists(digest)")
        .build();
    let check = TransactWriteItem::builder().condition_check(absent.unwrap()).build();
    writer.transact_write_items().transact_items(put()).transact_items(check).send().await.unwrap();

    let delete = Delete::builder().table_name("Keys").key("pk", text("t")).key("sk", text("t")).build().unwrap();
    let delete = TransactWriteItem::builder().delete(delete).build();
    let denied = writer.transact_write_items().transact_items(delete).send().await;
    assert_denied(&denied, "dynamodb:DeleteItem", "table/Keys");

    let update = Update::builder().table_name("Counters").key("digest", digest()).update_expression("SET n = n");
    let update = TransactWriteItem::builder().update(update.build().unwrap()).build();
    let denied = writer.transact_write_items().transact_items(put()).transact_items(update).send().await;
    assert_denied(&denied, "dynamodb:UpdateItem", "table/Counters");

    let get = Get::builder().table_name("Counters").key("digest", digest()).build().unwrap();
    writer.transact_get_items().transact_items(TransactGetItem::builder().get(get).build()).send().await.unwrap();
    dynamodb.stop().await;
}
