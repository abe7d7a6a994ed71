//! What is remembered of calls.

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::{Put, ReturnConsumedCapacity, TransactWriteItem};
use local::dynamodb::Call;

use super::support::{WRITER, assert_denied, client, count, digest, start, text, update_item};

#[tokio::test]
async fn calls_are_recorded_with_their_units_while_recording_is_on() {
    let dynamodb = start().await;
    let writer = client(&dynamodb, WRITER);
    count(&writer).await.unwrap();
    assert_eq!(dynamodb.calls(), [], "recording is off to begin with");

    dynamodb.record(true);
    count(&writer).await.unwrap();
    let update = Call {
        function: Some("Writer".to_owned()),
        action: "UpdateItem".to_owned(),
        tables: vec!["Keys".to_owned()],
        items: 1,
        write_units: 1.0,
        read_units: 0.0,
        failed: None,
    };
    assert_eq!(dynamodb.calls(), std::slice::from_ref(&update));
    assert_eq!(dynamodb.calls(), [], "taken is gone");

    count(&writer).await.unwrap();
    let asked = update_item(&writer).return_consumed_capacity(ReturnConsumedCapacity::Indexes);
    assert!(asked.send().await.unwrap().consumed_capacity.is_some());
    assert_eq!(dynamodb.calls(), [update.clone(), update.clone()], "a call that asks itself counts the same");

    let failed = update_item(&writer).condition_expression("attribute_exists(absent)").send().await;
    assert_eq!(failed.unwrap_err().code(), Some("ConditionalCheckFailedException"));
    let kind = Some("ConditionalCheckFailedException".to_owned());
    assert_eq!(dynamodb.calls(), [Call { write_units: 0.0, failed: kind, ..update.clone() }]);

    let denied = writer.scan().table_name("Keys").send().await;
    assert_denied(&denied, "dynamodb:Scan", "table/Keys");
    let [call] = dynamodb.calls().try_into().unwrap();
    assert_eq!((call.action.as_str(), call.failed.as_deref()), ("Scan", Some("AccessDeniedException")));

    dynamodb.client().get_item().table_name("Counters").key("digest", digest()).send().await.unwrap();
    let [call] = dynamodb.calls().try_into().unwrap();
    assert_eq!((call.function.as_deref(), call.action.as_str()), (None, "GetItem"));
    assert_eq!((call.read_units, call.write_units), (0.5, 0.0));

    let member = |name: &str| {
        let put = Put::builder().table_name("Keys").item("pk", text(name)).item("sk", text("x")).build().unwrap();
        TransactWriteItem::builder().put(put).build()
    };
    writer.transact_write_items().transact_items(member("1")).transact_items(member("2")).send().await.unwrap();
    let [call] = dynamodb.calls().try_into().unwrap();
    assert_eq!((call.items, call.write_units, call.tables), (2, 4.0, vec!["Keys".to_owned()]));

    dynamodb.record(false);
    count(&writer).await.unwrap();
    assert_eq!(dynamodb.calls(), []);
    dynamodb.stop().await;
}
