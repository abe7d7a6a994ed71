//! What goes wrong on order.

use std::time::Duration;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use local::dynamodb::Fault;

use super::support::{WRITER, client, count, counted, digest, start, text};

#[tokio::test]
async fn a_fault_strikes_as_often_as_it_was_ordered_and_only_its_action() {
    let dynamodb = start().await;
    let writer = client(&dynamodb, WRITER);
    dynamodb.inject(Fault::error(500, "InternalServerError", "ordered").times(2).on("UpdateItem"));

    writer.put_item().table_name("Keys").item("pk", text("a")).item("sk", text("a")).send().await.unwrap();
    for _ in 0..2 {
        let error = count(&writer).await.unwrap_err();
        assert_eq!((error.code(), error.message()), (Some("InternalServerError"), Some("ordered")));
        assert_eq!(error.raw_response().unwrap().status().as_u16(), 500);
    }
    count(&writer).await.unwrap();
    assert_eq!(counted(&dynamodb).await, Some("1".to_owned()), "a call that got an error counted nothing");

    dynamodb.inject(Fault::error(400, "ThrottlingException", "slow down").always());
    for _ in 0..3 {
        assert_eq!(count(&writer).await.unwrap_err().code(), Some("ThrottlingException"));
    }
    assert_eq!(counted(&dynamodb).await, Some("1".to_owned()), "who is no function is not struck");
    dynamodb.clear_faults();
    count(&writer).await.unwrap();
    dynamodb.stop().await;
}

#[tokio::test]
async fn a_fault_about_a_table_strikes_no_other() {
    let dynamodb = start().await;
    let writer = client(&dynamodb, WRITER);
    dynamodb.inject(Fault::error(500, "InternalServerError", "ordered").times(1).about("Counters"));
    count(&writer).await.unwrap();
    let get = || writer.get_item().table_name("Counters").key("digest", digest());
    assert_eq!(get().send().await.unwrap_err().message(), Some("ordered"));
    get().send().await.unwrap();
    dynamodb.stop().await;
}

#[tokio::test]
async fn a_cancelled_transaction_lists_the_reasons_of_its_message() {
    let dynamodb = start().await;
    let message =
        "Transaction cancelled, please refer cancellation reasons for specific reasons [None, TransactionConflict]";
    dynamodb.inject(Fault::error(400, "TransactionCanceledException", message).times(1));
    let put = Put::builder().table_name("Keys").item("pk", text("t")).item("sk", text("t")).build().unwrap();
    let put = TransactWriteItem::builder().put(put).build();
    let error = client(&dynamodb, WRITER).transact_write_items().transact_items(put).send().await.unwrap_err();
    let error = error.into_service_error();
    assert_eq!(error.message(), Some(message));
    let local_error = format!("{error:?}");
    assert!(error.is_transaction_canceled_exception(), "{local_error}");
    assert!(local_error.contains(r#"code: Some("TransactionConflict")"#), "{local_error}");
    dynamodb.stop().await;
}

#[tokio::test]
async fn a_dropped_call_is_not_made_and_one_dropped_after_is() {
    let dynamodb = start().await;
    let writer = client(&dynamodb, WRITER);
    dynamodb.record(true);

    dynamodb.inject(Fault::Drop.times(1));
    assert!(matches!(count(&writer).await, Err(SdkError::DispatchFailure(_))));
    assert_eq!(counted(&dynamodb).await, None);

    dynamodb.inject(Fault::DropAfter.times(1));
    assert!(matches!(count(&writer).await, Err(SdkError::DispatchFailure(_))));
    assert_eq!(counted(&dynamodb).await, Some("1".to_owned()));

    count(&writer).await.unwrap();
    let outcomes: Vec<_> =
        dynamodb.calls().into_iter().filter(|call| call.function.is_some()).map(|call| call.failed).collect();
    assert_eq!(outcomes, [Some("dropped".to_owned()), Some("dropped".to_owned()), None]);
    dynamodb.stop().await;
}

#[tokio::test]
async fn a_delayed_answer_comes_late() {
    let dynamodb = start().await;
    let writer = client(&dynamodb, WRITER);
    let delay = Duration::from_millis(60);
    dynamodb.inject(Fault::Delay(delay).times(1));
    let start = tokio::time::Instant::now();
    count(&writer).await.unwrap();
    assert!(start.elapsed() >= delay);

    // Made, even if its caller does not wait for the answer.
    dynamodb.inject(Fault::Delay(Duration::from_mins(10)).times(1));
    assert!(tokio::time::timeout(delay, count(&writer)).await.is_err());
    assert_eq!(counted(&dynamodb).await, Some("2".to_owned()));
    dynamodb.stop().await;
}
