//! An academy: courses, students and the lists that they are on.
//!
//! Everything of one academy is in one partition. One item, the register, has all counts, and the very transaction that
//! changes what is counted changes its count: so counts and caps are exact, whoever writes at the same time. A change
//! that is too large for a transaction is written into the register whole. It has happened from then on, and the next
//! request carries it out first. So every operation begins with the register.

mod access;
mod change;
mod courses;
mod enrollments;
mod index;
mod lesson_progress;
mod lists;
mod members;
mod progress;
mod register;
mod steps;
mod store;
mod student;
mod students;

pub use access::StudentInFull;
pub use courses::{Authored, Course, CourseInFull, Draft};
pub use enrollments::{Enrolled, Enrollment, NewEnrollment, Revoked};
pub use lesson_progress::LessonProgress;
pub use lists::{Changed, Created, List, ListChange, NewList};
pub use members::{Emails, Gained, Joined, Left, Member};
pub use progress::{Recorded, Report};
pub use store::Academy;
pub use student::{Profile, View as StudentView};
pub use students::{Added, MembershipStatus, NewStudent, Welcome};
