//! Secrets of keys in AWS Secrets Manager, each under a name of its own, with its versions and their labels.
//!
//! A version is `AWSPENDING` while its key does not have that secret yet, and `AWSCURRENT` once it has. Nothing here reads the
//! version that is current: whoever may is the key's holder.

use std::collections::HashMap;
use std::fmt::Display;

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::Builder;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_secretsmanager::operation::create_secret::CreateSecretError;
use aws_sdk_secretsmanager::operation::describe_secret::DescribeSecretError;
use aws_sdk_secretsmanager::operation::put_secret_value::PutSecretValueError;
use shared::registry::error::{Error, Result};

use crate::cause;

/// What the current version is until there is one: Secrets Manager makes the first version current, whatever is asked for, and a key
/// that does not work yet must not be.
const NOTHING_YET: &str = "latchkey: no key yet";

/// The label of the version that its key does not have yet.
const PENDING: &str = "AWSPENDING";

/// The label of the version that its key has.
const CURRENT: &str = "AWSCURRENT";

/// The way to them.
#[derive(Debug)]
pub(crate) struct Shelf {
    client: Client,
}

/// The labels of a secret: the versions that have them.
#[derive(Debug, Default)]
pub(crate) struct Labels {
    pending: Option<String>,
    current: Option<String>,
}

impl Labels {
    /// The version that is pending. It can be current as well, where it was made so and its label was not taken away yet.
    pub(crate) fn pending(&self) -> Option<&str> {
        self.pending.as_deref()
    }

    fn of(versions: &HashMap<String, Vec<String>>) -> Self {
        let with = |label: &str| {
            let mut with = versions.iter().filter(|(_, labels)| labels.iter().any(|has| has == label));
            with.next().map(|(version, _)| version.clone())
        };

        Self { pending: with(PENDING), current: with(CURRENT) }
    }
}

impl Shelf {
    pub(crate) fn new(endpoint: Option<String>) -> Self {
        let mut config = Builder::from(&connect::config());
        config.set_endpoint_url(endpoint);

        Self { client: Client::from_conf(config.build()) }
    }

    /// The labels of the secret `name`; `None` where there is no such secret.
    pub(crate) async fn labels(&self, name: &str) -> Result<Option<Labels>> {
        match self.client.describe_secret().secret_id(name).send().await {
            Ok(described) => Ok(Some(Labels::of(&described.version_ids_to_stages.unwrap_or_default()))),
            Err(error) if is(&error, DescribeSecretError::is_resource_not_found_exception) => Ok(None),
            Err(error) => Err(failed("looking at", name, &error)),
        }
    }

    /// Sees to it that there is the secret `name`, which has these `labels`, with a version that is current.
    pub(crate) async fn ensure(&self, name: &str, labels: Option<&Labels>) -> Result<()> {
        match labels {
            Some(Labels { current: Some(_), .. }) => Ok(()),
            // Somebody has made it, and left it empty.
            Some(Labels { current: None, .. }) => {
                let put = self.client.put_secret_value().secret_id(name).secret_string(NOTHING_YET);
                put.send().await.map(drop).map_err(|error| failed("filling", name, &error))
            }
            None => {
                let create = self.client.create_secret().name(name).secret_string(NOTHING_YET);
                match create.description("A key that Latchkey rotates.").send().await {
                    Ok(_) => Ok(()),
                    // Another run has been faster.
                    Err(error) if is(&error, CreateSecretError::is_resource_exists_exception) => Ok(()),
                    Err(error) => Err(failed("making", name, &error)),
                }
            }
        }
    }

    /// Puts `text` on the shelf as the pending version `version` of `name`. `false`: there is such a version with another text.
    pub(crate) async fn put(&self, name: &str, version: &str, text: &str) -> Result<bool> {
        let put = self.client.put_secret_value().secret_id(name).client_request_token(version).version_stages(PENDING);
        match put.secret_string(text).send().await {
            Ok(_) => Ok(true),
            Err(error) if is(&error, PutSecretValueError::is_resource_exists_exception) => Ok(false),
            Err(error) => Err(failed("writing", name, &error)),
        }
    }

    /// The text of the version `version` of `name`.
    pub(crate) async fn text(&self, name: &str, version: &str) -> Result<String> {
        let read = self.client.get_secret_value().secret_id(name).version_id(version).send().await;
        let read = read.map_err(|error| failed("reading", name, &error))?;

        read.secret_string.ok_or_else(|| Error::failed("what is pending is no text"))
    }

    /// Makes the version `version` of `name` the current one, and no longer pending. It goes on where another run was cut short.
    pub(crate) async fn promote(&self, name: &str, version: &str) -> Result<()> {
        let labels = self.labels(name).await?.unwrap_or_default();
        if labels.current.as_deref() != Some(version) {
            let moved = self.client.update_secret_version_stage().secret_id(name).version_stage(CURRENT);
            let moved = moved.move_to_version_id(version).set_remove_from_version_id(labels.current);
            moved.send().await.map_err(|error| failed("making current", name, &error))?;
        }
        if labels.pending.as_deref() == Some(version) {
            let done = self.client.update_secret_version_stage().secret_id(name).version_stage(PENDING);
            let done = done.remove_from_version_id(version).send().await;
            done.map_err(|error| failed("finishing", name, &error))?;
        }

        Ok(())
    }
}

fn is<E, R>(error: &SdkError<E, R>, kind: impl FnOnce(&E) -> bool) -> bool {
    error.as_service_error().is_some_and(kind)
}

/// The failure of `doing` something about the secret `name`.
fn failed<E: ProvideErrorMetadata, R>(doing: impl Display, name: &str, error: &SdkError<E, R>) -> Error {
    Error::unavailable(format!("{doing} the secret {name} failed: {}", cause(error)))
}
