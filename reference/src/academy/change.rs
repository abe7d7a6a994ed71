//! Changes that are too large for one transaction.
//!
//! Such a change is written into the register by the same write that counts it. From then on it has happened. It is
//! carried out in steps. Each step is a transaction that holds only while the change is under way, so a step that comes
//! too late or twice does no harm. A request that meets a change under way carries it out before anything else. A
//! request that is cut short leaves the change to the next one.

use std::collections::BTreeMap;

use dynamodb::{Error, Result};
use serde::{Deserialize, Serialize};

use super::index::Index;
use super::store::{Academy, MOST_WRITES, Write};
use super::student::{self, Student};
use crate::{Email, Id};

/// A change.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Change {
    pub(super) id: Id,
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

/// The most writes that one person's coming takes: account, student, and two places.
const WRITES_PER_PERSON: usize = 4;

/// A part of a change that is one transaction.
#[derive(Clone, Copy, Debug)]
enum Step<'a> {
    Join(&'a Join, &'a [Person]),
    Leave(&'a Leave),
    Unlist(Id, &'a [(Id, i64)]),
}

impl Change {
    pub(super) fn read(text: &str) -> Result<Self> {
        serde_json::from_str(text).map_err(|error| Error::Fault(format!("a change cannot be read: {error}")))
    }

    pub(super) fn write(&self) -> Result<String> {
        serde_json::to_string(self).map_err(|error| Error::Fault(format!("a change cannot be written: {error}")))
    }

    fn steps(&self) -> Vec<Step<'_>> {
        match &self.what {
            What::Join(join) => {
                let parts = join.people.chunks(MOST_WRITES.div_euclid(WRITES_PER_PERSON));
                parts.map(|people| Step::Join(join, people)).collect()
            }
            What::Leave(leave) => {
                let parts = leave.lists.chunks(MOST_WRITES).map(|lists| Step::Unlist(leave.student, lists));
                std::iter::once(Step::Leave(leave)).chain(parts).collect()
            }
        }
    }
}

impl Join {
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

impl Academy {
    /// Carries `change` out to its end.
    pub(super) async fn carry_out(&self, change: &Change) -> Result<()> {
        for step in change.steps() {
            if !self.step(change, step).await? {
                return Ok(());
            }
        }

        self.close(change).await
    }

    /// Carries one step out. `false`: somebody else has carried the whole change out.
    async fn step(&self, change: &Change, step: Step<'_>) -> Result<bool> {
        let mut tries = self.tries();
        loop {
            let writes = match step {
                Step::Join(join, people) => {
                    let ids = people.iter().map(|person| person.id);
                    join.writes(self, people, &mut self.students_by(ids).await?)
                }
                Step::Leave(leave) => {
                    let mut found = self.find([student::sort(leave.student)]).await?;
                    let student = Student::find(&mut found, leave.student)?;
                    student.map(|student| leave.writes(self, student)).unwrap_or_default()
                }
                Step::Unlist(student, lists) => Leave::unlist(student, lists),
            };
            if writes.is_empty() {
                return Ok(true);
            }
            match self.carry_on(change, writes).await? {
                None => return Ok(false),
                Some(true) => return Ok(true),
                Some(false) => tries.again(Error::Contended).await?,
            }
        }
    }
}
