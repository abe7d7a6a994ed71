//! The values of the template's names, and of its intrinsic functions.

use std::collections::{BTreeMap, BTreeSet};

use crate::Error;
use crate::node::{Entry, Node, Value};

/// The region that a local stack pretends to be in.
pub(crate) const REGION: &str = "us-east-1";
/// The account that it pretends to be in.
pub(crate) const ACCOUNT: &str = "000000000000";

/// The names that a template's values may refer to.
#[derive(Debug)]
pub(crate) struct Scope<'p> {
    pub(crate) parameters: &'p BTreeMap<String, String>,
    pub(crate) conditions: BTreeMap<String, bool>,
    /// Logical id to table name.
    pub(crate) tables: BTreeMap<String, String>,
    /// The logical ids of resources that are called so, too: event buses and secrets.
    pub(crate) by_id: BTreeSet<String>,
}

impl Scope<'_> {
    /// `node` with every function in it replaced by its value; none for `AWS::NoValue`.
    pub(crate) fn settle(&self, node: &Node) -> Result<Option<Node>, Error> {
        let value = match &node.value {
            Value::Null => Value::Null,
            Value::Text(text) => Value::Text(text.clone()),
            Value::List(items) => {
                let items: Vec<_> = items.iter().map(|item| self.settle(item)).collect::<Result<_, _>>()?;
                Value::List(items.into_iter().flatten().collect())
            }
            Value::Map(entries) => {
                let mut settled = Vec::with_capacity(entries.len());
                for Entry { key, line, value } in entries {
                    if let Some(value) = self.settle(value)? {
                        settled.push(Entry { key: key.clone(), line: *line, value });
                    }
                }
                Value::Map(settled)
            }
            Value::Call { function, argument } => return self.call(node.line, function, argument),
        };
        Ok(Some(Node { line: node.line, value }))
    }

    /// The text that is the value of `node`.
    pub(crate) fn text(&self, node: &Node) -> Result<String, Error> {
        match self.settle(node)? {
            Some(settled) => settled.text().map(str::to_owned),
            None => Err(Error::at(node.line, "expected text, found AWS::NoValue")),
        }
    }

    /// The value of a map's key, if it has one.
    pub(crate) fn get(&self, map: &Node, key: &str) -> Result<Option<Node>, Error> {
        map.get(key).map_or(Ok(None), |node| self.settle(node))
    }

    /// Whether a resource with this `Condition` is there.
    pub(crate) fn condition(&self, name: &Node) -> Result<bool, Error> {
        let name_text = name.text()?;
        self.conditions
            .get(name_text)
            .copied()
            .ok_or_else(|| Error::at(name.line, format!("there is no condition {name_text}")))
    }

    fn call(&self, line: usize, function: &str, argument: &Node) -> Result<Option<Node>, Error> {
        let text = match function {
            "Ref" => match argument.text()? {
                "AWS::NoValue" => return Ok(None),
                name => self.reference(line, name)?,
            },
            "GetAtt" => self.attribute(line, &attribute_path(argument)?)?,
            "Sub" => self.substitute(line, argument)?,
            "Split" => return self.split(line, argument).map(Some),
            "Select" => return self.select(line, argument),
            "If" => {
                return match argument.list()? {
                    [condition, then, or_else] => self.settle(if self.condition(condition)? { then } else { or_else }),
                    _ => Err(Error::at(line, "!If takes a condition and two values")),
                };
            }
            _ => return Err(Error::at(line, format!("!{function} is not supported"))),
        };
        Ok(Some(Node { line, value: Value::Text(text) }))
    }

    /// The parts of a text, by what is between them.
    fn split(&self, line: usize, argument: &Node) -> Result<Node, Error> {
        let [between, whole] = argument.list()? else { return Err(Error::at(line, "!Split takes two texts")) };
        let (between, whole) = (between.text()?, self.text(whole)?);
        let parts = whole.split(between).map(|part| Node { line, value: Value::Text(part.to_owned()) });

        Ok(Node { line, value: Value::List(parts.collect()) })
    }

    /// The member of a list at a place, counted from nought.
    fn select(&self, line: usize, argument: &Node) -> Result<Option<Node>, Error> {
        let [place, list] = argument.list()? else { return Err(Error::at(line, "!Select takes a place and a list")) };
        let list = self.settle(list)?.unwrap_or_else(Node::nothing);
        let member = place.text()?.parse::<usize>().ok().and_then(|place| list.list().ok()?.get(place));

        member.cloned().map(Some).ok_or_else(|| Error::at(line, "!Select: there is no such place in the list"))
    }

    fn reference(&self, line: usize, name: &str) -> Result<String, Error> {
        let pseudo = match name {
            "AWS::Region" => Some(REGION),
            "AWS::AccountId" => Some(ACCOUNT),
            "AWS::StackName" => Some("latchkey"),
            "AWS::Partition" => Some("aws"),
            "AWS::URLSuffix" => Some("amazonaws.com"),
            _ => None,
        };
        pseudo
            .or_else(|| self.parameters.get(name).map(String::as_str))
            .or_else(|| self.tables.get(name).map(String::as_str))
            .or_else(|| self.by_id.get(name).map(String::as_str))
            .map(str::to_owned)
            .ok_or_else(|| {
                Error::at(line, format!("{name} is neither a parameter nor a table or an event bus of this stack"))
            })
    }

    fn attribute(&self, line: usize, path: &str) -> Result<String, Error> {
        path.strip_suffix(".Arn")
            .and_then(|name| self.tables.get(name))
            .map(|table| table_arn(table))
            .ok_or_else(|| Error::at(line, format!("{path} is not the Arn of a table of this stack")))
    }

    fn substitute(&self, line: usize, argument: &Node) -> Result<String, Error> {
        let (pattern, extra) = match &argument.value {
            Value::List(parts) => match parts.as_slice() {
                [pattern, extra] => (pattern.text()?, extra.entries()?),
                _ => return Err(Error::at(line, "!Sub takes a text, or a list of a text and a map")),
            },
            Value::Null | Value::Text(_) | Value::Map(_) | Value::Call { .. } => {
                (argument.text()?, <&[Entry]>::default())
            }
        };
        let mut result = String::new();
        let mut rest = pattern;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, after) =
                after.split_once('}').ok_or_else(|| Error::at(line, format!("unclosed ${{ in {pattern:?}")))?;
            result.push_str(before);
            if let Some(literal) = name.strip_prefix('!') {
                result.push_str("${");
                result.push_str(literal);
                result.push('}');
            } else if let Some(entry) = extra.iter().find(|entry| entry.key == name) {
                result.push_str(&self.text(&entry.value)?);
            } else if name.contains('.') {
                result.push_str(&self.attribute(line, name)?);
            } else {
                result.push_str(&self.reference(line, name)?);
            }
            rest = after;
        }
        result.push_str(rest);
        Ok(result)
    }
}

/// The ARN of a local stack's table.
pub(crate) fn table_arn(table: &str) -> String {
    format!("arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{table}")
}

/// `Table.Arn`, however `!GetAtt` was given it.
fn attribute_path(argument: &Node) -> Result<String, Error> {
    match &argument.value {
        Value::List(parts) => Ok(parts.iter().map(Node::text).collect::<Result<Vec<_>, _>>()?.join(".")),
        Value::Null | Value::Text(_) | Value::Map(_) | Value::Call { .. } => argument.text().map(str::to_owned),
    }
}
