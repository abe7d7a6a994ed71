//! The least that a function in Rust can be that asks DynamoDB twice by the SDK, as often as ours do of a key that they do
//! not know: what `cold_start` compares a start with. The connections are ours, because the SDK's own would read all of
//! the system's roots.

use std::env;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Config};
use aws_sdk_dynamodb::types::AttributeValue;
use lambda_http::lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::disallowed_methods, reason = "it is nobody's function, and reads what the benchmark tells it")]
async fn main() -> Result<(), Error> {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(connect::region())
        .credentials_provider(connect::Environment)
        .endpoint_url(env::var("AWS_ENDPOINT_URL_DYNAMODB")?)
        .http_client(connect::connections());
    let (client, table) = (&Client::from_conf(config.build()), &env::var("KEYS_TABLE")?);

    run(service_fn(async |_: LambdaEvent<Value>| {
        for key in ["nobody", "none"].map(|key| AttributeValue::S(key.to_owned())) {
            client.get_item().table_name(table).key("pk", key.clone()).key("sk", key).send().await?;
        }
        Ok::<_, Error>(json!({"asked": true}))
    }))
    .await
}
