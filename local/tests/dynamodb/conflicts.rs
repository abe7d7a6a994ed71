//! Transactions in each other's way.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{ConditionCheck, Put, TransactWriteItem, Update};

use super::support::{WRITER, client, count, counted, digest, start, text};

/// Longer than any test: such a transaction is ongoing until its caller goes away.
const ENDLESS: Duration = Duration::from_mins(10);

/// Puts an item of its own, and checks the one that all of them check.
async fn put_and_check(client: &Client, name: &str) -> Result<(), SdkError<TransactWriteItemsError>> {
    let put = Put::builder().table_name("Keys").item("pk", text(name)).item("sk", text(name)).item("n", text("n"));
    let put = TransactWriteItem::builder().put(put.build().unwrap()).build();
    let check = ConditionCheck::builder().table_name("Counters").key("digest", digest());
    let check = check.condition_expression("attribute_not_exists(digest)").build().unwrap();
    let check = TransactWriteItem::builder().condition_check(check).build();
    client.transact_write_items().transact_items(put).transact_items(check).send().await.map(drop)
}

/// Writes the counter's item.
async fn touch_counter(client: &Client) -> Result<(), SdkError<TransactWriteItemsError>> {
    let update = Update::builder().table_name("Keys").key("pk", text("counter")).key("sk", text("counter"));
    let update = update.update_expression("SET touched = sk").build().unwrap();
    let update = TransactWriteItem::builder().update(update).build();
    client.transact_write_items().transact_items(update).send().await.map(drop)
}

/// Counts until that is refused, as it is once a transaction holds the counter's item.
async fn count_until_refused(writer: &Client) {
    loop {
        if let Err(error) = count(writer).await {
            assert_eq!(error.code(), Some("TransactionConflictException"), "{error:?}");
            assert_eq!(error.message(), Some("Transaction is ongoing for the item"));
            assert_eq!(error.raw_response().unwrap().status().as_u16(), 400);
            return;
        }
    }
}

#[tokio::test]
async fn the_second_of_two_transactions_on_an_item_is_cancelled() {
    let dynamodb = start().await;
    let writer = client(&dynamodb, WRITER);
    dynamodb.transactions_take(ENDLESS);
    dynamodb.record(true);

    // Whichever comes first stays ongoing: the first answer is the other's.
    let cancelled = tokio::select! {
        outcome = put_and_check(&writer, "a") => outcome,
        outcome = put_and_check(&writer, "b") => outcome,
    };
    let error = cancelled.unwrap_err();
    assert_eq!(error.raw_response().unwrap().status().as_u16(), 400);
    let error = error.into_service_error();
    assert!(error.message().unwrap().ends_with("specific reasons [None, TransactionConflict]"), "{error:?}");
    let TransactWriteItemsError::TransactionCanceledException(error) = error else { panic!("{error:?}") };
    let reasons: Vec<_> = error.cancellation_reasons().iter().filter_map(|reason| reason.code()).collect();
    assert_eq!(reasons, ["None", "TransactionConflict"], "its own item is not the reason");

    let failed: Vec<_> = dynamodb.calls().into_iter().map(|call| (call.action, call.failed)).collect();
    let expected = ("TransactWriteItems".to_owned(), Some("TransactionCanceledException".to_owned()));
    assert_eq!(failed, [expected], "a conflict is recorded, and that the proxy asked for keys is not");
    let stored = dynamodb.client().scan().table_name("Keys").send().await.unwrap();
    assert_eq!(stored.count, 0, "neither was made");
    dynamodb.stop().await;
}

#[tokio::test]
async fn a_put_is_known_by_the_key_within_its_item() {
    let dynamodb = start().await;
    let writer = client(&dynamodb, WRITER);
    dynamodb.transactions_take(ENDLESS);
    let put = || writer.put_item().table_name("Keys").item("pk", text("a")).item("sk", text("a")).item("n", text("0"));
    tokio::select! {
        outcome = put_and_check(&writer, "a") => panic!("answered: {outcome:?}"),
        error = async { loop { if let Err(error) = put().send().await { return error } } } => {
            assert_eq!(error.code(), Some("TransactionConflictException"), "{error:?}");
            put().item("sk", text("b")).send().await.unwrap();
        }
    }
    dynamodb.stop().await;
}

#[tokio::test]
async fn an_update_of_an_ongoing_transactions_item_is_refused_and_only_that() {
    let dynamodb = start().await;
    let writer = client(&dynamodb, WRITER);
    dynamodb.transactions_take(ENDLESS);
    tokio::select! {
        outcome = touch_counter(&writer) => panic!("answered: {outcome:?}"),
        () = async {
            count_until_refused(&writer).await;
            let before = counted(&dynamodb).await;
            assert!(count(&writer).await.is_err());
            assert_eq!(counted(&dynamodb).await, before, "what is refused counts nothing");

            count(&dynamodb.client()).await.unwrap();
            assert_ne!(counted(&dynamodb).await, before, "who is no function is not refused");
            let other = writer.put_item().table_name("Keys").item("pk", text("a")).item("sk", text("counter"));
            other.send().await.unwrap();
            writer.get_item().table_name("Counters").key("digest", digest()).send().await.unwrap();
        } => {}
    }
    dynamodb.stop().await;
}

#[tokio::test]
async fn an_item_is_free_once_its_transaction_is_answered() {
    let dynamodb = start().await;
    let writer = client(&dynamodb, WRITER);
    let time = Duration::from_millis(20);
    dynamodb.transactions_take(time);
    for _ in 0..3 {
        let start = tokio::time::Instant::now();
        touch_counter(&writer).await.unwrap();
        assert!(start.elapsed() >= time);
        count(&writer).await.unwrap();
    }
    assert_eq!(counted(&dynamodb).await, Some("3".to_owned()));
    dynamodb.stop().await;
}

#[tokio::test]
async fn an_item_is_free_once_its_transactions_caller_has_gone_away() {
    let dynamodb = start().await;
    let writer = client(&dynamodb, WRITER);
    dynamodb.transactions_take(ENDLESS);
    tokio::select! {
        outcome = touch_counter(&writer) => panic!("answered: {outcome:?}"),
        () = count_until_refused(&writer) => {}
    }
    // Its connection closes at some moment after the caller has lost interest.
    let freed = async { while count(&writer).await.is_err() {} };
    tokio::time::timeout(Duration::from_secs(30), freed).await.unwrap();
    dynamodb.stop().await;
}

#[tokio::test]
async fn transactions_are_in_nobodys_way_unless_they_are_told_to_take_time() {
    let dynamodb = start().await;
    let writer = client(&dynamodb, WRITER);
    // Never on, and off again.
    for _ in 0..2 {
        let mut calls = tokio::task::JoinSet::new();
        for _ in 0..20 {
            let writer = writer.clone();
            calls.spawn(async move { touch_counter(&writer).await.is_ok() && count(&writer).await.is_ok() });
        }
        assert!(calls.join_all().await.into_iter().all(|made| made));
        dynamodb.transactions_take(ENDLESS);
        dynamodb.transactions_take(Duration::ZERO);
    }
    dynamodb.stop().await;
}
