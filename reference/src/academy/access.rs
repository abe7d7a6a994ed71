//! A student's access: the courses that they are enrolled in, for good, and the published ones that a list grants them,
//! as long as they are on it.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use dynamodb::Result;
use schemars::JsonSchema;
use serde::Serialize;

use super::courses::CourseInFull;
use super::lesson_progress::LessonProgress;
use super::register::Register;
use super::store::time;
use super::student::{Student, View};
use crate::Id;

/// A student by themselves.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct StudentInFull {
    #[serde(flatten)]
    view: View,
    lists: Vec<OnList>,
    courses: Vec<Access>,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "StudentMembership")]
struct OnList {
    id: Id,
    #[schemars(extend("format" = "date-time"))]
    added_at: String,
}

/// A course that a student can take, and how far they have come in it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "StudentCourse")]
struct Access {
    course_id: Id,
    course_title: String,
    /// Whether they have access by an enrollment.
    enrolled: bool,
    /// The lists through which they have access.
    granted_by: Vec<Id>,
    progress: LessonProgress,
}

/// The lists that `student` is on and that grant them `course`.
pub(super) fn granting(student: &Student, register: &Register, course: &CourseInFull) -> Vec<Id> {
    if !course.is_published() {
        return Vec::new();
    }
    let on = |list: &&Id| student.lists.contains_key(list) && register.lists.contains_key(list);

    course.granted_lists().iter().filter(on).copied().collect()
}

/// Whether `student` can take `course`.
pub(super) fn has_access(student: &Student, register: &Register, course: &CourseInFull) -> bool {
    student.is_enrolled(course.id()) || !granting(student, register, course).is_empty()
}

/// `student` with what they have access to among `courses`.
pub(super) fn view(student: &Student, register: &Register, courses: Vec<CourseInFull>) -> Result<StudentInFull> {
    let mut there: Vec<_> = student.lists.iter().filter(|(list, _)| register.lists.contains_key(list)).collect();
    there.sort_by_key(|(list, since)| Reverse((**since, **list)));
    let lists = there.into_iter().map(|(list, since)| Ok(OnList { id: *list, added_at: time(*since)? }));

    let in_order: BTreeMap<_, _> =
        courses.into_iter().map(|course| (Reverse((course.created(), course.id())), course)).collect();
    let mut accessible = Vec::new();
    for course in in_order.into_values().filter(|course| has_access(student, register, course)) {
        accessible.push(Access {
            course_id: course.id(),
            course_title: course.title().to_owned(),
            enrolled: student.is_enrolled(course.id()),
            granted_by: granting(student, register, &course),
            progress: LessonProgress::of(student.progress.get(&course.id()))?,
        });
    }

    Ok(StudentInFull { view: View::of(student)?, lists: lists.collect::<Result<_>>()?, courses: accessible })
}
