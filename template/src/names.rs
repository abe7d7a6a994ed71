//! The names that a part of a template mentions: of parameters, conditions and resources.

use std::collections::BTreeSet;

use crate::node::{Node, Value};

/// The names that `node` mentions: by `!Ref`, `!GetAtt` and `!Sub`, as the condition of an `!If` or a resource, or among what a
/// resource depends on. Of `Table.Arn` it is the first part.
pub(crate) fn mentioned(node: &Node) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    collect(node, &mut found);

    found
}

/// The names that `section` mentions for each of `names` that is an entry of it, and for those again: with `names`.
pub(crate) fn behind<'n>(names: BTreeSet<&'n str>, section: &'n Node) -> BTreeSet<&'n str> {
    let mut all = names;
    loop {
        let more: Vec<_> = all.iter().filter_map(|name| section.get(name)).flat_map(mentioned).collect();
        let before = all.len();
        all.extend(more);
        if all.len() == before {
            return all;
        }
    }
}

fn collect<'n>(node: &'n Node, found: &mut BTreeSet<&'n str>) {
    match &node.value {
        Value::Null | Value::Text(_) => {}
        Value::List(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Map(entries) => {
            for entry in entries {
                if ["Condition", "DependsOn"].contains(&entry.key.as_str()) {
                    found.extend(texts(&entry.value));
                }
                collect(&entry.value, found);
            }
        }
        Value::Call { function, argument } => {
            match function.as_str() {
                "Ref" | "GetAtt" | "Condition" | "If" => found.extend(texts(argument).take(1).map(first_part)),
                "Sub" => found.extend(texts(argument).take(1).flat_map(placeholders)),
                _ => {}
            }
            collect(argument, found);
        }
    }
}

fn texts(node: &Node) -> impl Iterator<Item = &str> {
    node.one_or_more().iter().filter_map(|node| node.text().ok())
}

fn first_part(path: &str) -> &str {
    path.split('.').next().unwrap_or_default()
}

/// The names in a text for `!Sub`: of `${Table.Arn}/${!literal}` only `Table`.
fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    let inside = text.split("${").skip(1).filter_map(|rest| rest.split_once('}'));

    inside.map(|(name, _)| first_part(name)).filter(|name| !name.starts_with('!'))
}
