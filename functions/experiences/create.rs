//! `POST /api/experiences`: make an experience. No two experiences of an organization have the same slug.

use reference::launch::{Experience, Experiences, NewExperience};
use shared::contract::scope::WriteExperiences;
use shared::registry::id::dated_uuid;
use shared::{App, At, Body, Caller, Created, Denial, Exit, Handler, Reason, Result};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(create.may_refuse(&[Reason::Conflict])).await
}

async fn create(
    app: &'static App,
    caller: Caller<WriteExperiences>,
    At(now): At,
    Body(new): Body<NewExperience>,
) -> Result<Created<Experience>> {
    let experience = Experience::new(new, dated_uuid(now, app.entropy)?.into(), now)?;
    if Experiences::new(app.reference()?).insert(caller.org().as_str(), &experience).await? {
        return Ok(Created(experience));
    }

    Err(Denial::Conflict { reason: format!("There is an experience with the slug {}", experience.slug()) }.into())
}
