//! A conditional update in the making.

use std::borrow::Cow;
use std::collections::HashMap;

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use dynamodb::{AttributeValue, number};

use crate::store::Attributes;

/// A conditional update in the making: each attribute and each value goes by its own name.
#[derive(Debug, Default)]
pub(super) struct Draft {
    clauses: Vec<String>,
    set: Vec<String>,
    add: Vec<String>,
    remove: Vec<String>,
    names: HashMap<String, String>,
    values: Attributes,
}

/// One that is done: what stands for a name or a value is there once.
#[derive(Debug)]
pub(super) struct Drafted<'a> {
    pub(super) condition: Cow<'a, str>,
    pub(super) update: Cow<'a, str>,
    pub(super) names: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    pub(super) values: Vec<(Cow<'a, str>, AttributeValue)>,
}

impl Drafted<'_> {
    /// The same as a request of the SDK's.
    pub(super) fn of(self, request: UpdateItemFluentBuilder) -> UpdateItemFluentBuilder {
        let Self { condition, update, names, values } = self;
        let names = names.into_iter().map(|(said, name)| (said.into_owned(), name.into_owned())).collect();
        let values: Attributes = values.into_iter().map(|(said, value)| (said.into_owned(), value)).collect();
        let request = request.condition_expression(condition).update_expression(update);

        // None are as good as no values, which DynamoDB does not take.
        request
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values((!values.is_empty()).then_some(values))
    }
}

impl Draft {
    /// How an expression says the attribute `name`: `#name`.
    pub(super) fn name(&mut self, name: impl Into<String>) -> String {
        let name = name.into();
        let said = format!("#{name}");
        self.names.insert(said.clone(), name);

        said
    }

    /// How an expression says `value`, under this name: `:name`.
    pub(super) fn value(&mut self, name: &str, value: AttributeValue) -> String {
        let said = format!(":{name}");
        self.values.insert(said.clone(), value);

        said
    }

    /// Makes the update only where this holds.
    pub(super) fn require(&mut self, clause: impl Into<String>) {
        self.clauses.push(clause.into());
    }

    /// Makes the update only where the attribute `name` is `value`, or is not there.
    pub(super) fn pin(&mut self, name: &str, value: Option<AttributeValue>) {
        let attribute = self.name(name);
        match value {
            Some(value) => {
                let value = self.value(&format!("seen_{name}"), value);
                self.require(format!("{attribute} = {value}"));
            }
            None => self.require(format!("attribute_not_exists({attribute})")),
        }
    }

    /// Makes the update only where the counter `name` is not there, or not above `room`.
    pub(super) fn require_room(&mut self, name: &str, room: i64) {
        let count = self.name(name);
        let room = self.value(&format!("room_{name}"), number(room));
        self.require(format!("(attribute_not_exists({count}) OR {count} <= {room})"));
    }

    /// Sets the attribute `name`, or removes it where there is no value.
    pub(super) fn set(&mut self, name: &str, value: Option<AttributeValue>) {
        let attribute = self.name(name);
        match value {
            Some(value) => {
                let value = self.value(name, value);
                self.set.push(format!("{attribute} = {value}"));
            }
            None => self.remove.push(attribute),
        }
    }

    /// Adds `value`, as an expression says it, to the attribute `name`.
    pub(super) fn add(&mut self, name: impl Into<String>, value: &str) {
        let attribute = self.name(name);
        self.add.push(format!("{attribute} {value}"));
    }

    /// The update.
    pub(super) fn done(self) -> Drafted<'static> {
        let sections = [("SET", self.set), ("ADD", self.add), ("REMOVE", self.remove)];
        let sections = sections.into_iter().filter(|(_, list)| !list.is_empty());
        let update: Vec<_> = sections.map(|(verb, list)| format!("{verb} {}", list.join(", "))).collect();

        Drafted {
            condition: self.clauses.join(" AND ").into(),
            update: update.join(" ").into(),
            names: self.names.into_iter().map(|(said, name)| (said.into(), name.into())).collect(),
            values: self.values.into_iter().map(|(said, value)| (said.into(), value)).collect(),
        }
    }
}
