//! What a change does to the register, and the update that does it.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::Update;
use dynamodb::{AttributeValue, Result, number, text};

use super::{COURSES_MOST, GONE, LIST, LISTS_MOST, SORT};
use crate::Id;
use crate::academy::change::Change;
use crate::academy::store::{Academy, Attributes};

/// The most lists that a condition names. With more, the condition is the register's version.
const MOST_NAMED: usize = 50;

/// What a change does to the register.
#[derive(Debug, Default)]
pub(in crate::academy) struct Tally<'a> {
    /// How many students more.
    pub(in crate::academy) students: i64,
    /// How many students there may be then.
    pub(in crate::academy) students_most: Option<i64>,
    /// How many courses more.
    pub(in crate::academy) courses: i64,
    /// Lists that must exist, and how many members more each has.
    pub(in crate::academy) members: Vec<(Id, i64)>,
    /// A list that is made.
    pub(in crate::academy) opened: Option<Id>,
    /// A list that goes.
    pub(in crate::academy) closed: Option<Id>,
    /// The version that the register was read with.
    pub(in crate::academy) version: i64,
    /// The change to carry out afterwards, planned for that very version.
    pub(in crate::academy) change: Option<&'a Change>,
    /// The change under way that this calls off, or a part of it. What is left of it is `change`.
    pub(in crate::academy) instead_of: Option<&'a Change>,
}

/// An update's expressions while they are put together.
#[derive(Debug, Default)]
pub(super) struct Expressions {
    pub(super) names: HashMap<String, String>,
    pub(super) values: Attributes,
    pub(super) conditions: Vec<String>,
    set: Vec<String>,
    add: Vec<String>,
    pub(super) remove: Vec<String>,
}

impl Expressions {
    pub(super) fn name(&mut self, short: &str, name: impl Into<String>) {
        self.names.insert(format!("#{short}"), name.into());
    }

    pub(super) fn value(&mut self, short: &str, value: AttributeValue) {
        self.values.insert(format!(":{short}"), value);
    }

    fn count(&mut self, name: &str, more: i64) {
        if more != 0 {
            self.name(name, name);
            self.value(name, number(more));
            self.add.push(format!("#{name} :{name}"));
        }
    }

    pub(super) fn update(self, academy: &Academy) -> Result<Update> {
        let clause = |verb: &str, parts: &[String]| {
            if parts.is_empty() { String::new() } else { format!("{verb} {} ", parts.join(", ")) }
        };
        let update = [clause("SET", &self.set), clause("ADD", &self.add), clause("REMOVE", &self.remove)].concat();

        Ok(Update::builder()
            .table_name(&academy.table.name)
            .set_key(Some(academy.key(SORT)))
            .update_expression(update.trim_end())
            .condition_expression(self.conditions.join(" AND "))
            .set_expression_attribute_names(Some(self.names))
            .set_expression_attribute_values((!self.values.is_empty()).then_some(self.values))
            .build()?)
    }
}

impl Tally<'_> {
    pub(super) fn expressions(&self) -> Result<Expressions> {
        let mut made = Expressions::default();
        self.put_change(&mut made)?;
        made.count("version", 1);
        made.count("students", self.students);
        made.count("courses", self.courses);
        if let Some(most) = self.students_most.filter(|_| self.students > 0) {
            made.value("room", number(most.saturating_sub(self.students)));
            made.conditions.push("(attribute_not_exists(#students) OR #students <= :room)".to_owned());
        }
        if self.courses > 0 {
            made.value("courses_most", number(COURSES_MOST));
            made.conditions.push("(attribute_not_exists(#courses) OR #courses < :courses_most)".to_owned());
        }
        self.count_members(&mut made);
        if let Some(list) = self.opened {
            made.count("lists", 1);
            made.name("opened", format!("{LIST}{list}"));
            made.value("none", number(0));
            made.set.push("#opened = :none".to_owned());
            made.value("lists_most", number(LISTS_MOST));
            made.conditions.push("(attribute_not_exists(#lists) OR #lists < :lists_most)".to_owned());
        }
        if let Some(list) = self.closed {
            made.count("lists", -1);
            made.name("closed", format!("{LIST}{list}"));
            made.remove.push("#closed".to_owned());
            made.conditions.push("attribute_exists(#closed)".to_owned());
            made.name("gone", format!("{GONE}{list}"));
            made.value("gone", number(1));
            made.set.push("#gone = :gone".to_owned());
        }

        Ok(made)
    }

    /// No change is under way, or the one that this is about; and which one is afterwards.
    fn put_change(&self, made: &mut Expressions) -> Result<()> {
        made.name("change_id", "change_id");
        match self.instead_of {
            None => made.conditions.push("attribute_not_exists(#change_id)".to_owned()),
            Some(before) => {
                made.value("before", text(before.id.to_string()));
                made.conditions.push("#change_id = :before".to_owned());
                made.name("called_off", "called_off");
                made.value("called_off", text(before.begun_as().to_string()));
                made.set.push("#called_off = :called_off".to_owned());
            }
        }
        match (self.change, self.instead_of) {
            (Some(change), _) => {
                made.name("change", "change");
                made.value("change", text(change.write()?));
                made.value("change_id", text(change.id.to_string()));
                made.set.extend(["#change = :change".to_owned(), "#change_id = :change_id".to_owned()]);
            }
            (None, Some(_)) => {
                made.name("change", "change");
                made.remove.extend(["#change".to_owned(), "#change_id".to_owned()]);
            }
            (None, None) => (),
        }

        Ok(())
    }

    /// The lists exist, and have so many members more. While a change is under way, none can go.
    fn count_members(&self, made: &mut Expressions) {
        let by_version = self.change.is_some() || self.members.len() > MOST_NAMED;
        if by_version && self.instead_of.is_none() {
            made.value("read", number(self.version));
            made.conditions.push("#version = :read".to_owned());
        }
        for (place, (list, more)) in self.members.iter().enumerate() {
            let short = format!("l{place}");
            made.name(&short, format!("{LIST}{list}"));
            made.value(&format!("m{more}").replace('-', "n"), number(*more));
            made.add.push(format!("#{short} :m{more}").replace('-', "n"));
            if !by_version {
                made.conditions.push(format!("attribute_exists(#{short})"));
            }
        }
    }
}
