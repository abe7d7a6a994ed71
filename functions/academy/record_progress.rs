//! `PUT /operator/v1/organizations/{org}/students/{id}/progress/{courseId}`: record how many lessons a student has completed.

use reference::academy::{Academy, LessonProgress, Recorded, Report};
use schemars::JsonSchema;
use serde::Deserialize;
use shared::registry::slug::Slug;
use shared::{App, At, Body, Denial, Exit, Handler, Operator, Path, Put, Reason, Result, Violation};

#[derive(Deserialize, JsonSchema)]
struct Place {
    org: Slug,
    id: reference::Id,
    #[serde(rename = "courseId")]
    course: reference::Id,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(record.may_refuse(&[
        Reason::NoOrganization,
        Reason::NotFound("Student"),
        Reason::NotFound("Course"),
        Reason::Invalid,
    ]))
    .await
}

async fn record(
    app: &'static App,
    _: Operator,
    At(now): At,
    Path(place): Path<Place>,
    Body(report): Body<Report>,
) -> Result<Put<LessonProgress>> {
    app.keys.organization(&place.org).await?.ok_or(Denial::OrganizationNotFound)?;
    let academy = Academy::new(app.reference()?, place.org.as_str());

    match academy.record(place.id, place.course, report, now).await? {
        Recorded::First(progress) => Ok(Put::Created(progress)),
        Recorded::Again(progress) => Ok(Put::Changed(progress)),
        Recorded::TooMany => Err(Violation::new("completed_lessons", "must not be more than total_lessons").into()),
        Recorded::NoStudent => Err(Denial::ResourceNotFound { resource: "Student" }.into()),
        Recorded::NoCourse => Err(Denial::ResourceNotFound { resource: "Course" }.into()),
        Recorded::NoAccess => Err(Violation::new("courseId", "must be a course that the student has access to").into()),
    }
}
