//! `GET /api/v1/students/{id}`: one student, with their enrollments, lists, and the courses that they have access to.

use reference::academy::{Academy, StudentInFull};
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
    shared::serve(get.may_refuse(&[Reason::NotFound("Student")])).await
}

async fn get(app: &'static App, caller: Caller<Read>, Path(place): Path<Place>) -> Result<Data<StudentInFull>> {
    let student = Academy::new(app.reference()?, caller.org().as_str()).student(place.id).await?;

    Ok(Data(student.ok_or(Denial::ResourceNotFound { resource: "Student" })?))
}
