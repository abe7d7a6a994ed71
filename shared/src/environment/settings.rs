//! A function's settings, from its environment, which no other module of this crate reads. The template sets every variable but those
//! that lead to an emulator.

use std::collections::BTreeMap;
use std::env;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The settings of a function.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `CONTRACT`: a contract's name or path.
    pub contract: String,
    /// `REFERENCE_API`: which reference API the stack has, where the function must know.
    pub reference_api: Option<String>,
    /// `STAGE`: what the stack is for.
    pub stage: Stage,
    /// `KEYS_TABLE`: the authority.
    pub keys_table: String,
    /// `COUNTERS_TABLE`: the passes.
    pub counters_table: String,
    /// `USAGE_TABLE`: what became of requests.
    pub usage_table: String,
    /// `EVENTS_TABLE`: events that are to be handed on.
    pub events_table: String,
    /// `USAGE_RETENTION_DAYS`: how long a day's usage is kept.
    pub usage_retention_days: u32,
    /// `REFERENCE_TABLE`: the data of the reference APIs, where a stack has them.
    pub reference_table: Option<String>,
    /// `PORTAL`: whether the stack has the pages that its contract describes; `None` where the contract decides.
    pub has_portal: Option<bool>,
    /// `PORTAL_URL`: where they are, `https://keys.example.com`, if not where the API is.
    pub portal_url: Option<String>,
    /// `AUTHORIZER_TELLS`: the ids of the APIs to which the authorizer hands on refused requests.
    pub told_apis: Vec<String>,
    /// `LOG_REFUSALS`: whether each request that is refused or fails gets a line in the log.
    pub logs_refusals: bool,
    /// `ROTATION`: whether the stack gives keys new secrets by itself, for functions that are told to have it do so.
    pub rotates: bool,
    /// `STORE_TIMEOUT_MS`: how long one call to DynamoDB may take.
    pub store_timeout: Duration,
    /// `TIMEOUT_SECONDS`: how long an invocation may take. Lambda knows this, and tells a function only when that time
    /// is over.
    pub timeout: Duration,
    /// `METRICS_NAMESPACE`: under which name metrics are written to the log, if they are.
    pub metrics_namespace: Option<String>,
    /// `AWS_ENDPOINT_URL_DYNAMODB`: a DynamoDB other than the region's.
    pub dynamodb_endpoint: Option<String>,
}

/// What a stack is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// One machine.
    Local,
    /// Trying things before they matter.
    Staging,
    /// Customers.
    Production,
}

impl Stage {
    /// Every stage.
    pub const ALL: [Self; 3] = [Self::Local, Self::Staging, Self::Production];
}

impl FromStr for Stage {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "local" => Ok(Self::Local),
            "staging" => Ok(Self::Staging),
            "production" => Ok(Self::Production),
            _ => Err(format!("{name:?} is not one of local, staging, production")),
        }
    }
}

/// A variable that is not set, or has an invalid value.
#[derive(Debug)]
pub struct Error(String);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

impl Settings {
    /// Reads the environment.
    ///
    /// # Errors
    /// Names the variable that is missing or wrong.
    pub fn read() -> Result<Self, Error> {
        Ok(Self {
            contract: need("CONTRACT")?,
            reference_api: variable("REFERENCE_API"),
            stage: parsed("STAGE")?,
            keys_table: need("KEYS_TABLE")?,
            counters_table: need("COUNTERS_TABLE")?,
            usage_table: need("USAGE_TABLE")?,
            events_table: need("EVENTS_TABLE")?,
            usage_retention_days: parsed("USAGE_RETENTION_DAYS")?,
            reference_table: variable("REFERENCE_TABLE"),
            has_portal: switch("PORTAL")?,
            portal_url: variable("PORTAL_URL"),
            told_apis: variable("AUTHORIZER_TELLS").iter().flat_map(|ids| ids.split(',')).map(str::to_owned).collect(),
            logs_refusals: switch("LOG_REFUSALS")?.unwrap_or(false),
            rotates: switch("ROTATION")?.unwrap_or(false),
            store_timeout: Duration::from_millis(parsed("STORE_TIMEOUT_MS")?),
            timeout: Duration::from_secs(parsed("TIMEOUT_SECONDS")?),
            metrics_namespace: variable("METRICS_NAMESPACE"),
            dynamodb_endpoint: variable("AWS_ENDPOINT_URL_DYNAMODB"),
        })
    }

    /// The settings that decide which functions the stack has, by their names as parameters of the template.
    pub fn parameters(&self) -> BTreeMap<String, String> {
        let contract = ("Contract".to_owned(), self.contract.clone());
        let reference_api = self.reference_api.clone().map(|api| ("ReferenceApi".to_owned(), api));

        std::iter::once(contract).chain(reference_api).collect()
    }
}

