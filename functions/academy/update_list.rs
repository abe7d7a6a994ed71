//! `PATCH /api/v1/lists/{id}`: change a list's name or description. What is left out stays; `"description": null` clears it.

use reference::academy::{Academy, Changed, List, ListChange};
use schemars::JsonSchema;
use serde::Deserialize;
use shared::contract::scope::Write;
use shared::{App, At, Body, Caller, Data, Denial, Exit, Handler, Path, Reason, Result, Violation};

#[derive(Deserialize, JsonSchema)]
struct Place {
    id: reference::Id,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(update.may_refuse(&[Reason::NotFound("List"), Reason::Conflict])).await
}

async fn update(
    app: &'static App,
    caller: Caller<Write>,
    At(now): At,
    Path(place): Path<Place>,
    Body(change): Body<ListChange>,
) -> Result<Data<List>> {
    let academy = Academy::new(app.reference()?, caller.org().as_str());

    match academy.change_list(place.id, &change, now).await? {
        Changed::Yes(list) => Ok(Data(list)),
        Changed::Taken => Err(Denial::Conflict { reason: "A list with this name already exists".to_owned() }.into()),
        Changed::Nothing => Err(Violation::new("body", "must have name or description").into()),
        Changed::NoList => Err(Denial::ResourceNotFound { resource: "List" }.into()),
    }
}
