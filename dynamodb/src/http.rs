//! The connection to DynamoDB, or to another service of AWS: a connector that is built when something is first asked for,
//! and shared by all clients that are made from one.
//!
//! A connector reads all of the system's root certificates, and that is most of a start's work. For every client, the
//! SDK builds one only to see that it can, and another one to use. A function with three clients would build five, and
//! a function that asks DynamoDB for nothing would build one too many.

use aws_sdk_dynamodb::config::{HttpClient, RuntimeComponents, SharedHttpClient};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{HttpConnectorSettings, SharedHttpConnector};

/// Connections of its own, none of which is open yet. The clients of other services can have such, too.
pub fn connections() -> SharedHttpClient {
    SharedHttpClient::new(Lazy(Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https()))
}

/// The client inside, except that it is not tried before it is used.
#[derive(Debug)]
struct Lazy(SharedHttpClient);

impl HttpClient for Lazy {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        self.0.http_connector(settings, components)
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.0.connector_metadata()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use aws_sdk_dynamodb::Client;
    use aws_sdk_dynamodb::config::{BehaviorVersion, Config, ConfigBag, RuntimeComponentsBuilder};
    use aws_smithy_runtime_api::box_error::BoxError;

    use super::*;

    /// Counts how often it is tried.
    #[derive(Clone, Debug, Default)]
    struct Tried(Arc<AtomicUsize>);

    impl HttpClient for Tried {
        fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
            panic!("nothing is asked for")
        }

        fn validate_base_client_config(&self, _: &RuntimeComponentsBuilder, _: &ConfigBag) -> Result<(), BoxError> {
            self.0.fetch_add(1, Ordering::Relaxed);
            Ok(())
        }
    }

    /// How often the SDK has tried an HTTP client when a client has been built on it.
    fn tried(on: impl FnOnce(SharedHttpClient) -> SharedHttpClient) -> usize {
        let tried = Tried::default();
        let http = on(SharedHttpClient::new(tried.clone()));
        let config = Config::builder().behavior_version(BehaviorVersion::v2026_01_12()).http_client(http);
        drop(Client::from_conf(config.build()));

        tried.0.load(Ordering::Relaxed)
    }

    #[test]
    fn a_client_that_is_built_is_not_tried() {
        assert_eq!(tried(|http| http), 1, "the SDK does not try it any more: there is no need for this");
        assert_eq!(tried(|http| SharedHttpClient::new(Lazy(http))), 0);
    }
}
