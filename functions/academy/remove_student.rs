//! `DELETE /api/v1/students/{id}`: end a student's membership. Their enrollments are revoked and their progress is deleted.

use reference::academy::Academy;
use schemars::JsonSchema;
use serde::Deserialize;
use shared::contract::scope::Write;
use shared::registry::id::dated_uuid;
use shared::{App, At, Caller, Deleted, Denial, Exit, Handler, Path, Reason, Result};

#[derive(Deserialize, JsonSchema)]
struct Place {
    id: reference::Id,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(remove.may_refuse(&[Reason::NotFound("Student")])).await
}

async fn remove(
    app: &'static App,
    caller: Caller<Write>,
    At(now): At,
    Path(place): Path<Place>,
) -> Result<Deleted<reference::Id>> {
    let academy = Academy::new(app.reference()?, caller.org().as_str());
    if academy.remove(place.id, dated_uuid(now, app.entropy)?).await? {
        Ok(Deleted(place.id))
    } else {
        Err(Denial::ResourceNotFound { resource: "Student" }.into())
    }
}
