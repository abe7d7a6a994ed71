//! The template's tables, made where they are missing.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType, TableDescription, TableStatus,
    TimeToLiveSpecification,
};
use template::{KeyKind, Table};

use super::{Error, client};

/// How long a table may take to become usable, and how often it is looked at.
const PATIENCE: Duration = Duration::from_secs(30);
const EVERY: Duration = Duration::from_millis(50);

/// Creates the tables that are missing at `endpoint`, turns on the expiry of items where the template does, and waits
/// until every table can be used.
pub async fn create_tables(endpoint: &str, tables: &[Table]) -> Result<(), Error> {
    let client = client::operator(endpoint);
    for table in tables {
        Maker { client: &client, endpoint, table }.make().await?;
    }
    Ok(())
}

struct Maker<'a> {
    client: &'a Client,
    endpoint: &'a str,
    table: &'a Table,
}

impl Maker<'_> {
    async fn make(&self) -> Result<(), Error> {
        let found = self.describe().await?;
        match &found {
            Some(found) => self.check_key(found)?,
            None => self.create().await?,
        }
        self.wait_until_active(found.as_ref()).await?;
        match &self.table.ttl_attribute {
            // DynamoDB refuses to set it again where it is set.
            Some(attribute) if found.is_none() || !self.expires_by(attribute).await? => self.expire_by(attribute).await,
            Some(_) | None => Ok(()),
        }
    }

    /// The table as it is there; none where it is not.
    async fn describe(&self) -> Result<Option<TableDescription>, Error> {
        match self.client.describe_table().table_name(&self.table.name).send().await {
            Ok(output) => Ok(output.table),
            Err(error) if error.code() == Some("ResourceNotFoundException") => Ok(None),
            Err(error) => Err(self.failed("describe", &error)),
        }
    }

    async fn create(&self) -> Result<(), Error> {
        let mut request =
            self.client.create_table().table_name(&self.table.name).billing_mode(BillingMode::PayPerRequest);
        let keys = [(Some(&self.table.partition_key), KeyType::Hash), (self.table.sort_key.as_ref(), KeyType::Range)];
        for (key, role) in keys {
            let Some(key) = key else { continue };
            let element = KeySchemaElement::builder().attribute_name(&key.name).key_type(role).build();
            let definition =
                AttributeDefinition::builder().attribute_name(&key.name).attribute_type(scalar(key.kind)).build();
            request = request
                .key_schema(element.map_err(|error| self.refused("create", &error.to_string()))?)
                .attribute_definitions(definition.map_err(|error| self.refused("create", &error.to_string()))?);
        }
        match request.send().await {
            Ok(_) => Ok(()),
            // Someone else was faster.
            Err(error) if error.code() == Some("ResourceInUseException") => Ok(()),
            Err(error) => Err(self.failed("create", &error)),
        }
    }

    async fn wait_until_active(&self, found: Option<&TableDescription>) -> Result<(), Error> {
        if found.is_some_and(|table| table.table_status == Some(TableStatus::Active)) {
            return Ok(());
        }
        let mut ticks = tokio::time::interval(EVERY);
        let active = async {
            loop {
                ticks.tick().await;
                let status = self.describe().await?.and_then(|table| table.table_status);
                if status == Some(TableStatus::Active) {
                    return Ok(());
                }
            }
        };
        tokio::time::timeout(PATIENCE, active).await.unwrap_or_else(|_| {
            Err(Error::NotActive {
                table: self.table.name.clone(),
                endpoint: self.endpoint.to_owned(),
                seconds: PATIENCE.as_secs(),
            })
        })
    }

    async fn expires_by(&self, attribute: &str) -> Result<bool, Error> {
        let found = self.client.describe_time_to_live().table_name(&self.table.name).send().await;
        let found = found.map_err(|error| self.failed("describe expiry of", &error))?;
        // The attribute is there only where expiry is on, or being turned on.
        Ok(found.time_to_live_description.is_some_and(|ttl| ttl.attribute_name.as_deref() == Some(attribute)))
    }

    async fn expire_by(&self, attribute: &str) -> Result<(), Error> {
        let wanted = TimeToLiveSpecification::builder().enabled(true).attribute_name(attribute).build();
        let wanted = wanted.map_err(|error| self.refused("turn on expiry of", &error.to_string()))?;
        let request = self.client.update_time_to_live().table_name(&self.table.name);
        let set = request.time_to_live_specification(wanted).send().await;
        set.map_err(|error| self.failed("turn on expiry of", &error)).map(drop)
    }

    fn check_key(&self, found: &TableDescription) -> Result<(), Error> {
        let keys = [(Some(&self.table.partition_key), KeyType::Hash), (self.table.sort_key.as_ref(), KeyType::Range)];
        let wanted: Vec<_> = keys.into_iter().filter_map(|(key, role)| Some((key?, role))).collect();
        let wanted: Vec<_> = wanted.iter().map(|(key, role)| words(&key.name, &scalar(key.kind), role)).collect();
        let kind = |name: &str| {
            let definition = found.attribute_definitions().iter().find(|one| one.attribute_name() == name);
            definition.map_or_else(|| ScalarAttributeType::from("?"), |one| one.attribute_type().clone())
        };
        let schema = found.key_schema().iter();
        let found: Vec<_> =
            schema.map(|key| words(key.attribute_name(), &kind(key.attribute_name()), key.key_type())).collect();
        if found == wanted {
            return Ok(());
        }
        Err(Error::OtherKey {
            table: self.table.name.clone(),
            endpoint: self.endpoint.to_owned(),
            found: found.join(", "),
            wanted: wanted.join(", "),
        })
    }

    fn failed<E>(&self, action: &'static str, error: &SdkError<E>) -> Error
    where
        E: std::error::Error + ProvideErrorMetadata + 'static,
    {
        match error.code() {
            Some(code) => self.refused(action, &format!("{code}: {}", error.message().unwrap_or_default())),
            None => Error::Unreachable { endpoint: self.endpoint.to_owned(), reason: root(error) },
        }
    }

    fn refused(&self, action: &'static str, reason: &str) -> Error {
        Error::Table {
            action,
            table: self.table.name.clone(),
            endpoint: self.endpoint.to_owned(),
            reason: reason.to_owned(),
        }
    }
}

/// The text of an error's innermost cause: the others only say that something went wrong.
fn root(error: &dyn std::error::Error) -> String {
    std::iter::successors(Some(error), |error| error.source()).last().map(ToString::to_string).unwrap_or_default()
}

/// One attribute of a key, as an error shows it: `pk S HASH`.
fn words(name: &str, kind: &ScalarAttributeType, role: &KeyType) -> String {
    format!("{name} {kind} {role}")
}

fn scalar(kind: KeyKind) -> ScalarAttributeType {
    match kind {
        KeyKind::S => ScalarAttributeType::S,
        KeyKind::N => ScalarAttributeType::N,
        KeyKind::B => ScalarAttributeType::B,
    }
}
