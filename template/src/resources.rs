//! The template's resources: which of them are there, and which kinds a local stack would get wrong.

use std::collections::BTreeMap;

use crate::Error;
use crate::node::Node;
use crate::scope::Scope;

/// What a resource may say beside its properties. None of the ignored ones changes what a running stack does.
const ATTRIBUTES: [&str; 9] = [
    "Type",
    "Properties",
    "Metadata",
    "Condition",
    "DependsOn",
    "DeletionPolicy",
    "UpdateReplacePolicy",
    "CreationPolicy",
    "UpdatePolicy",
];

/// Kinds that serve requests, feed functions, hold data or grant rights in ways that are not read here.
const REFUSED: [&str; 14] = [
    "AWS::ApiGateway::",
    "AWS::ApiGatewayV2::",
    "AWS::CloudFormation::Stack",
    "AWS::DynamoDB::GlobalTable",
    "AWS::IAM::Policy",
    "AWS::IAM::RolePolicy",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Lambda::Function",
    "AWS::Lambda::Url",
    "AWS::Serverless::Api",
    "AWS::Serverless::Application",
    "AWS::Serverless::Connector",
    "AWS::Serverless::SimpleTable",
    "AWS::Serverless::StateMachine",
];

/// A resource that is there: its condition holds, or it has none.
#[derive(Debug)]
pub(crate) struct Resource<'n> {
    pub(crate) id: &'n str,
    pub(crate) line: usize,
    pub(crate) kind: &'n str,
    /// All of it, the properties being one part.
    pub(crate) node: &'n Node,
}

impl Resource<'_> {
    /// Its properties; an empty map where it has none.
    pub(crate) fn properties(&self) -> Node {
        self.node.get("Properties").cloned().unwrap_or_else(Node::nothing)
    }
}

/// The resources that are there, in the template's order.
pub(crate) fn present<'n>(section: &'n Node, conditions: &BTreeMap<String, bool>) -> Result<Vec<Resource<'n>>, Error> {
    let scope = Scope { parameters: &BTreeMap::new(), conditions: conditions.clone(), tables: BTreeMap::new() };
    let mut resources = Vec::new();
    for entry in section.entries()? {
        let named = |error: Error| error.within(&entry.key);
        entry.value.only(&ATTRIBUTES).map_err(named)?;
        let kind = entry.value.need("Type").and_then(Node::text).map_err(named)?;
        let there = entry.value.get("Condition").map_or(Ok(true), |name| scope.condition(name)).map_err(named)?;
        if !there {
            continue;
        }
        if REFUSED.iter().any(|refused| kind == *refused || (refused.ends_with("::") && kind.starts_with(refused))) {
            return Err(named(Error::at(entry.line, format!("{kind} is not supported"))));
        }
        resources.push(Resource { id: &entry.key, line: entry.line, kind, node: &entry.value });
    }
    Ok(resources)
}
