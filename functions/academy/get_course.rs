//! `GET /api/v1/courses/{id}`: one course, with the lists that it is granted to.

use reference::academy::{Academy, CourseInFull};
use schemars::JsonSchema;
use serde::Deserialize;
use shared::contract::scope::Read;
use shared::{App, Caller, Data, Denial, Exit, Handler, Path, Reason, Result};

#[derive(Deserialize, JsonSchema)]
struct Place {
    id: reference::Id,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(get.may_refuse(&[Reason::NotFound("Course")])).await
}

async fn get(app: &'static App, caller: Caller<Read>, Path(place): Path<Place>) -> Result<Data<CourseInFull>> {
    let course = Academy::new(app.reference()?, caller.org().as_str()).course(place.id).await?;

    Ok(Data(course.ok_or(Denial::ResourceNotFound { resource: "Course" })?))
}
