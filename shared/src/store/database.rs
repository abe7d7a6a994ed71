//! A database for tests: embedded, empty, and gone when the process ends.

use aws_sdk_dynamodb::config::{BehaviorVersion, Config, Credentials, Region};
use aws_sdk_dynamodb::types::{AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType};
use dynamodb::{Client, Direct};

/// A database with the table `name`, whose key has these attributes: the partition key, and the sort key if there is
/// one.
pub(super) async fn with_table(name: &str, key: &[(&str, ScalarAttributeType)]) -> (Client, Direct) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(dynoxide::server::serve_on(listener, dynoxide::Database::memory().unwrap()));
    let config = Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .http_client(connect::connections())
        .endpoint_url(&endpoint);
    let client = Client::from_conf(config.build());
    let mut table = client.create_table().table_name(name).billing_mode(BillingMode::PayPerRequest);
    for ((attribute, kind), role) in key.iter().zip([KeyType::Hash, KeyType::Range]) {
        let element = KeySchemaElement::builder().attribute_name(*attribute).key_type(role).build();
        let definition = AttributeDefinition::builder().attribute_name(*attribute).attribute_type(kind.clone()).build();
        table = table.key_schema(element.unwrap()).attribute_definitions(definition.unwrap());
    }
    table.send().await.unwrap();

    (client, Direct::emulated(&endpoint))
}
