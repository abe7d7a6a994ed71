//! `POST /api/v1/lists/{id}/members`: put people on a list by their emails, all or nothing. A person who is not in the
//! academy is added to it.

use reference::academy::{Academy, Emails, Gained, Joined};
use schemars::JsonSchema;
use serde::Deserialize;
use shared::contract::scope::Write;
use shared::management::cap::Cap;
use shared::registry::id::dated_uuid;
use shared::{App, At, Body, Caller, Data, Denial, Exit, Handler, Path, Reason, Result};

#[derive(Deserialize, JsonSchema)]
struct Place {
    id: reference::Id,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(add.may_refuse(&[Reason::NotFound("List"), Reason::PlanLimit])).await
}

async fn add(
    app: &'static App,
    caller: Caller<Write>,
    At(now): At,
    Path(place): Path<Place>,
    Body(emails): Body<Emails>,
) -> Result<Data<Joined>> {
    let cap = Cap::of(app, caller.org(), "students").await?;
    let academy = Academy::new(app.reference()?, caller.org().as_str());

    match academy.add_members(place.id, &emails, cap.most, now, dated_uuid(now, app.entropy)?).await? {
        Gained::Yes(joined) => Ok(Data(joined)),
        Gained::NoList => Err(Denial::ResourceNotFound { resource: "List" }.into()),
        Gained::Full => Err(cap.reached().into()),
    }
}
