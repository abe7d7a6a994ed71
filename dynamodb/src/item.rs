//! Items: attributes by name, each read as the type that it must have.

use std::collections::HashMap;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;

use crate::{Error, Result};

/// The attribute with the version of the layout that an item was written in.
pub const SCHEMA: &str = "schema";

/// An item as DynamoDB returned it.
///
/// Every reader takes the attribute out. An attribute of another type than asked for is a fault: somebody else wrote to
/// the table.
#[derive(Debug, Default)]
pub struct Item(HashMap<String, AttributeValue>);

impl From<HashMap<String, AttributeValue>> for Item {
    fn from(attributes: HashMap<String, AttributeValue>) -> Self {
        Self(attributes)
    }
}

impl Item {
    /// The attribute `name`, which must be there.
    pub fn need<T>(&mut self, name: &str, read: impl FnOnce(&mut Self, &str) -> Result<Option<T>>) -> Result<T> {
        read(self, name)?.ok_or_else(|| Error::Fault(format!("an item lacks the attribute {name}")))
    }

    /// A string; `None` also where it is null.
    pub fn text(&mut self, name: &str) -> Result<Option<String>> {
        match self.0.remove(name) {
            None | Some(AttributeValue::Null(_)) => Ok(None),
            Some(AttributeValue::S(value)) => Ok(Some(value)),
            Some(_) => Err(wrong_type(name)),
        }
    }

    /// A whole number.
    pub fn number(&mut self, name: &str) -> Result<Option<i64>> {
        match self.0.remove(name) {
            None => Ok(None),
            Some(AttributeValue::N(value)) => {
                value.parse().ok().map_or_else(|| Err(wrong_type(name)), |value| Ok(Some(value)))
            }
            Some(_) => Err(wrong_type(name)),
        }
    }

    /// Bytes.
    pub fn bytes(&mut self, name: &str) -> Result<Option<Vec<u8>>> {
        match self.0.remove(name) {
            None => Ok(None),
            Some(AttributeValue::B(value)) => Ok(Some(value.into_inner())),
            Some(_) => Err(wrong_type(name)),
        }
    }

    /// A set of strings. Where there is none it is the empty set, which DynamoDB cannot hold.
    pub fn text_set(&mut self, name: &str) -> Result<Vec<String>> {
        match self.0.remove(name) {
            None => Ok(Vec::new()),
            Some(AttributeValue::Ss(values)) => Ok(values),
            Some(_) => Err(wrong_type(name)),
        }
    }

    /// A list of strings, in its order; empty where there is none.
    pub fn text_list(&mut self, name: &str) -> Result<Vec<String>> {
        self.list(name, |value| if let AttributeValue::S(text) = value { Some(text) } else { None })
    }

    /// A list of bytes, in its order; empty where there is none.
    pub fn bytes_list(&mut self, name: &str) -> Result<Vec<Vec<u8>>> {
        self.list(name, |value| if let AttributeValue::B(bytes) = value { Some(bytes.into_inner()) } else { None })
    }

    fn list<T>(&mut self, name: &str, read: impl Fn(AttributeValue) -> Option<T>) -> Result<Vec<T>> {
        match self.0.remove(name) {
            None => Ok(Vec::new()),
            Some(AttributeValue::L(values)) => {
                values.into_iter().map(|value| read(value).ok_or_else(|| wrong_type(name))).collect()
            }
            Some(_) => Err(wrong_type(name)),
        }
    }

    /// The version of the layout that the item was written in, which is at most `known`; 1 where it does not say.
    ///
    /// # Errors
    /// It was written by a newer function than this one, which would misread it, or drop what it does not know.
    pub fn schema(&mut self, known: i64) -> Result<i64> {
        let schema = self.number(SCHEMA)?.unwrap_or(1);
        if schema <= known {
            return Ok(schema);
        }

        Err(Error::Fault(format!("an item is of schema {schema}, and this function reads up to {known}")))
    }

    /// The map `name`, as an item of its own; an empty one where there is none.
    pub fn map(&mut self, name: &str) -> Result<Self> {
        match self.0.remove(name) {
            None => Ok(Self::default()),
            Some(AttributeValue::M(members)) => Ok(Self(members)),
            Some(_) => Err(wrong_type(name)),
        }
    }

    /// The names of the attributes that have not been read yet, in their order.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = self.0.keys().cloned().collect();
        names.sort_unstable();
        names
    }

    /// The attributes that have not been read yet.
    pub fn rest(self) -> impl Iterator<Item = (String, AttributeValue)> {
        self.0.into_iter()
    }
}

fn wrong_type(name: &str) -> Error {
    Error::Fault(format!("the attribute {name} of an item has another type than it must have"))
}

/// A string attribute.
pub fn text(value: impl AsRef<str>) -> AttributeValue {
    AttributeValue::S(value.as_ref().to_owned())
}

/// A number attribute.
pub fn number(value: impl Into<i64>) -> AttributeValue {
    AttributeValue::N(value.into().to_string())
}

/// A bytes attribute.
pub fn bytes(value: impl Into<Vec<u8>>) -> AttributeValue {
    AttributeValue::B(Blob::new(value.into()))
}

/// A set of strings, or nothing where it is empty.
pub fn text_set<'a>(values: impl IntoIterator<Item = &'a str>) -> Option<AttributeValue> {
    let values: Vec<String> = values.into_iter().map(str::to_owned).collect();
    (!values.is_empty()).then_some(AttributeValue::Ss(values))
}
