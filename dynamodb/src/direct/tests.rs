//! Updates, held against a server on this machine that says what it is told to.

use std::sync::atomic::Ordering;

use serde_json::json;

use super::*;
use crate::server::{Does, server};
use crate::{bytes, number, text, text_set};

fn direct(endpoint: &str, patience: Duration) -> Direct {
    let credentials = Credentials::new("AKID", "secret", Some("the token".to_owned()), None, "test");
    let whose = (Some("eu-central-1".to_owned()), Ok(credentials));

    Direct::new(&Connections::to_aws(), whose, Some(endpoint), patience)
}

const PATIENCE: Duration = Duration::from_secs(20);

async fn update(direct: &Direct) -> std::result::Result<Item, Refused> {
    let names = [("#count".into(), "count".into())];
    let values = [(":one".into(), number(1)), (":who".into(), text("\"é\""))];
    let change = Change {
        table: "Counters",
        key: ("digest", &bytes(*b"\x00\xff")),
        condition: "#count < :one",
        update: "ADD #count :one",
        names: &names,
        values: &values,
        tells: Tells::Either,
    };

    direct.update(&change).await
}

#[tokio::test]
async fn an_update_is_asked_for_as_dynamodb_takes_it_and_its_item_read() {
    let item = r#"{"Attributes": {"a": {"S": "é"}, "b": {"N": "12"}, "c": {"B": "AP8="}, "d": {"SS": ["x", "y"]}, "e": {"BOOL": true},
        "f": {"NULL": true}, "g": {"M": {"h": {"L": [{"NS": ["1"]}, {"BS": ["AP8="]}]}}}}}"#;
    let server = server(Does::Says(200, item)).await;
    let direct = direct(&server.endpoint, PATIENCE);
    let mut item = update(&direct).await.unwrap();
    assert_eq!(item.text("a").unwrap(), Some("é".to_owned()));
    assert_eq!(item.number("b").unwrap(), Some(12));
    assert_eq!(item.bytes("c").unwrap(), Some(vec![0, 255]));
    assert_eq!(item.text_set("d").unwrap(), ["x", "y"]);
    assert_eq!(item.text("f").unwrap(), None);
    assert_eq!(item.map("g").unwrap().names(), ["h"]);
    assert_eq!(item.rest().collect::<Vec<_>>(), [("e".to_owned(), AttributeValue::Bool(true))]);
    update(&direct).await.unwrap();
    assert_eq!(server.accepted.load(Ordering::Relaxed), 1, "the connection is kept");

    let calls = server.calls.lock().unwrap().clone();
    let (head, body) = calls[0].split_once("\r\n\r\n").unwrap();
    for line in [
        "POST / HTTP/1.1",
        "content-type: application/x-amz-json-1.0",
        "x-amz-target: DynamoDB_20120810.UpdateItem",
        "x-amz-security-token: the token",
        "authorization: AWS4-HMAC-SHA256 Credential=AKID/",
    ] {
        assert!(head.lines().any(|there| there.starts_with(line)), "{line}: {head}");
    }
    let asked: serde_json::Value = serde_json::from_str(body).unwrap();
    let expected = json!({
        "TableName": "Counters", "Key": {"digest": {"B": "AP8="}},
        "ConditionExpression": "#count < :one", "UpdateExpression": "ADD #count :one",
        "ExpressionAttributeNames": {"#count": "count"},
        "ExpressionAttributeValues": {":one": {"N": "1"}, ":who": {"S": "\"é\""}},
        "ReturnValues": "ALL_NEW", "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    });
    assert_eq!(asked, expected);
}

/// The kind of a failure, and what is logged of it.
fn failure(refused: Refused) -> String {
    match refused {
        Refused::Condition(item) => format!("condition {:?}", item.map(|item| item.names())),
        Refused::Conflict => "conflict".to_owned(),
        Refused::Failed(error) => format!("{error:?}"),
    }
}

#[tokio::test]
async fn what_dynamodb_answers_means_what_it_means_to_the_sdks_calls() {
    let condition = r#"{"__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException", "message": "no",
        "Item": {"a": {"N": "1"}}}"#;
    let hot = r#"{"__type": "x#ThrottlingException", "message": "slow",
        "throttlingReasons": [{"reason": "TableWriteKeyRangeThroughputExceeded"}]}"#;
    for (does, begins) in [
        (Does::Says(400, condition), r#"condition Some(["a"])"#),
        (Does::Says(400, r#"{"__type": "x#ConditionalCheckFailedException"}"#), "condition None"),
        (Does::Says(400, r#"{"__type": "x#TransactionConflictException:http://y"}"#), "conflict"),
        (Does::SaysWith(400, "x-amzn-errortype: ReplicatedWriteConflictException", "{}"), "Contended"),
        // One odd member does not hide what it is.
        (Does::Says(400, r#"{"__type": "x#ThrottlingException", "message": null, "Message": "slow"}"#), "Throttled"),
        (
            Does::Says(400, r#"{"__type": "x#ConditionalCheckFailedException", "Item": {"digest": {"B": "?"}}}"#),
            "Unavailable(\"an item that cannot be read",
        ),
        (Does::Says(400, hot), "Throttled { cause: \"400 ThrottlingException: slow\", is_key_range: true"),
        (
            Does::Says(400, r#"{"__type": "x#ProvisionedThroughputExceededException"}"#),
            "Throttled { cause: \"400 ProvisionedThroughputExceededException: \", is_key_range: false",
        ),
        (Does::Says(429, "busy"), "Throttled"),
        (
            Does::Says(400, r#"{"__type": "x#ExpiredTokenException", "Message": "old"}"#),
            "Inaccessible(\"400 ExpiredTokenException: old",
        ),
        (Does::Says(400, r#"{"__type": "x#ResourceNotFoundException"}"#), "Inaccessible"),
        (
            Does::Says(400, r#"{"__type": "x#ValidationException", "message": "bad"}"#),
            "Fault(\"400 ValidationException: bad",
        ),
        (Does::Says(400, "<html>"), "Unavailable"),
        (Does::Says(500, r#"{"__type": "x#InternalServerError"}"#), "Unavailable"),
        (Does::Says(503, ""), "Unavailable"),
        (Does::Says(200, "{\"Attributes\": {\"a\": {\"S\""), "Unavailable"),
        (Does::Says(200, r#"{"Attributes": {"a": {"B": "?"}}}"#), "Unavailable"),
        (Does::CutsShort, "Unavailable"),
        (Does::Closes, "Disconnected"),
    ] {
        let server = server(does).await;
        let told = failure(update(&direct(&server.endpoint, PATIENCE)).await.unwrap_err());
        assert!(told.starts_with(begins), "{told} is not {begins}");
        assert_eq!(server.calls.lock().unwrap().len(), 1, "{begins}: it is made once");
    }
}

#[tokio::test]
async fn a_connection_is_not_used_again_after_an_error_of_the_server() {
    for (status, connections) in [(400, 1), (500, 2)] {
        let server = server(Does::Says(status, r#"{"__type": "x#ValidationException"}"#)).await;
        let direct = direct(&server.endpoint, PATIENCE);
        for _ in 0..2 {
            update(&direct).await.unwrap_err();
        }
        assert_eq!(server.accepted.load(Ordering::Relaxed), connections, "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn no_answer_in_time_is_not_known_to_be_a_refusal() {
    let server = server(Does::IsSilent).await;
    let told = failure(update(&direct(&server.endpoint, PATIENCE)).await.unwrap_err());
    assert_eq!(told, "Unavailable(\"no answer within 20s\")");
}

#[tokio::test]
async fn nobody_there_is_a_broken_connection_and_no_credentials_are_a_fault() {
    let told = failure(update(&direct("http://127.0.0.1:1", PATIENCE)).await.unwrap_err());
    assert!(told.starts_with("Disconnected"), "{told}");

    let whose = (Some("eu-central-1".to_owned()), Err("no credentials are there".to_owned()));
    let nobody = Direct::new(&Connections::to_aws(), whose, None, PATIENCE);
    assert_eq!(failure(update(&nobody).await.unwrap_err()), "Fault(\"no credentials are there\")");
}

#[tokio::test]
async fn the_sdk_says_where_dynamodb_is() {
    for (region, uri) in [
        ("eu-central-1", "https://dynamodb.eu-central-1.amazonaws.com/"),
        ("cn-north-1", "https://dynamodb.cn-north-1.amazonaws.com.cn/"),
    ] {
        let credentials = Credentials::new("AKID", "secret", None, None, "test");
        let whose = (Some(region.to_owned()), Ok(credentials));
        let direct = Direct::new(&Connections::to_aws(), whose, None, PATIENCE);
        let signer = direct.0.signer.as_ref().unwrap();
        assert_eq!(direct.0.uri(signer).await.unwrap().to_string(), uri);
    }
}

#[test]
fn a_set_of_strings_is_written_too() {
    let values = [(":set".into(), text_set(["x"]).unwrap())];
    let key = bytes(*b"k");
    let change = Change {
        table: "T",
        key: ("k", &key),
        condition: "",
        update: "",
        names: &[],
        values: &values,
        tells: Tells::Nothing,
    };
    let body = String::from_utf8(wire::request(&change).unwrap()).unwrap();
    assert!(
        body.contains(r#"{":set":{"SS":["x"]}}"#)
            && body.contains(r#""ReturnValues":"NONE","ReturnValuesOnConditionCheckFailure":"NONE""#),
        "{body}"
    );
}
