//! Carrying out a change that is too large for one transaction, step by step.

use std::slice;

use dynamodb::{Error, Result};

use super::change::{Change, Join, Leave, Person, What};
use super::register::{Register, Tally};
use super::store::{Academy, Guard, MOST_WRITES, Write};
use super::student::{self, Student};
use crate::Id;

/// The most writes that one person's coming takes: account, student, and two places.
const WRITES_PER_PERSON: usize = 4;

/// A part of a change that is one transaction.
#[derive(Clone, Copy, Debug)]
enum Step<'a> {
    Join(&'a Join, &'a [Person]),
    Leave(&'a Leave),
    Unlist(Id, &'a [(Id, i64)]),
}

/// The steps of `change` in an academy like `register`.
fn steps<'a>(change: &'a Change, register: &Register) -> Vec<Step<'a>> {
    match &change.what {
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

impl Academy {
    /// Carries `change` out, which `register` has: to its end, or to what has to be called off.
    pub(super) async fn carry_out(&self, change: &Change, register: &Register) -> Result<()> {
        let mut steps = steps(change, register);
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
                        student.forget_lists_but(&register.lists);
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
