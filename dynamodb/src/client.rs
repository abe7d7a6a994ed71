//! The client: short timeouts everywhere, credentials from the environment, and one attempt where a repeat would count twice.

#[cfg(test)]
mod tests;

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Config, SharedHttpClient};
use aws_sdk_dynamodb::error::DisplayErrorContext;

use connect::{Connections, Environment, by_attempt, connections, credentials, region};

use crate::direct::Direct;

const FIRST_BACKOFF: Duration = Duration::from_millis(10);

/// A client for the region and credentials that Lambda puts in the environment, or for `endpoint`; and the shortest way to
/// the same, over the same connections.
///
/// An attempt takes at most `attempt`, connecting included. A second one is made if the first failed without an answer,
/// but not on the shortest way.
pub fn client(attempt: Duration, endpoint: Option<&str>) -> (Client, Direct) {
    let connections = Connections::to_aws();
    let (connect, _) = by_attempt(attempt);
    let mut timeouts = TimeoutConfig::builder();
    timeouts.set_connect_timeout(connect);
    let timeouts = timeouts.operation_attempt_timeout(attempt).operation_timeout(attempt.saturating_mul(3)).build();
    let mut config = Config::builder()
        // Pinned: a newer version would change retries and timeouts under us.
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(region())
        .credentials_provider(Environment)
        .retry_config(RetryConfig::standard().with_max_attempts(2).with_initial_backoff(FIRST_BACKOFF))
        .timeout_config(timeouts)
        .http_client(SharedHttpClient::new(connections.clone()));
    config.set_endpoint_url(endpoint.map(str::to_owned));
    let credentials = credentials().map_err(|error| DisplayErrorContext(&error).to_string());
    let whose = (region().map(|region| region.to_string()), credentials);

    (Client::from_conf(config.build()), Direct::new(&connections, whose, endpoint, attempt))
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
