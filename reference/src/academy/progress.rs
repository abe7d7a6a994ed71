//! How far students have come in their courses, as the operator's own player reports it.

use dynamodb::{Error, Result};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;

use super::access;
use super::courses::{self, CourseInFull};
use super::lesson_progress::LessonProgress;
use super::store::Academy;
use super::student::{self, Progress, Student};
use crate::Id;

/// A report: how many lessons of how many are completed.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ProgressReport")]
pub struct Report {
    /// At most as many as there are.
    completed_lessons: u16,
    total_lessons: Total,
}

/// 1 to 10,000.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(try_from = "u16")]
#[schemars(inline, extend("minimum" = 1, "maximum" = 10_000))]
struct Total(u16);

impl TryFrom<u16> for Total {
    type Error = &'static str;

    fn try_from(total: u16) -> std::result::Result<Self, &'static str> {
        if (1..=10_000).contains(&total) { Ok(Self(total)) } else { Err("must be a number from 1 to 10000") }
    }
}

/// The outcome of a report.
#[derive(Clone, Debug)]
pub enum Recorded {
    /// It is the first one for this course.
    First(LessonProgress),
    /// It replaces the one before.
    Again(LessonProgress),
    /// There is no such student.
    NoStudent,
    /// There is no such course.
    NoCourse,
    /// The student has no access to the course.
    NoAccess,
    /// It says that more lessons are completed than there are.
    TooMany,
}

impl Report {
    /// The progress to keep at `now`, after the one `before`. A course stays completed since the first time, for as
    /// long as reports say that all lessons are.
    fn progress(self, before: Option<&Progress>, now: i64) -> Progress {
        let since = before.and_then(|before| before.completed_at).unwrap_or(now);
        let Self { completed_lessons: completed, total_lessons: Total(total) } = self;

        Progress {
            completed: completed.into(),
            total: total.into(),
            completed_at: (completed == total).then_some(since),
            updated: now,
        }
    }
}

impl Academy {
    /// Records at `now` what `report` says of `student` in `course`.
    pub async fn record(&self, student: Id, course: Id, report: Report, now: Timestamp) -> Result<Recorded> {
        if report.completed_lessons > report.total_lessons.0 {
            return Ok(Recorded::TooMany);
        }
        let mut tries = self.tries();
        loop {
            let (register, mut found) = self.open([student::sort(student), courses::sort(course)]).await?;
            let Some(mut student) = Student::member(&mut found, student)? else { return Ok(Recorded::NoStudent) };
            let Some(course) = CourseInFull::find(&mut found, course)? else { return Ok(Recorded::NoCourse) };
            if !access::has_access(&student, &register, &course) {
                return Ok(Recorded::NoAccess);
            }
            let progress = report.progress(student.progress.get(&course.id()), now.as_millisecond());
            let before = student.progress.insert(course.id(), progress);
            if self.change(&register, student).await? {
                let shown = LessonProgress::of(Some(&progress))?;
                return Ok(if before.is_none() { Recorded::First(shown) } else { Recorded::Again(shown) });
            }
            tries.again(Error::Contended).await?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_course_is_completed_since_the_first_time_until_a_report_says_otherwise() {
        let report = |completed_lessons, total| Report { completed_lessons, total_lessons: Total(total) };
        let begun = report(1, 2).progress(None, 10);
        assert_eq!(begun, Progress { completed: 1, total: 2, completed_at: None, updated: 10 });
        let done = report(2, 2).progress(Some(&begun), 20);
        assert_eq!(done.completed_at, Some(20));
        let longer = report(3, 3).progress(Some(&done), 30);
        assert_eq!((longer.completed_at, longer.updated), (Some(20), 30));
        assert_eq!(report(3, 4).progress(Some(&longer), 40).completed_at, None);
    }
}
