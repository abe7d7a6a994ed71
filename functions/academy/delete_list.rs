//! `DELETE /api/v1/lists/{id}`: delete a list, and what was granted to it. Its members stay in the academy.

use reference::academy::Academy;
use schemars::JsonSchema;
use serde::Deserialize;
use shared::contract::scope::Write;
use shared::{App, Caller, Deleted, Denial, Exit, Handler, Path, Reason, Result};

#[derive(Deserialize, JsonSchema)]
struct Place {
    id: reference::Id,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(delete.may_refuse(&[Reason::NotFound("List")])).await
}

async fn delete(app: &'static App, caller: Caller<Write>, Path(place): Path<Place>) -> Result<Deleted<reference::Id>> {
    if Academy::new(app.reference()?, caller.org().as_str()).delete_list(place.id).await? {
        Ok(Deleted(place.id))
    } else {
        Err(Denial::ResourceNotFound { resource: "List" }.into())
    }
}
