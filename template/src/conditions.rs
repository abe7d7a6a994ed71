//! The template's `Conditions`: each is true or false once the parameters are known.

use std::collections::{BTreeMap, BTreeSet};

use crate::Error;
use crate::node::{Node, Value};
use crate::scope::Scope;

/// Deeper than any template nests its conditions; only a circle gets there.
const DEEPEST: usize = 32;

/// The value of every condition.
pub(crate) fn evaluate(section: &Node, parameters: &BTreeMap<String, String>) -> Result<BTreeMap<String, bool>, Error> {
    let (conditions, tables, by_id) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
    let scope = Scope { parameters, conditions, tables, by_id };
    let conditions = Conditions { section, scope };
    section
        .entries()?
        .iter()
        .map(|entry| {
            let holds = conditions.holds(&entry.value, DEEPEST).map_err(|error| error.within(&entry.key))?;
            Ok((entry.key.clone(), holds))
        })
        .collect()
}

struct Conditions<'a> {
    section: &'a Node,
    scope: Scope<'a>,
}

impl Conditions<'_> {
    fn holds(&self, node: &Node, depth: usize) -> Result<bool, Error> {
        let depth = depth.checked_sub(1).ok_or_else(|| Error::at(node.line, "conditions that need each other"))?;
        let (function, argument) = match &node.value {
            Value::Call { function, argument } => (function.as_str(), argument.as_ref()),
            Value::Map(entries) => match entries.as_slice() {
                [entry] if entry.key == "Condition" => ("Condition", &entry.value),
                _ => return Err(Error::at(node.line, "not a condition")),
            },
            Value::Null | Value::Text(_) | Value::List(_) => return Err(Error::at(node.line, "not a condition")),
        };
        match (function, argument.one_or_more()) {
            ("Condition", [name]) => {
                let text = name.text()?;
                let other = self
                    .section
                    .get(text)
                    .ok_or_else(|| Error::at(name.line, format!("there is no condition {text}")))?;
                self.holds(other, depth)
            }
            ("Equals", [one, other]) => Ok(self.scope.text(one)? == self.scope.text(other)?),
            ("Not", [inner]) => Ok(!self.holds(inner, depth)?),
            // All are looked at, so that a mistake shows whatever the parameters are.
            ("And", all) => all.iter().try_fold(true, |so_far, inner| Ok(self.holds(inner, depth)? && so_far)),
            ("Or", all) => all.iter().try_fold(false, |so_far, inner| Ok(self.holds(inner, depth)? || so_far)),
            ("Equals" | "Not" | "Condition", _) => {
                Err(Error::at(node.line, format!("wrong number of arguments for !{function}")))
            }
            _ => Err(Error::at(node.line, format!("!{function} is not a condition"))),
        }
    }
}
