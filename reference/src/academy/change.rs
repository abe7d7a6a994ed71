//! Changes that are too large for one transaction.
//!
//! Such a change is written into the register by the same write that counts it. From then on it has happened. It is
//! carried out in steps. Each step is a transaction that holds only while the change is under way, so a step that comes
//! too late or twice does no harm. A request that meets a change under way carries it out before anything else. A
//! request that is cut short leaves the change to the next one.
//!
//! What DynamoDB refuses for good, whoever asks, must not keep everybody waiting. A step that it refuses is made for one
//! person after the other, and what still cannot be done is called off: the register gives back what it had counted for
//! it, and the change goes on under another id without it.

use std::collections::BTreeMap;

use dynamodb::{Error, Result};
use serde::{Deserialize, Serialize};

use super::index::Index;
use super::store::{Academy, Write};
use super::student::Student;
use crate::{Email, Id, NewIds};

/// A change.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Change {
    pub(super) id: Id,
    /// The id that it began with, where a part of it was called off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    begun_as: Option<Id>,
    pub(super) what: What,
}

/// What it is about.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum What {
    /// People come to a list, and to the academy where they were not.
    Join(Join),
    /// A student leaves the academy, and all lists.
    Leave(Leave),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Join {
    pub(super) list: Id,
    pub(super) at: i64,
    pub(super) people: Vec<Person>,
}

/// Somebody who comes, whose account this is or will be.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Person {
    pub(super) id: Id,
    pub(super) email: Email,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Leave {
    pub(super) student: Id,
    pub(super) joined: i64,
    /// The lists, and since when.
    pub(super) lists: Vec<(Id, i64)>,
}

impl Change {
    pub(super) const fn new(id: Id, what: What) -> Self {
        Self { id, begun_as: None, what }
    }

    /// The id that it began with.
    pub(super) fn begun_as(&self) -> Id {
        self.begun_as.unwrap_or(self.id)
    }

    /// This change with `what` in place of what it was about.
    pub(super) fn with(&self, what: What) -> Self {
        Self { id: NewIds::from(self.id.into()).get(1), begun_as: Some(self.begun_as()), what }
    }

    pub(super) fn read(text: &str) -> Result<Self> {
        serde_json::from_str(text).map_err(|error| Error::Fault(format!("a change cannot be read: {error}")))
    }

    pub(super) fn write(&self) -> Result<String> {
        serde_json::to_string(self).map_err(|error| Error::Fault(format!("a change cannot be written: {error}")))
    }
}

impl Join {
    /// The same, without `person`.
    pub(super) fn without(&self, person: Id) -> Self {
        let people = self.people.iter().filter(|one| one.id != person).cloned().collect();

        Self { people, ..*self }
    }

    /// The writes that add `people`, who are known as `students` or not at all. None for those who are there already.
    pub(super) fn writes(
        &self,
        academy: &Academy,
        people: &[Person],
        students: &mut BTreeMap<Id, Student>,
    ) -> Vec<Write> {
        let mut writes = Vec::new();
        for Person { id, email } in people {
            let known = students.remove(id);
            let mut student = known.unwrap_or_else(|| Student::new(*id, email.clone()));
            if student.lists.contains_key(&self.list) {
                continue;
            }
            if student.version == 0 {
                writes.push(student.claim(academy));
            }
            if student.joined.is_none() {
                student.join(email.clone(), self.at);
                writes.push(Index::Students.add(academy, *id, self.at));
            }
            student.lists.insert(self.list, self.at);
            writes.push(Index::Members(self.list).add(academy, *id, self.at));
            writes.push(student.put(academy));
        }
        writes
    }
}

impl Leave {
    /// The writes that remove the student and all that is theirs, except the places on lists. None if they are gone
    /// already.
    pub(super) fn writes(&self, academy: &Academy, student: Student) -> Vec<Write> {
        let mut student = student;
        if student.joined != Some(self.joined) {
            return Vec::new();
        }
        student.leave();

        vec![student.put(academy), Index::Students.remove(self.student, self.joined)]
    }

    /// The writes that take the student out of the order of `lists`.
    pub(super) fn unlist(student: Id, lists: &[(Id, i64)]) -> Vec<Write> {
        lists.iter().map(|(list, since)| Index::Members(*list).remove(student, *since)).collect()
    }
}
