//! `POST /api/v1/lists`: make a list. No other list has its name, in whatever case.

use reference::academy::{Academy, Created as Made, List, NewList};
use shared::contract::scope::Write;
use shared::registry::id::dated_uuid;
use shared::{App, At, Body, Caller, Created, Denial, Exit, Handler, Reason, Result};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(create.may_refuse(&[Reason::Conflict, Reason::PlanLimit])).await
}

async fn create(
    app: &'static App,
    caller: Caller<Write>,
    At(now): At,
    Body(new): Body<NewList>,
) -> Result<Created<List>> {
    let academy = Academy::new(app.reference()?, caller.org().as_str());

    match academy.create_list(new, now, dated_uuid(now, app.entropy)?).await? {
        Made::Yes(list) => Ok(Created(list)),
        Made::Taken => Err(Denial::Conflict { reason: "A list with this name already exists".to_owned() }.into()),
        Made::Full { most } => Err(Denial::PlanLimit { reason: format!("An academy has at most {most} lists") }.into()),
    }
}
