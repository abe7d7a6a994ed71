//! The `AWS::DynamoDB::Table` resources.

use crate::node::Node;
use crate::resources::Resource;
use crate::scope::Scope;
use crate::{Error, KeyAttribute, KeyKind, Table};

/// The properties that are read, and those that make no difference to requests. Indexes are refused: they would be
/// missing.
const KNOWN: [&str; 16] = [
    "AttributeDefinitions",
    "BillingMode",
    "ContributorInsightsSpecification",
    "DeletionProtectionEnabled",
    "KeySchema",
    "KinesisStreamSpecification",
    "OnDemandThroughput",
    "PointInTimeRecoverySpecification",
    "ProvisionedThroughput",
    "SSESpecification",
    "StreamSpecification",
    "TableClass",
    "TableName",
    "Tags",
    "TimeToLiveSpecification",
    "WarmThroughput",
];

/// The table's name: the one that it is given, or else its logical id.
pub(crate) fn name(resource: &Resource<'_>, scope: &Scope<'_>) -> Result<String, Error> {
    let given = scope.get(&resource.properties(), "TableName").map_err(|error| error.within(resource.id))?;
    match given {
        Some(name) => name.text().map(str::to_owned).map_err(|error| error.within(resource.id)),
        None => Ok(resource.id.to_owned()),
    }
}

pub(crate) fn read(resource: &Resource<'_>, name: &str, scope: &Scope<'_>) -> Result<Table, Error> {
    let read = || {
        let properties = resource.properties();
        properties.only(&KNOWN)?;
        let missing = |key: &str| Error::at(resource.line, format!("{key} is missing"));
        let schema = scope.get(&properties, "KeySchema")?.ok_or_else(|| missing("KeySchema"))?;
        let definitions =
            scope.get(&properties, "AttributeDefinitions")?.ok_or_else(|| missing("AttributeDefinitions"))?;
        let partition_key =
            key(&schema, &definitions, "HASH")?.ok_or_else(|| Error::at(schema.line, "KeySchema has no HASH key"))?;
        let sort_key = key(&schema, &definitions, "RANGE")?;
        if let Some(unused) = unused(&definitions, &partition_key, sort_key.as_ref())? {
            return Err(unused);
        }
        let ttl_attribute = match scope.get(&properties, "TimeToLiveSpecification")? {
            Some(ttl) if ttl.need("Enabled")?.bool()? => Some(ttl.need("AttributeName")?.text()?.to_owned()),
            Some(_) | None => None,
        };
        Ok(Table { name: name.to_owned(), partition_key, sort_key, ttl_attribute })
    };
    read().map_err(|error: Error| error.within(resource.id))
}

fn key(schema: &Node, definitions: &Node, role: &str) -> Result<Option<KeyAttribute>, Error> {
    for element in schema.list()? {
        if element.need("KeyType")?.text()? != role {
            continue;
        }
        let name = element.need("AttributeName")?;
        let text = name.text()?;
        for definition in definitions.list()? {
            if definition.need("AttributeName")?.text()? == text {
                let kind = definition.need("AttributeType")?;
                let kind = match kind.text()? {
                    "S" => KeyKind::S,
                    "N" => KeyKind::N,
                    "B" => KeyKind::B,
                    other => return Err(Error::at(kind.line, format!("unknown attribute type {other}"))),
                };
                return Ok(Some(KeyAttribute { name: text.to_owned(), kind }));
            }
        }
        return Err(Error::at(name.line, format!("AttributeDefinitions lacks {text}")));
    }
    Ok(None)
}

/// `DynamoDB` takes no definition of an attribute that is in no key.
fn unused(
    definitions: &Node,
    partition_key: &KeyAttribute,
    sort_key: Option<&KeyAttribute>,
) -> Result<Option<Error>, Error> {
    for definition in definitions.list()? {
        let name = definition.need("AttributeName")?.text()?;
        if name != partition_key.name && sort_key.is_none_or(|key| name != key.name) {
            return Ok(Some(Error::at(definition.line, format!("AttributeDefinitions has {name}, which no key uses"))));
        }
    }
    Ok(None)
}
