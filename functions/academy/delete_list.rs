//! `DELETE /api/v1/lists/{id}`: delete a list, and what was granted to it. Its members stay in the academy.

use reference::academy::Academy;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shared::scope::Write;
use shared::{App, Caller, Data, Denial, Exit, Handler, Path, Reason, Result};

#[derive(Deserialize, JsonSchema)]
struct Place {
    id: reference::Id,
}

#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
struct Deleted {
    id: reference::Id,
    deleted: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(delete.may_refuse(&[Reason::NotFound("List")])).await
}

async fn delete(app: &'static App, caller: Caller<Write>, Path(place): Path<Place>) -> Result<Data<Deleted>> {
    if Academy::new(app.reference()?, caller.org().as_str()).delete_list(place.id).await? {
        Ok(Data(Deleted { id: place.id, deleted: true }))
    } else {
        Err(Denial::ResourceNotFound { resource: "List" }.into())
    }
}
