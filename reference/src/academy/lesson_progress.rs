//! How far a student has come in a course, as replies show it.

use dynamodb::Result;
use schemars::JsonSchema;
use serde::Serialize;

use super::store::time;
use super::student::Progress;

/// How far a student has come, as replies show it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct LessonProgress {
    completed_lessons: i64,
    /// Unknown until something is reported.
    total_lessons: Option<i64>,
    #[schemars(extend("format" = "date-time"))]
    completed_at: Option<String>,
    #[schemars(extend("format" = "date-time"))]
    updated_at: Option<String>,
}

impl LessonProgress {
    /// The view of what is kept, which may be nothing.
    pub(super) fn of(progress: Option<&Progress>) -> Result<Self> {
        let Some(progress) = progress else {
            return Ok(Self { completed_lessons: 0, total_lessons: None, completed_at: None, updated_at: None });
        };

        Ok(Self {
            completed_lessons: progress.completed,
            total_lessons: Some(progress.total),
            completed_at: progress.completed_at.map(time).transpose()?,
            updated_at: Some(time(progress.updated)?),
        })
    }
}
