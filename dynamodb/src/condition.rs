//! Conditions of writes, built from clauses that each bring their own names and values.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::delete_item::builders::DeleteItemFluentBuilder;
use aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_dynamodb::types::builders::{ConditionCheckBuilder, DeleteBuilder, PutBuilder, UpdateBuilder};

/// The condition of a write to an item: all of its clauses must be true.
///
/// An attribute `name` is written `#name`, because nearly every short name is one of DynamoDB's reserved words. Joined
/// conditions share names, which mean the same in all of them, and must not share values.
#[derive(Clone, Debug, Default)]
pub struct Condition {
    clauses: Vec<String>,
    names: Vec<String>,
    values: HashMap<String, AttributeValue>,
}

impl Condition {
    /// The condition `clause`, which uses the attributes `names`.
    pub fn that<'a>(clause: impl Into<String>, names: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            clauses: vec![clause.into()],
            names: names.into_iter().map(str::to_owned).collect(),
            values: HashMap::new(),
        }
    }

    /// The same, with the value that `name`, `:seen`, stands for in it.
    #[must_use]
    pub fn value(mut self, name: impl Into<String>, value: AttributeValue) -> Self {
        self.values.insert(name.into(), value);

        self
    }

    /// Both of them.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.clauses.extend(other.clauses);
        self.names.extend(other.names);
        self.values.extend(other.values);

        self
    }

    /// The expression; `None` where there are no clauses.
    fn expression(&self) -> Option<String> {
        (!self.clauses.is_empty())
            .then(|| self.clauses.iter().map(|clause| format!("({clause})")).collect::<Vec<_>>().join(" AND "))
    }
}

/// A member of a transaction that can have a condition.
pub trait Conditional: Sized {
    /// The same member, carried out only where `condition` is true.
    #[must_use]
    fn when(self, condition: Condition) -> Self;
}

macro_rules! conditional {
    ($($builder:ident),*) => {$(
        impl Conditional for $builder {
            fn when(self, condition: Condition) -> Self {
                let made = self.set_condition_expression(condition.expression());
                let made = condition.names.into_iter().fold(made, |made, name| {
                    made.expression_attribute_names(format!("#{name}"), name)
                });

                condition.values.into_iter().fold(made, |made, (name, value)| made.expression_attribute_values(name, value))
            }
        }
    )*};
}

conditional!(
    ConditionCheckBuilder,
    DeleteBuilder,
    DeleteItemFluentBuilder,
    PutBuilder,
    PutItemFluentBuilder,
    UpdateBuilder,
    UpdateItemFluentBuilder
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number;

    #[test]
    fn a_member_gets_all_clauses_with_what_they_speak_of() {
        let seen = Condition::that("#version = :seen", ["version"]).value(":seen", number(3));
        let open = Condition::that("#status = :open OR #version > :seen", ["status", "version"]);
        let put = PutBuilder::default().table_name("t").item("pk", number(1)).when(seen.and(open)).build().unwrap();
        assert_eq!(put.condition_expression(), Some("(#version = :seen) AND (#status = :open OR #version > :seen)"));
        assert_eq!(put.expression_attribute_names().map(HashMap::len), Some(2));
        assert_eq!(put.expression_attribute_values().map(HashMap::len), Some(1));

        let put = PutBuilder::default().table_name("t").item("pk", number(1)).when(Condition::default());
        let put = put.build().unwrap();
        assert!(put.condition_expression().is_none() && put.expression_attribute_names().is_none());
    }
}
