//! Clients of the SDK, held against a server on this machine.

use std::sync::atomic::Ordering;

use aws_sdk_dynamodb::config::{Credentials, Region};

use super::*;
use crate::Error;
use crate::server::{Does, Server, server};

/// A client of the SDK for `server`, for one attempt.
fn client(server: &Server) -> Client {
    let patience =
        TimeoutConfig::builder().connect_timeout(Duration::from_secs(3)).read_timeout(Duration::from_secs(7));
    let config = Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .retry_config(RetryConfig::disabled())
        .timeout_config(patience.build())
        .endpoint_url(&server.endpoint)
        .http_client(connections());

    Client::from_conf(config.build())
}

#[tokio::test]
async fn clients_share_connections_unless_they_are_made_anew() {
    let server = server(Does::Says(200, "{}")).await;
    let client = client(&server);
    let list = async |client: &Client| client.list_tables().send().await.map(drop).unwrap();
    list(&client).await;
    list(&client).await;
    list(&once(&client)).await;
    assert_eq!(server.accepted.load(Ordering::Relaxed), 1);

    list(&anew(&client)).await;
    assert_eq!(server.accepted.load(Ordering::Relaxed), 2);
}

#[tokio::test(start_paused = true)]
async fn a_table_that_is_silent_is_unavailable() {
    let server = server(Does::IsSilent).await;
    let error = client(&server).list_tables().send().await.unwrap_err();

    assert!(matches!(Error::from(error), Error::Unavailable(_)));
}

#[tokio::test]
async fn a_table_that_hangs_up_is_a_broken_connection() {
    let server = server(Does::Closes).await;
    let error = client(&server).list_tables().send().await.unwrap_err();

    assert!(matches!(Error::from(error), Error::Disconnected(_)));
}
