//! `GET /operator/v1/organizations/{org}/alerts/history`, `GET /api/v1/{org}/alerts/history`: a page of the alerts of an
//! organization, newest first, for 400 days.

use shared::http::manager::Alerts;
use shared::management::alerts::settings;
use shared::registry::event::AlertRow;
use shared::registry::page::{Page, Pagination};
use shared::{App, Exit, Listed, Manager, Query, Result};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(history).await
}

async fn history(app: &'static App, manager: Manager<Alerts>, Query(page): Query<Page>) -> Result<Listed<AlertRow>> {
    let (_, org) = settings(app, manager.org()).await?;
    let after = page.cursor.map(|cursor| org.seal.open("alerts", &cursor)).transpose()?;

    let (rows, last) = app.keys.alert_history(&org.slug, page.limit.get(), after.as_deref()).await?;
    let cursor = last.map(|position| org.seal.seal("alerts", &position));

    Ok(Listed(rows, Pagination::new(page.limit, cursor)))
}
