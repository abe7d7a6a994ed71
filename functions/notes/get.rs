//! `GET /v1/notes/{id}`: one note.

use reference::notes::{Note, Notes};
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
    shared::serve(get.may_refuse(&[Reason::NotFound("Note")])).await
}

async fn get(app: &'static App, caller: Caller<Read>, Path(place): Path<Place>) -> Result<Data<Note>> {
    let note = Notes::new(app.reference()?).find(caller.org().as_str(), place.id).await?;

    Ok(Data(note.ok_or(Denial::ResourceNotFound { resource: "Note" })?))
}