/// Where events go, for the function that hands them on.
#[derive(Clone, Debug)]
pub struct Destinations {
    /// `EVENT_BUS`: the stack's event bus.
    pub event_bus: String,
    /// `ALERT_TOPIC`: the SNS topic for people, if there is one.
    pub alert_topic: Option<String>,
    /// `AWS_ENDPOINT_URL_EVENTBRIDGE`: an EventBridge other than the region's.
    pub eventbridge_endpoint: Option<String>,
    /// `AWS_ENDPOINT_URL_SNS`: an SNS other than the region's.
    pub sns_endpoint: Option<String>,
}

impl Destinations {
    /// Reads the environment.
    ///
    /// # Errors
    /// Names the variable that is missing.
    pub fn read() -> Result<Self, Error> {
        Ok(Self {
            event_bus: need("EVENT_BUS")?,
            alert_topic: variable("ALERT_TOPIC"),
            eventbridge_endpoint: variable("AWS_ENDPOINT_URL_EVENTBRIDGE"),
            sns_endpoint: variable("AWS_ENDPOINT_URL_SNS"),
        })
    }
}

/// What functions need that have to do with webhooks.
#[derive(Clone, Debug)]
pub struct WebhookSettings {
    /// `WEBHOOK_MASTER`: the ARN of the secret that theirs follow from.
    pub master: String,
    /// `WEBHOOK_TEST_HOSTS`: `host:port`s that are allowed, whatever they are, with commas between.
    pub test_hosts: String,
    /// `AWS_ENDPOINT_URL_SECRETS_MANAGER`: a Secrets Manager other than the region's.
    pub secretsmanager_endpoint: Option<String>,
}

impl WebhookSettings {
    /// Reads the environment.
    ///
    /// # Errors
    /// Names the variable that is missing.
    pub fn read() -> Result<Self, Error> {
        Ok(Self {
            master: need("WEBHOOK_MASTER")?,
            test_hosts: variable("WEBHOOK_TEST_HOSTS").unwrap_or_default(),
            secretsmanager_endpoint: secretsmanager_endpoint(),
        })
    }
}

/// `AWS_ENDPOINT_URL_SECRETS_MANAGER`: a Secrets Manager other than the region's, for the function that rotates keys.
pub fn secretsmanager_endpoint() -> Option<String> {
    variable("AWS_ENDPOINT_URL_SECRETS_MANAGER")
}

/// `FORWARD_AUTH_SECRET`: what proxies must show to be answered; `None` where anybody may ask.
pub(crate) fn forward_auth_secret() -> Option<String> {
    variable("FORWARD_AUTH_SECRET")
}

/// `INTROSPECTION_CREDENTIAL`: the `user:secret` of those who may ask about keys; `None` where nobody may.
pub(crate) fn introspection_credential() -> Option<String> {
    variable("INTROSPECTION_CREDENTIAL")
}

/// `GITHUB_KEYS_URL`: where GitHub publishes the keys that it signs messages about leaked keys with; `None` where nobody is to send
/// such messages.
pub fn github_keys_url() -> Option<String> {
    variable("GITHUB_KEYS_URL")
}

/// `AWS_LAMBDA_LOG_LEVEL`: the least severe level that is logged, by Lambda's name for it. It is needed before anything
/// else can fail.
pub(crate) fn log_level() -> Option<String> {
    variable("AWS_LAMBDA_LOG_LEVEL")
}

/// The arguments after `describe` on the command line, if the process was started for that.
pub(crate) fn asked_to_describe() -> Option<Vec<String>> {
    let mut arguments = env::args().skip(1);

    (arguments.next()? == "describe").then(|| arguments.collect())
}

#[expect(clippy::disallowed_methods, reason = "this is the module that keeps this door")]
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

fn need(name: &str) -> Result<String, Error> {
    variable(name).ok_or_else(|| Error(format!("the environment lacks {name}")))
}

/// `on`, `off`, or `from-contract`, which is what it is where nothing is said.
fn switch(name: &str) -> Result<Option<bool>, Error> {
    match variable(name).as_deref() {
        Some("on") => Ok(Some(true)),
        Some("off") => Ok(Some(false)),
        Some("from-contract") | None => Ok(None),
        Some(other) => {
            Err(Error(format!("the environment's {name} is wrong: {other:?} is not one of on, off, from-contract")))
        }
    }
}

fn parsed<T: FromStr<Err: fmt::Display>>(name: &str) -> Result<T, Error> {
    need(name)?.parse().map_err(|error| Error(format!("the environment's {name} is wrong: {error}")))
}
