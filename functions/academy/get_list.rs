//! `GET /api/v1/lists/{id}`: one list.

use reference::academy::{Academy, List};
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
    shared::serve(get.may_refuse(&[Reason::NotFound("List")])).await
}

async fn get(app: &'static App, caller: Caller<Read>, Path(place): Path<Place>) -> Result<Data<List>> {
    let list = Academy::new(app.reference()?, caller.org().as_str()).list(place.id).await?;

    Ok(Data(list.ok_or(Denial::ResourceNotFound { resource: "List" })?))
}
