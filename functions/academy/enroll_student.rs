//! `POST /api/v1/students/{id}/enrollments`: enroll a student in a course. One who is enrolled already stays so, under
//! the same id.

use reference::academy::{Academy, Enrolled, Enrollment, NewEnrollment};
use schemars::JsonSchema;
use serde::Deserialize;
use shared::contract::scope::Write;
use shared::registry::id::dated_uuid;
use shared::{App, At, Body, Caller, Created, Denial, Exit, Handler, Path, Reason, Result};

#[derive(Deserialize, JsonSchema)]
struct Place {
    id: reference::Id,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(enroll.may_refuse(&[
        Reason::NotFound("Student"),
        Reason::NotFound("Course"),
        Reason::Rejected("invalid_course"),
    ]))
    .await
}

async fn enroll(
    app: &'static App,
    caller: Caller<Write>,
    At(now): At,
    Path(place): Path<Place>,
    Body(new): Body<NewEnrollment>,
) -> Result<Created<Enrollment>> {
    let academy = Academy::new(app.reference()?, caller.org().as_str());

    match academy.enroll(place.id, &new, now, dated_uuid(now, app.entropy)?).await? {
        Enrolled::Yes(enrollment) => Ok(Created(enrollment)),
        Enrolled::NoStudent => Err(Denial::ResourceNotFound { resource: "Student" }.into()),
        Enrolled::NoCourse => Err(Denial::ResourceNotFound { resource: "Course" }.into()),
        Enrolled::NotPublished => {
            Err(Denial::Rejected { name: "invalid_course", reason: "The course is not published".to_owned() }.into())
        }
    }
}
