//! `PUT /operator/v1/organizations/{org}/courses/{id}`: author a course of an academy.

use reference::academy::{Academy, Authored, CourseInFull, Draft};
use schemars::JsonSchema;
use serde::Deserialize;
use shared::registry::slug::Slug;
use shared::{App, At, Body, Denial, Exit, Handler, Operator, Path, Put, Reason, Result};

#[derive(Deserialize, JsonSchema)]
struct Place {
    org: Slug,
    id: reference::Id,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(author.may_refuse(&[Reason::NoOrganization, Reason::PlanLimit, Reason::Rejected("invalid_lists")]))
        .await
}

async fn author(
    app: &'static App,
    _: Operator,
    At(now): At,
    Path(place): Path<Place>,
    Body(draft): Body<Draft>,
) -> Result<Put<CourseInFull>> {
    app.keys.organization(&place.org).await?.ok_or(Denial::OrganizationNotFound)?;

    match Academy::new(app.reference()?, place.org.as_str()).author(place.id, draft, now).await? {
        Authored::Created(course) => Ok(Put::Created(course)),
        Authored::Changed(course) => Ok(Put::Changed(course)),
        Authored::InvalidLists => {
            Err(Denial::Rejected { name: "invalid_lists", reason: "Some lists are unknown".to_owned() }.into())
        }
        Authored::Full { most } => {
            Err(Denial::PlanLimit { reason: format!("An academy has at most {most} courses") }.into())
        }
    }
}
