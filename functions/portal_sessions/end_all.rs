//! `DELETE /operator/v1/organizations/{org}/portal-sessions`: end every session that one person has in the portal of an
//! organization, and take every link back that they were given.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::management::invite::{Ended, end_all};
use shared::registry::session::Subject;
use shared::registry::slug::Slug;
use shared::{App, Data, Exit, Operator, Path, Query, Result};

#[derive(Deserialize, JsonSchema)]
struct Place {
    org: Slug,
}

#[derive(Deserialize, JsonSchema)]
struct Whose {
    /// The person.
    subject: Subject,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(end_theirs).await
}

async fn end_theirs(
    app: &'static App,
    operator: Operator,
    Path(place): Path<Place>,
    Query(whose): Query<Whose>,
) -> Result<Data<Ended>> {
    Ok(Data(end_all(app, &place.org, whose.subject.as_str(), &operator.author).await?))
}
