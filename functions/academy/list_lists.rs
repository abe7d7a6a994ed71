//! `GET /api/v1/lists`: all lists of the academy, newest first, with how many members each has.

use reference::academy::{Academy, List};
use schemars::JsonSchema;
use serde::Serialize;
use shared::contract::scope::Read;
use shared::{App, Caller, Data, Exit, Result};

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AccessLists")]
struct Lists {
    lists: Vec<List>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(list).await
}

async fn list(app: &'static App, caller: Caller<Read>) -> Result<Data<Lists>> {
    let lists = Academy::new(app.reference()?, caller.org().as_str()).lists().await?;

    Ok(Data(Lists { lists }))
}
