//! A started `DynamoDB` with two tables, and a function to call it as.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use local::dynamodb::{Dynamodb, Identity, Source, create_tables};
use template::{KeyAttribute, KeyKind, Statement, Table};

/// The access key id of the function `Writer`, which may write `Keys`, and get and check `Counters`.
pub(super) const WRITER: &str = "AKIAWRITER";

pub(super) async fn start() -> Dynamodb {
    let dynamodb = Dynamodb::start(Source::Memory, vec![writer()]).await.unwrap();
    create_tables(dynamodb.endpoint(), &tables()).await.unwrap();
    dynamodb
}

pub(super) fn writer() -> Identity {
    let statement = |actions: &[&str], table: &str| Statement {
        actions: actions.iter().map(|action| format!("dynamodb:{action}")).collect(),
        tables: vec![table.to_owned()],
    };
    Identity {
        access_key_id: WRITER.to_owned(),
        function: "Writer".to_owned(),
        statements: vec![
            statement(&["PutItem", "Update*"], "Keys"),
            statement(&["ConditionCheckItem", "GetItem"], "Counters"),
        ],
    }
}

pub(super) fn tables() -> Vec<Table> {
    let key = |name: &str, kind| KeyAttribute { name: name.to_owned(), kind };
    vec![
        Table {
            name: "Keys".to_owned(),
            partition_key: key("pk", KeyKind::S),
            sort_key: Some(key("sk", KeyKind::S)),
            ttl_attribute: None,
        },
        Table {
            name: "Counters".to_owned(),
            partition_key: key("digest", KeyKind::B),
            sort_key: None,
            ttl_attribute: Some("ttl".to_owned()),
        },
    ]
}

/// A client with this access key that tries once.
pub(super) fn client(dynamodb: &Dynamodb, access_key_id: &str) -> Client {
    let client = dynamodb.client_as(access_key_id);
    Client::from_conf(client.config().to_builder().retry_config(RetryConfig::disabled()).build())
}

pub(super) fn update_item(client: &Client) -> UpdateItemFluentBuilder {
    let update = client.update_item().table_name("Keys").key("pk", text("counter")).key("sk", text("counter"));
    update.update_expression("ADD n :one").expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
}

pub(super) async fn count(client: &Client) -> Result<(), SdkError<UpdateItemError>> {
    update_item(client).send().await.map(drop)
}

/// What was counted, as the operator sees it.
pub(super) async fn counted(dynamodb: &Dynamodb) -> Option<String> {
    let get = dynamodb.client().get_item().table_name("Keys").key("pk", text("counter")).key("sk", text("counter"));
    Some(get.send().await.unwrap().item?.get("n")?.as_n().unwrap().clone())
}

pub(super) fn assert_denied<T: std::fmt::Debug, E: ProvideErrorMetadata + std::fmt::Debug>(
    outcome: &Result<T, SdkError<E>>,
    action: &str,
    resource: &str,
) {
    let error = outcome.as_ref().unwrap_err();
    assert_eq!(error.code(), Some("AccessDeniedException"), "{error:?}");
    let message = error.message().unwrap();
    let expected = format!("is not authorized to perform: {action} on resource: ");
    assert!(message.contains(&expected), "{message}");
    assert!(message.contains(&format!("{resource} because no identity-based policy")), "{message}");
}

pub(super) fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

pub(super) fn digest() -> AttributeValue {
    AttributeValue::B(Blob::new([7; 32]))
}
