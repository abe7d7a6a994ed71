//! `DELETE /operator/v1/organizations/{org}`: delete an organization that is locked, with everything that it has. Its slug is in the
//! body once more. 202 until nothing is left, which goes on by itself, and 200 then.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::management::closing::{Order, Stage, begin, go_on};
use shared::registry::slug::Slug;
use shared::{App, Body, Deletion, Exit, Handler, Operator, Path, Reason, Result};

#[derive(Deserialize, JsonSchema)]
struct Place {
    org: Slug,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(delete.may_refuse(&[Reason::NoOrganization, Reason::Conflict])).await
}

async fn delete(
    app: &'static App,
    operator: Operator,
    Path(place): Path<Place>,
    Body(order): Body<Order>,
) -> Result<Deletion> {
    if begin(app, &place.org, &order, &operator.author).await? == Stage::Over {
        return Ok(Deletion(true));
    }
    let others = |org: Slug, tries| reference::forget(app.reference_if_any(), org, tries);

    Ok(Deletion(go_on(app, &place.org, operator.author.at, &app.keys.tries(), others).await?))
}
