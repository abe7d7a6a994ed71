//! `GET /api/experiences/{id}`: one experience, with the status that it has now.

use reference::launch::{Experience, Experiences};
use schemars::JsonSchema;
use serde::Deserialize;
use shared::contract::scope::ReadExperiences;
use shared::{App, At, Caller, Data, Denial, Exit, Handler, Path, Reason, Result};

#[derive(Deserialize, JsonSchema)]
struct Place {
    id: reference::Id,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(get.may_refuse(&[Reason::NotFound("Experience")])).await
}

async fn get(
    app: &'static App,
    caller: Caller<ReadExperiences>,
    At(now): At,
    Path(place): Path<Place>,
) -> Result<Data<Experience>> {
    let experience = Experiences::new(app.reference()?).find(caller.org().as_str(), place.id, now).await?;

    Ok(Data(experience.ok_or(Denial::ResourceNotFound { resource: "Experience" })?))
}
