//! `PUT /operator/v1/organizations/{org}/courses/{id}`: author a course of an academy.

use reference::academy::{CourseInFull, Courses, Draft};
use schemars::JsonSchema;
use serde::Deserialize;
use shared::organization::Slug;
use shared::{App, At, Body, Denial, Exit, Handler, Operator, Path, Put, Reason, Result};

#[derive(Deserialize, JsonSchema)]
struct Place {
    org: Slug,
    id: reference::Id,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(author.may_refuse(&[Reason::NoOrganization])).await
}

async fn author(
    app: &'static App,
    _: Operator,
    At(now): At,
    Path(place): Path<Place>,
    Body(draft): Body<Draft>,
) -> Result<Put<CourseInFull>> {
    app.keys.organization(&place.org).await?.ok_or(Denial::OrganizationNotFound)?;
    let (course, created) = Courses::new(app.reference()?).put(place.org.as_str(), place.id, draft, now).await?;

    Ok(if created { Put::Created(course) } else { Put::Changed(course) })
}
