//! An update and its answer as JSON.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use http::response::Parts;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::{Change, Tells};
use crate::{Error, Item, Refused, Result};

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Asked<'a> {
    table_name: &'a str,
    #[serde(serialize_with = "key")]
    key: (&'a str, &'a AttributeValue),
    condition_expression: &'a str,
    update_expression: &'a str,
    #[serde(serialize_with = "names")]
    expression_attribute_names: &'a [(Cow<'a, str>, Cow<'a, str>)],
    #[serde(serialize_with = "values")]
    expression_attribute_values: &'a [(Cow<'a, str>, AttributeValue)],
    return_values: &'static str,
    return_values_on_condition_check_failure: &'static str,
}

/// The body that asks for `change`.
pub(super) fn request(change: &Change<'_>) -> Result<Vec<u8>> {
    let asked = Asked {
        table_name: change.table,
        key: change.key,
        condition_expression: change.condition,
        update_expression: change.update,
        expression_attribute_names: change.names,
        expression_attribute_values: change.values,
        return_values: if change.tells == Tells::Nothing { "NONE" } else { "ALL_NEW" },
        return_values_on_condition_check_failure: if change.tells == Tells::Either { "ALL_OLD" } else { "NONE" },
    };

    let mut body = Vec::with_capacity(2_048);
    let written = serde_json::to_writer(&mut body, &asked);

    written.map(|()| body).map_err(|error| Error::Fault(format!("an update cannot be written: {error}")))
}

fn key<S: Serializer>((name, value): &(&str, &AttributeValue), to: S) -> std::result::Result<S::Ok, S::Error> {
    to.collect_map([(name, Sent(value))])
}

fn names<S: Serializer>(names: &[(Cow<'_, str>, Cow<'_, str>)], to: S) -> std::result::Result<S::Ok, S::Error> {
    to.collect_map(names.iter().map(|(said, name)| (said, name)))
}

fn values<S: Serializer>(values: &[(Cow<'_, str>, AttributeValue)], to: S) -> std::result::Result<S::Ok, S::Error> {
    to.collect_map(values.iter().map(|(said, value)| (said, Sent(value))))
}

/// A value on its way.
struct Sent<'a>(&'a AttributeValue);

impl Serialize for Sent<'_> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the SDK's enum has a variant that nobody can name")]
    fn serialize<S: Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        let encoded = |blob: &Blob| BASE64.encode(blob);
        match self.0 {
            AttributeValue::S(text) => to.collect_map([("S", text)]),
            AttributeValue::N(number) => to.collect_map([("N", number)]),
            AttributeValue::B(bytes) => to.collect_map([("B", encoded(bytes))]),
            AttributeValue::Bool(flag) => to.collect_map([("BOOL", flag)]),
            AttributeValue::Null(null) => to.collect_map([("NULL", null)]),
            AttributeValue::Ss(texts) => to.collect_map([("SS", texts)]),
            AttributeValue::Ns(numbers) => to.collect_map([("NS", numbers)]),
            AttributeValue::Bs(all) => to.collect_map([("BS", all.iter().map(encoded).collect::<Vec<_>>())]),
            AttributeValue::L(all) => to.collect_map([("L", all.iter().map(Sent).collect::<Vec<_>>())]),
            AttributeValue::M(members) => {
                let members: HashMap<_, _> = members.iter().map(|(name, value)| (name, Sent(value))).collect();
                to.collect_map([("M", members)])
            }
            _ => Err(S::Error::custom("an attribute of a type that nobody knows")),
        }
    }
}

/// A value that came.
#[derive(Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Received {
    S(String),
    N(String),
    B(String),
    Bool(bool),
    Null(bool),
    Ss(Vec<String>),
    Ns(Vec<String>),
    Bs(Vec<String>),
    L(Vec<Received>),
    M(Attributes),
}

impl TryFrom<Received> for AttributeValue {
    type Error = base64::DecodeError;

    fn try_from(received: Received) -> std::result::Result<Self, Self::Error> {
        let decoded = |text: String| BASE64.decode(text).map(Blob::new);

        Ok(match received {
            Received::S(text) => Self::S(text),
            Received::N(number) => Self::N(number),
            Received::B(bytes) => Self::B(decoded(bytes)?),
            Received::Bool(flag) => Self::Bool(flag),
            Received::Null(null) => Self::Null(null),
            Received::Ss(texts) => Self::Ss(texts),
            Received::Ns(numbers) => Self::Ns(numbers),
            Received::Bs(all) => Self::Bs(all.into_iter().map(decoded).collect::<std::result::Result<_, _>>()?),
            Received::L(all) => Self::L(all.into_iter().map(Self::try_from).collect::<std::result::Result<_, _>>()?),
            Received::M(Attributes(members)) => Self::M(members),
        })
    }
}

/// Values by name, as they came.
struct Attributes(HashMap<String, AttributeValue>);

impl<'de> Deserialize<'de> for Attributes {
    fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        from.deserialize_map(Reading)
    }
}

struct Reading;

impl<'de> Visitor<'de> for Reading {
    type Value = Attributes;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("attributes by name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Attributes, A::Error> {
        // A pass has some twenty.
        let mut attributes = HashMap::with_capacity(28);
        while let Some((name, value)) = map.next_entry::<String, Received>()? {
            attributes.insert(name, value.try_into().map_err(A::Error::custom)?);
        }

        Ok(Attributes(attributes))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Made {
    attributes: Option<Attributes>,
}

/// The item in the answer to an update that was made.
pub(super) fn made(body: &[u8]) -> Result<Item> {
    let unreadable = |error| Error::Unavailable(format!("an answer that cannot be read: {error}"));
    let Made { attributes } = serde_json::from_slice(body).map_err(unreadable)?;

    Ok(attributes.map(|Attributes(attributes)| Item::from(attributes)).unwrap_or_default())
}

/// What an answer is called, whatever else is in it.
#[derive(Default, Deserialize)]
struct Called {
    #[serde(rename = "__type")]
    kind: Option<String>,
}

/// The item that a condition did not hold for.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Unfit {
    item: Option<Attributes>,
}

/// What an answer says that is no success.
pub(super) fn refused(parts: &Parts, body: &[u8]) -> Refused {
    // Whatever cannot be read tells nothing: it was cut short, or came from somebody else.
    let Called { kind } = serde_json::from_slice(body).unwrap_or_default();
    let header = parts.headers.get("x-amzn-errortype").and_then(|kind| kind.to_str().ok());
    // `com.amazonaws.dynamodb.v20120810#ThrottlingException:http://…`
    let kind = header.or(kind.as_deref()).unwrap_or_default().split(':').next().unwrap_or_default();
    let kind = kind.rsplit('#').next().unwrap_or_default();
    match kind {
        "ConditionalCheckFailedException" => match serde_json::from_slice(body) {
            Ok(Unfit { item }) => Refused::Condition(item.map(|Attributes(attributes)| Item::from(attributes))),
            Err(error) => Refused::Failed(Error::Unavailable(format!("an item that cannot be read: {error}"))),
        },
        "TransactionConflictException" => Refused::Conflict,
        _ => {
            let told: Value = serde_json::from_slice(body).unwrap_or_default();
            let message = ["message", "Message"].into_iter().find_map(|name| told.get(name)?.as_str());
            let message = message.unwrap_or_default();
            Refused::Failed(Error::answered(parts.status.as_u16(), (kind, message), Some(body)))
        }
    }
}
