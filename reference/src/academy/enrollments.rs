//! Enrollments: access to a course for good, until it is revoked. A student has one record for a course. It is revoked
//! and restored; there is never a second one.

use dynamodb::{Error, Result};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::courses::{self, CourseInFull};
use super::store::Academy;
use super::student::{self, Student};
use crate::Id;

/// What to enroll a student in.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEnrollment {
    course_id: Id,
}

/// An enrollment, as its maker sees it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Enrollment {
    id: Id,
    course_id: Id,
    course_title: String,
}

impl Enrollment {
    /// The enrollment `id` in `course`.
    pub(super) fn new(id: Id, course: &CourseInFull) -> Self {
        Self { id, course_id: course.id(), course_title: course.title().to_owned() }
    }
}

/// The outcome of enrolling a student.
#[derive(Clone, Debug)]
pub enum Enrolled {
    /// They are enrolled, now or already.
    Yes(Enrollment),
    /// There is no such student.
    NoStudent,
    /// There is no such course.
    NoCourse,
    /// The course is not published.
    NotPublished,
}

/// The outcome of revoking an enrollment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revoked {
    /// It is revoked, now or already.
    Yes,
    /// There is no such student.
    NoStudent,
    /// The student has no such enrollment.
    NoEnrollment,
}

impl Academy {
    /// Enrolls `student` at `now`; a new record is called `first`.
    pub async fn enroll(&self, student: Id, new: &NewEnrollment, now: Timestamp, first: Uuid) -> Result<Enrolled> {
        let new_id = Id::from(first);
        let mut tries = self.tries();
        loop {
            let (register, mut found) = self.open([student::sort(student), courses::sort(new.course_id)]).await?;
            let Some(mut student) = Student::member(&mut found, student)? else { return Ok(Enrolled::NoStudent) };
            let Some(course) = CourseInFull::find(&mut found, new.course_id)? else { return Ok(Enrolled::NoCourse) };
            if !course.is_published() {
                return Ok(Enrolled::NotPublished);
            }
            let is_there = student.is_enrolled(course.id());
            let id = student.enroll(course.id(), new_id, now.as_millisecond());
            if is_there || self.change(&register, student).await? {
                return Ok(Enrolled::Yes(Enrollment::new(id, &course)));
            }
            tries.again(Error::Contended).await?;
        }
    }

    /// Revokes `enrollment` of `student`. The record stays.
    pub async fn revoke(&self, student: Id, enrollment: Id) -> Result<Revoked> {
        let mut tries = self.tries();
        loop {
            let (register, mut found) = self.open([student::sort(student)]).await?;
            let Some(mut student) = Student::member(&mut found, student)? else { return Ok(Revoked::NoStudent) };
            let Some(record) = student.enrollments.values_mut().find(|record| record.id == enrollment) else {
                return Ok(Revoked::NoEnrollment);
            };
            if record.revoked {
                return Ok(Revoked::Yes);
            }
            record.revoked = true;
            if self.change(&register, student).await? {
                return Ok(Revoked::Yes);
            }
            tries.again(Error::Contended).await?;
        }
    }
}
