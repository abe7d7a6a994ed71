//! An academy: courses.

mod courses;

pub use courses::{Course, CourseInFull, Courses, Draft};
