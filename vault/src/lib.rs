//! What a stack has in AWS Secrets Manager, whose SDK no other crate of a function knows: its master secret, which the secrets of its webhooks follow
//! from, and new secrets of keys that are rotated. The functions behind the gate do without it.

pub mod rotation;
mod shelf;

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::Builder;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use shared::environment::settings::{self, WebhookSettings};
use shared::registry::error::{Error, Result};
use shared::registry::webhook::{Master, TestHosts};
use tokio::sync::OnceCell;

/// The way to the master secret. It is asked for once a process: who wants another one deploys anew.
#[derive(Debug)]
pub struct Vault {
    client: Client,
    arn: String,
    master: OnceCell<Master>,
    /// Hosts that webhooks may have, whatever they are.
    pub test_hosts: TestHosts,
}

/// The hosts that webhooks may have, whatever they are: for whoever needs no secret, and so no client.
///
/// # Errors
/// The environment names no vault.
pub fn test_hosts() -> Result<TestHosts> {
    let settings = WebhookSettings::read().map_err(Error::failed)?;

    Ok(TestHosts::new(&settings.test_hosts))
}

impl Vault {
    /// The vault that the environment names.
    ///
    /// # Errors
    /// It names none.
    pub fn open() -> std::result::Result<Self, settings::Error> {
        let WebhookSettings { master, test_hosts, secretsmanager_endpoint } = WebhookSettings::read()?;
        let mut config = Builder::from(&connect::config());
        config.set_endpoint_url(secretsmanager_endpoint);

        Ok(Self {
            client: Client::from_conf(config.build()),
            arn: master,
            master: OnceCell::new(),
            test_hosts: TestHosts::new(&test_hosts),
        })
    }

    /// The vault of this process.
    ///
    /// # Errors
    /// The environment names none.
    pub async fn shared() -> Result<&'static Self> {
        static VAULT: OnceCell<Vault> = OnceCell::const_new();

        VAULT.get_or_try_init(async || Self::open()).await.map_err(Error::failed)
    }

    /// The master secret.
    ///
    /// # Errors
    /// Secrets Manager does not answer, or has no such secret.
    pub async fn master(&self) -> Result<&Master> {
        self.master.get_or_try_init(|| self.fetch()).await
    }

    async fn fetch(&self) -> Result<Master> {
        let answer = self.client.get_secret_value().secret_id(&self.arn).send().await;
        let answer = answer
            .map_err(|error| Error::unavailable(format!("the master of webhooks cannot be read: {}", cause(&error))))?;
        let text = answer.secret_string.ok_or_else(|| Error::failed("the master of webhooks is no text"))?;

        Master::new(text).map_err(Error::failed)
    }
}

/// Why a call to Secrets Manager failed. Not the answer itself, which the SDK would show as well: one that it could not read may have a
/// secret in it.
pub(crate) fn cause<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> String {
    let kind = error.to_string();
    let parts = [Some(kind.as_str()), error.code(), error.message()];

    parts.into_iter().flatten().collect::<Vec<_>>().join(": ")
}
