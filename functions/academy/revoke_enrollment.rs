//! `DELETE /api/v1/students/{id}/enrollments/{enrollmentId}`: revoke an enrollment. Its record is kept.

use reference::academy::{Academy, Revoked};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shared::contract::scope::Write;
use shared::{App, Caller, Data, Denial, Exit, Handler, Path, Reason, Result};

#[derive(Deserialize, JsonSchema)]
struct Place {
    id: reference::Id,
    #[serde(rename = "enrollmentId")]
    enrollment: reference::Id,
}

#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
struct Gone {
    id: reference::Id,
    revoked: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(revoke.may_refuse(&[Reason::NotFound("Student"), Reason::NotFound("Enrollment")])).await
}

async fn revoke(app: &'static App, caller: Caller<Write>, Path(place): Path<Place>) -> Result<Data<Gone>> {
    let academy = Academy::new(app.reference()?, caller.org().as_str());

    match academy.revoke(place.id, place.enrollment).await? {
        Revoked::Yes => Ok(Data(Gone { id: place.enrollment, revoked: true })),
        Revoked::NoStudent => Err(Denial::ResourceNotFound { resource: "Student" }.into()),
        Revoked::NoEnrollment => Err(Denial::ResourceNotFound { resource: "Enrollment" }.into()),
    }
}
