//! The client: short timeouts everywhere, credentials from the environment, and one attempt where a repeat would count twice.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Config};

use crate::environment::{Environment, region};
use crate::http::connections;

const CONNECT_MAX: Duration = Duration::from_millis(500);
const FIRST_BACKOFF: Duration = Duration::from_millis(10);

/// A client for the region and credentials that Lambda puts in the environment, or for `endpoint`.
///
/// An attempt takes at most `attempt`, connecting included. A second one is made if the first failed without an answer.
pub fn client(attempt: Duration, endpoint: Option<&str>) -> Client {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(attempt.min(CONNECT_MAX))
        .operation_attempt_timeout(attempt)
        .operation_timeout(attempt.saturating_mul(3))
        .build();
    let mut config = Config::builder()
        // Pinned: a newer version would change retries and timeouts under us.
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(region())
        .credentials_provider(Environment)
        .retry_config(RetryConfig::standard().with_max_attempts(2).with_initial_backoff(FIRST_BACKOFF))
        .timeout_config(timeouts)
        .http_client(connections());
    config.set_endpoint_url(endpoint.map(str::to_owned));

    Client::from_conf(config.build())
}

/// The same client with connections of its own, none of which is open yet: kept connections may have gone stale while
/// the process was frozen.
pub fn anew(client: &Client) -> Client {
    Client::from_conf(client.config().to_builder().http_client(connections()).build())
}

/// The same client, with the same connections, for calls that are made only once: `ADD` is not idempotent, and an
/// attempt without an answer may have counted.
pub fn once(client: &Client) -> Client {
    Client::from_conf(client.config().to_builder().retry_config(RetryConfig::disabled()).build())
}
