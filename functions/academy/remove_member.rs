//! `DELETE /api/v1/lists/{id}/members/{email}`: take a student off a list. They stay in the academy.

use reference::Email;
use reference::academy::{Academy, Left};
use schemars::JsonSchema;
use serde::Deserialize;
use shared::contract::scope::Write;
use shared::{App, Caller, Deleted, Denial, Exit, Handler, Path, Reason, Result};

#[derive(Deserialize, JsonSchema)]
struct Place {
    id: reference::Id,
    email: Email,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(remove.may_refuse(&[Reason::NotFound("List"), Reason::NotFound("List member")])).await
}

async fn remove(app: &'static App, caller: Caller<Write>, Path(place): Path<Place>) -> Result<Deleted<reference::Id>> {
    let academy = Academy::new(app.reference()?, caller.org().as_str());

    match academy.remove_member(place.id, &place.email).await? {
        Left::Yes(id) => Ok(Deleted(id)),
        Left::NoList => Err(Denial::ResourceNotFound { resource: "List" }.into()),
        Left::NoMember => Err(Denial::ResourceNotFound { resource: "List member" }.into()),
    }
}
