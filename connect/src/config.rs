//! What clients of AWS's services share, but for DynamoDB's: credentials and region from the environment, short timeouts, one set of
//! connections.

use std::time::Duration;

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;

use crate::{Environment, connections, region};

/// How long one attempt may take.
const ATTEMPT: Duration = Duration::from_secs(2);

/// How long a call may take, both of its attempts together. A run has a third of the function's time left when it begins its
/// last calls.
const CALL: Duration = Duration::from_secs(4);

/// The configuration of a client.
pub fn config() -> SdkConfig {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(1))
        .operation_attempt_timeout(ATTEMPT)
        .operation_timeout(CALL);

    SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(region())
        .credentials_provider(SharedCredentialsProvider::new(Environment))
        .retry_config(RetryConfig::standard().with_max_attempts(2))
        .timeout_config(timeouts.build())
        .http_client(connections())
        .build()
}
