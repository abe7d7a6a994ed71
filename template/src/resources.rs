//! The template's resources: which of them are there, and which kinds are read, passed over or refused.

use std::collections::{BTreeMap, BTreeSet};

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

/// An HTTP API.
pub(crate) const API: &str = "AWS::Serverless::HttpApi";

/// An event bus.
pub(crate) const EVENT_BUS: &str = "AWS::Events::EventBus";

/// A function.
pub(crate) const FUNCTION: &str = "AWS::Serverless::Function";

/// A policy that several functions share.
pub(crate) const POLICY: &str = "AWS::IAM::ManagedPolicy";

/// A secret.
pub(crate) const SECRET: &str = "AWS::SecretsManager::Secret";

/// A table.
pub(crate) const TABLE: &str = "AWS::DynamoDB::Table";

/// Kinds that are read.
const READ: [&str; 6] = [API, EVENT_BUS, FUNCTION, POLICY, SECRET, TABLE];

/// Kinds that are passed over, because they change no answer to a request: they watch, they keep what was logged, they
/// tell somebody, or they let others call what is here.
const WITHOUT_EFFECT: [&str; 9] = [
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::CompositeAlarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::Lambda::Permission",
    "AWS::Logs::LogGroup",
    "AWS::Logs::MetricFilter",
    "AWS::Logs::ResourcePolicy",
    "AWS::SNS::Subscription",
    "AWS::SNS::Topic",
];

/// A resource that is there: its condition holds, or it has none.
#[derive(Debug)]
pub(crate) struct Resource<'n> {
    pub(crate) id: &'n str,
    pub(crate) line: usize,
    pub(crate) kind: &'n str,
    /// All of it; the properties are one part.
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
    let (tables, by_id) = (BTreeMap::new(), BTreeSet::new());
    let scope = Scope { parameters: &BTreeMap::new(), conditions: conditions.clone(), tables, by_id };
    let mut resources = Vec::new();
    for entry in section.entries()? {
        let named = |error: Error| error.within(&entry.key);
        entry.value.only(&ATTRIBUTES).map_err(named)?;
        let kind = entry.value.need("Type").and_then(Node::text).map_err(named)?;
        let there = entry.value.get("Condition").map_or(Ok(true), |name| scope.condition(name)).map_err(named)?;
        if !there {
            continue;
        }
        // It may serve requests, feed functions, hold data or grant rights, in ways that are not known here.
        if !READ.contains(&kind) && !WITHOUT_EFFECT.contains(&kind) {
            return Err(named(Error::at(entry.line, format!("{kind} is not supported"))));
        }
        resources.push(Resource { id: &entry.key, line: entry.line, kind, node: &entry.value });
    }
    Ok(resources)
}
