//! `GET /portal/{org}/keys/{id}/usage.csv`: how a key was used, as a table for spreadsheets.

use desk::{Place, Ranged};
use shared::http::visitor::Usage;
use shared::{App, At, Exit, Page, Path, Query, Result, Visitor};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    desk::serve(download).await
}

async fn download(
    app: &'static App,
    visitor: Visitor<Usage>,
    At(now): At,
    Path(place): Path<Place>,
    Query(ranged): Query<Ranged>,
) -> Result<Page> {
    desk::csv(app, &visitor, &place.id, &ranged, now).await
}
