//! Clients of the AWS SDK for the proxy or any other endpoint.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use connect::connections;

use super::OPERATOR;

/// A client whose access key belongs to no function.
pub(super) fn operator(endpoint: &str) -> Client {
    with_access_key(endpoint, OPERATOR)
}

/// A client that signs with this access key. The secret is a constant: no emulator checks signatures.
pub(super) fn with_access_key(endpoint: &str, access_key_id: &str) -> Client {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(Credentials::new(access_key_id, "secret", None, None, "latchkey"))
        .endpoint_url(endpoint)
        // Nobody is throttled here, and a stack that cannot start says so at once.
        .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(20)))
        .http_client(connections())
        .build();
    Client::from_conf(config)
}
