//! `POST /api/v1/students`: add a student, enroll them in courses and put them on lists, in one request, all or nothing.

use reference::academy::{Academy, Added, NewStudent, Welcome};
use shared::contract::scope::Write;
use shared::management::cap::Cap;
use shared::registry::id::dated_uuid;
use shared::{App, At, Body, Caller, Created, Denial, Exit, Handler, Reason, Result};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(add.may_refuse(&[
        Reason::Conflict,
        Reason::PlanLimit,
        Reason::Rejected("invalid_courses"),
        Reason::Rejected("invalid_lists"),
    ]))
    .await
}

async fn add(
    app: &'static App,
    caller: Caller<Write>,
    At(now): At,
    Body(new): Body<NewStudent>,
) -> Result<Created<Welcome>> {
    let cap = Cap::of(app, caller.org(), "students").await?;
    let academy = Academy::new(app.reference()?, caller.org().as_str());
    let rejected = |name, reason: &str| Denial::Rejected { name, reason: reason.to_owned() };

    match academy.add(new, cap.most, now, dated_uuid(now, app.entropy)?).await? {
        Added::Yes(welcome) => Ok(Created(welcome)),
        Added::AlreadyMember => {
            Err(Denial::Conflict { reason: "The student is already a member of this academy".to_owned() }.into())
        }
        Added::Full => Err(cap.reached().into()),
        Added::InvalidCourses => Err(rejected("invalid_courses", "Some courses are unknown or unpublished").into()),
        Added::InvalidLists => Err(rejected("invalid_lists", "Some lists are unknown").into()),
    }
}
