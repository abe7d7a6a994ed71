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
use std::slice;

use dynamodb::{Error, Result};
use serde::{Deserialize, Serialize};

use super::index::Index;
use super::register::{Register, Tally};
use super::store::{Academy, Guard, MOST_WRITES, Write};
use super::student::{self, Student};
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
    pub(super) const fn new(id: Id, what: What) -> Self {
        Self { id, begun_as: None, what }
    }

    /// The id that it began with.
    pub(super) fn begun_as(&self) -> Id {
        self.begun_as.unwrap_or(self.id)
    }

    /// This change with `what` in place of what it was about.
    fn with(&self, what: What) -> Self {
        Self { id: NewIds::from(self.id.into()).get(1), begun_as: Some(self.begun_as()), what }
    }

    pub(super) fn read(text: &str) -> Result<Self> {
        serde_json::from_str(text).map_err(|error| Error::Fault(format!("a change cannot be read: {error}")))
    }

    pub(super) fn write(&self) -> Result<String> {
        serde_json::to_string(self).map_err(|error| Error::Fault(format!("a change cannot be written: {error}")))
    }

    /// Its steps in an academy like `register`.
    fn steps(&self, register: &Register) -> Vec<Step<'_>> {
        match &self.what {
            What::Join(join) => {
                let people = MOST_WRITES.div_euclid(WRITES_PER_PERSON).min(register.students_at_once());
                let parts = join.people.chunks(people);
                parts.map(|people| Step::Join(join, people)).collect()
            }
            What::Leave(leave) => {
                let parts = leave.lists.chunks(MOST_WRITES).map(|lists| Step::Unlist(leave.student, lists));
                std::iter::once(Step::Leave(leave)).chain(parts).collect()
            }
        }
    }
}

impl Step<'_> {
    /// The steps that do the same, one person each, where that makes a difference.
    fn by_person(self) -> Option<Vec<Self>> {
        match self {
            Self::Join(join, people) if people.len() > 1 => {
                Some(people.iter().map(|person| Self::Join(join, slice::from_ref(person))).collect())
            }
            Self::Join(..) | Self::Leave(_) | Self::Unlist(..) => None,
        }
    }
}

impl Join {
    /// The same, without `person`.
    fn without(&self, person: Id) -> Self {
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

impl Academy {
    /// Carries `change` out, which `register` has: to its end, or to what has to be called off.
    pub(super) async fn carry_out(&self, change: &Change, register: &Register) -> Result<()> {
        let mut steps = change.steps(register);
        steps.reverse();
        while let Some(step) = steps.pop() {
            match self.step(change, register, step).await {
                Ok(true) => (),
                Ok(false) => return Ok(()),
                Err(Error::Fault(why)) => match step.by_person() {
                    Some(each) => steps.extend(each),
                    None => return self.call_off(change, step, why).await,
                },
                Err(error) => return Err(error),
            }
        }

        self.close(change).await
    }

    /// Carries one step out. `false`: somebody else has carried the whole change out.
    async fn step(&self, change: &Change, register: &Register, step: Step<'_>) -> Result<bool> {
        let mut tries = self.tries();
        loop {
            let writes = match step {
                Step::Join(join, people) => {
                    let mut students = self.students_by(people.iter().map(|person| person.id), register).await?;
                    // No list comes or goes while the change is under way, and otherwise the step does not hold.
                    for student in students.values_mut() {
                        student.forget_lists_but(register);
                    }
                    join.writes(self, people, &mut students)
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
    /// Calls off what `step` of `change` would do, which cannot be done because of `why`. The student is still as if
    /// nothing had been counted for them, and stays so: their item is held in the transaction.
    async fn call_off(&self, change: &Change, step: Step<'_>, why: String) -> Result<()> {
        let id = match step {
            Step::Join(_, [person]) => person.id,
            Step::Leave(leave) => leave.student,
            Step::Join(..) | Step::Unlist(..) => return Err(Error::Fault(why)),
        };
        let student = Student::find(&mut self.find([student::sort(id)]).await?, id)?;
        let (left, students, members) = match step {
            Step::Join(join, _) => {
                if student.as_ref().is_some_and(|student| student.lists.contains_key(&join.list)) {
                    return Ok(());
                }
                let is_member = student.as_ref().is_some_and(|student| student.joined.is_some());
                let left = change.with(What::Join(join.without(id)));
                (Some(left), if is_member { 0 } else { -1 }, vec![(join.list, -1)])
            }
            Step::Leave(leave) => {
                if student.as_ref().is_none_or(|student| student.joined != Some(leave.joined)) {
                    return Ok(());
                }
                (None, 1, leave.lists.iter().map(|(list, _)| (*list, 1)).collect())
            }
            Step::Unlist(..) => return Err(Error::Fault(why)),
        };
        let guard = student.map_or(Guard::Absent, |student| Guard::Version(student.version));
        let held = vec![Write::Check(student::sort(id), guard)];
        let tally = Tally { students, members, change: left.as_ref(), instead_of: Some(change), ..Tally::default() };
        // If somebody was faster, the change is another one by now, and whoever goes on sees it.
        if self.commit(&tally, held).await? {
            tracing::warn!(student.id = %id, "a change of an academy is called off for a student: {why}");
        }

        Ok(())
    }
}
