//! What a function may do: the statements of its policies, as far as they are about tables.

use std::collections::BTreeMap;

use crate::node::{Node, Value};
use crate::resources::Resource;
use crate::scope::{Scope, table_arn};
use crate::{Error, Statement, pattern};

/// AWS's own policies that grant nothing on a table.
const HARMLESS: [&str; 3] = ["AWSLambdaBasicExecutionRole", "AWSXRayDaemonWriteAccess", "AWSXrayWriteOnlyAccess"];

/// The stack's managed policies, by logical id.
pub(crate) type Managed = BTreeMap<String, Vec<Statement>>;

/// The statements of an `AWS::IAM::ManagedPolicy`.
pub(crate) fn managed(resource: &Resource<'_>, scope: &Scope<'_>) -> Result<Vec<Statement>, Error> {
    let properties = resource.properties();
    properties
        .only(&["PolicyDocument", "Description", "ManagedPolicyName", "Path"])
        .and_then(|()| document(properties.need("PolicyDocument")?, scope))
        .map_err(|error| error.within(resource.id))
}

/// The statements of a function's `Policies`.
pub(crate) fn of_function(policies: &Node, managed: &Managed, scope: &Scope<'_>) -> Result<Vec<Statement>, Error> {
    let mut statements = Vec::new();
    for policy in policies.one_or_more() {
        match &policy.value {
            Value::Call { function, argument } if function == "Ref" => {
                let name = argument.text()?;
                let found = managed.get(name).ok_or_else(|| {
                    Error::at(policy.line, format!("{name} is not an AWS::IAM::ManagedPolicy of this stack"))
                })?;
                statements.extend(found.iter().cloned());
            }
            // A choice between policies, or a list of them.
            Value::Call { function, argument } if function == "If" => {
                if let [condition, then, or_else] = argument.one_or_more() {
                    let chosen = if scope.condition(condition)? { then } else { or_else };
                    if !is_no_value(chosen) {
                        statements.extend(of_function(chosen, managed, scope)?);
                    }
                } else {
                    return Err(Error::at(policy.line, "!If takes a condition and two values"));
                }
            }
            Value::Map(_) => statements.extend(document(policy, scope)?),
            Value::Text(name) if HARMLESS.iter().any(|harmless| name.ends_with(harmless)) => {}
            Value::Text(name) => return Err(Error::at(policy.line, format!("policy {name} is not supported"))),
            Value::Call { function, .. } => {
                return Err(Error::at(policy.line, format!("!{function} is not supported")));
            }
            Value::Null | Value::List(_) => return Err(Error::at(policy.line, "not a policy")),
        }
    }
    Ok(statements)
}

fn is_no_value(node: &Node) -> bool {
    match &node.value {
        Value::Call { function, argument } => function == "Ref" && argument.text() == Ok("AWS::NoValue"),
        Value::Null | Value::Text(_) | Value::List(_) | Value::Map(_) => false,
    }
}

fn document(document: &Node, scope: &Scope<'_>) -> Result<Vec<Statement>, Error> {
    document.only(&["Version", "Id", "Statement"])?;
    let mut statements = Vec::new();
    for node in document.need("Statement")?.one_or_more() {
        statements.extend(statement(node, scope)?);
    }
    Ok(statements)
}

/// What a statement says about tables; none if it is about other services only, which are not there locally.
fn statement(node: &Node, scope: &Scope<'_>) -> Result<Option<Statement>, Error> {
    node.only(&["Sid", "Effect", "Action", "Resource"])?;
    let effect = node.need("Effect")?;
    if effect.text()? != "Allow" {
        return Err(Error::at(effect.line, format!("effect {} is not supported", effect.text()?)));
    }
    let mut actions = texts(node.need("Action")?, scope)?;
    actions.retain(|(_, action)| action == "*" || action.to_ascii_lowercase().starts_with("dynamodb:"));
    if actions.is_empty() {
        return Ok(None);
    }

    let mut tables = Vec::new();
    for (line, resource) in texts(node.need("Resource")?, scope)? {
        let before = tables.len();
        tables.extend(scope.tables.values().filter(|table| pattern::matches(&resource, &table_arn(table))).cloned());
        if tables.len() == before {
            return Err(Error::at(line, format!("{resource} is no table of this stack")));
        }
    }
    tables.sort();
    tables.dedup();
    Ok(Some(Statement { actions: actions.into_iter().map(|(_, action)| action).collect(), tables }))
}

fn texts(node: &Node, scope: &Scope<'_>) -> Result<Vec<(usize, String)>, Error> {
    let settled = scope.settle(node)?.unwrap_or_else(Node::nothing);
    settled.one_or_more().iter().map(|item| Ok((item.line, item.text()?.to_owned()))).collect()
}
