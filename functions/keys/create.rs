//! `POST /operator/v1/organizations/{org}/api-keys`: issue a key. Its secret is in this reply and nowhere else.

use serde::Deserialize;
use shared::issue::{Issued, Order, issue};
use shared::organization::Slug;
use shared::{App, At, Body, Created, Exit, Operator, Path, Result};

#[derive(Deserialize)]
struct Place {
    org: Slug,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(create).await
}

async fn create(
    app: &'static App,
    _: Operator,
    At(now): At,
    Path(place): Path<Place>,
    Body(order): Body<Order>,
) -> Result<Created<Issued>> {
    Ok(Created(issue(app, &place.org, order, now).await?))
}
