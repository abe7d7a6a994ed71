//! Things that are kept as one piece of JSON, and written only over what was read.

use aws_sdk_dynamodb::types::Put;
use dynamodb::{Condition, Conditional as _, Error, Item, Refused, Result, SCHEMA, Tries, number, text};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::keys::Replaced;
use super::warrant::Warrant;
use super::{Attributes, Keys, attributes};
use crate::registry::audit::Entry;

/// The version of the layout of these items.
pub(super) const LAYOUT: i64 = 1;

/// What is remembered, as it was read: it is written only over what was read.
#[derive(Clone, Debug, Default)]
pub struct Remembered<T> {
    /// It; the default where there is none yet.
    pub value: T,
    version: Option<i64>,
}

impl<T> Remembered<T> {
    /// `value`, to be written over what was read.
    #[must_use]
    pub fn with(&self, value: T) -> Self {
        Self { value, version: self.version }
    }

    /// The same, as it would be read once it is written.
    #[must_use]
    pub(super) fn read_again(self) -> Self {
        Self { version: Some(self.version().saturating_add(1)), ..self }
    }

    /// The number of the last change to it, as it was read; 0 where there is nothing yet.
    pub fn version(&self) -> i64 {
        self.version.unwrap_or_default()
    }

    /// Whether there was anything.
    pub const fn is_there(&self) -> bool {
        self.version.is_some()
    }
}

impl<T: Default + DeserializeOwned> Remembered<T> {
    pub(super) fn read(item: Option<Item>) -> Result<Self> {
        let Some(mut item) = item else { return Ok(Self::default()) };
        item.schema(LAYOUT)?;

        Ok(Self { value: json(&mut item, "state")?, version: Some(item.need("version", Item::number)?) })
    }
}

impl<T: Serialize> Remembered<T> {
    /// The condition that it is as it was read.
    pub(super) fn as_read(&self) -> Condition {
        self.version.map_or_else(super::is_new, super::read_as)
    }

    pub(super) fn item(&self, key: Attributes) -> Result<Attributes> {
        let mut item = key;
        item.extend(attributes([
            ("state", Some(text(written(&self.value)?))),
            ("version", Some(number(self.version().saturating_add(1)))),
            (SCHEMA, Some(number(LAYOUT))),
        ]));

        Ok(item)
    }
}

pub(super) fn json<T: DeserializeOwned>(item: &mut Item, name: &str) -> Result<T> {
    let text = item.need(name, Item::text)?;

    serde_json::from_str(&text).map_err(|error| unreadable(name, &error))
}

/// The place of `item`, for the log.
pub(super) fn named(item: &Attributes) -> String {
    let of = |name: &str| item.get(name).and_then(|value| value.as_s().ok()).map_or("?", String::as_str);

    format!("{} {}", of("pk"), of("sk"))
}

pub(super) fn unreadable(name: &str, error: &serde_json::Error) -> Error {
    Error::Fault(format!("the attribute {name} cannot be read: {error}"))
}

pub(super) fn written<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::Fault(format!("something cannot be written: {error}")))
}

pub(super) fn place(pk: impl Into<String>, sk: impl Into<String>) -> Attributes {
    attributes([("pk", Some(text(pk.into()))), ("sk", Some(text(sk.into())))])
}

/// Whether the only condition of a call was true.
pub(super) fn is_written<T, E>(outcome: std::result::Result<T, E>) -> Result<bool>
where
    Refused: From<E>,
{
    match outcome.map_err(Refused::from) {
        Ok(_) => Ok(true),
        Err(Refused::Condition(_)) => Ok(false),
        Err(Refused::Conflict) => Err(Error::Contended),
        Err(Refused::Failed(error)) => Err(error),
    }
}

impl Keys {
    /// What is remembered in the item of this `key`.
    pub(super) async fn remembered<T: Default + DeserializeOwned>(&self, key: Attributes) -> Result<Remembered<T>> {
        let request = self.client.get_item().table_name(&self.table).set_key(Some(key)).consistent_read(true);

        Remembered::read(request.send().await?.item.map(Item::from))
    }

    /// Writes `memory` into the item of this `key` over what was read, as the change in `entry`.
    pub(super) async fn put_remembered<T: Serialize>(
        &self,
        key: Attributes,
        memory: &Remembered<T>,
        warrant: Warrant<'_>,
        entry: &Entry,
        tries: &mut Tries,
    ) -> Result<Replaced> {
        let put = Put::builder().table_name(&self.table).set_item(Some(memory.item(key)?)).when(memory.as_read());
        let transaction = self.transaction().with("memory", put.build()?);
        let transaction = warrant.sealed(self, transaction, None, entry)?;

        Ok(Replaced::by(&transaction.commit(tries).await?))
    }
}
