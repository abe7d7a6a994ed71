//! `GET /api/v1/lists/{id}/members`: a page of a list's members, the last to come first.

use reference::academy::{Academy, Member};
use reference::page::{Page, Pagination};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shared::contract::scope::Read;
use shared::{App, Caller, Data, Denial, Exit, Handler, Path, Query, Reason, Result};

#[derive(Deserialize, JsonSchema)]
struct Place {
    id: reference::Id,
}

#[derive(Serialize, JsonSchema)]
struct MemberList {
    members: Vec<Member>,
    pagination: Pagination,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(list.may_refuse(&[Reason::NotFound("List")])).await
}

async fn list(
    app: &'static App,
    caller: Caller<Read>,
    Path(place): Path<Place>,
    Query(page): Query<Page>,
) -> Result<Data<MemberList>> {
    let listed = Academy::new(app.reference()?, caller.org().as_str()).members(place.id, page).await?;
    let (members, pagination) = listed.ok_or(Denial::ResourceNotFound { resource: "List" })?;

    Ok(Data(MemberList { members, pagination }))
}
