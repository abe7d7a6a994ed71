//! Revoking a key, for good.

use jiff::{SignedDuration, Timestamp};
use portal::{DeletePage, Depth, Problem};
use shared::App;
use shared::contract::portal::Operation;
use shared::http::visitor::Delete;
use shared::management;
use shared::registry::key::{Id, Key, Status};
use shared::{Denial, Form, Page, Result, Visitor};

use crate::frame::{control, frame, shown_with, status};
use crate::{usage, view};

/// A key that was used within these days is deleted only by somebody who types its name.
const OF_LATE_DAYS: i64 = 7;

/// The page before the key `id` is deleted.
///
/// # Errors
/// There is no such key, or the store does not answer.
pub async fn confirm(app: &App, visitor: &Visitor<Delete>, id: &Id, now: Timestamp) -> Result<Page> {
    let key = view::find(app, &visitor.org.slug, id).await?;
    let last_used = app.passes.last_used(&key).await?;

    page(app, visitor, (&key, last_used), "", Vec::new(), now).await
}

fn was_used_of_late(last_used: Option<Timestamp>, now: Timestamp) -> bool {
    let days = SignedDuration::from_hours(OF_LATE_DAYS.saturating_mul(24));

    last_used.is_some_and(|used| now.duration_since(used) < days)
}

/// Whether `typed` is `name`, as a page shows it: of several spaces it shows one.
fn is_name(typed: &str, name: &str) -> bool {
    typed.split_whitespace().eq(name.split_whitespace())
}

async fn page(
    app: &App,
    visitor: &Visitor<Delete>,
    (key, last_used): (&Key, Option<Timestamp>),
    typed: &str,
    problems: Vec<Problem>,
    now: Timestamp,
) -> Result<Page> {
    let (frame, once) = frame(app, visitor, Depth::Action, now)?;
    let status = status(&problems, false);
    let is_on = key.status != Status::Inactive;
    let deactivate = control(app, &visitor.session, &visitor.org, Operation::Deactivate, true);
    let page = DeletePage {
        frame,
        key: view::key(app, key, last_used, now),
        own: view::is_own(&visitor.session, key),
        once,
        requests_last_day: usage::of_last_day(app, &visitor.session, key, now).await?,
        answer: view::answer(app, &Denial::UnknownKey),
        deactivate: if is_on { deactivate } else { portal::Control::Absent },
        type_name: was_used_of_late(last_used, now),
        typed: typed.to_owned(),
        problems,
    };

    shown_with(status, page.render())
}

/// Deletes the key `id`, and leads to the list; or asks once more for its name.
///
/// # Errors
/// There is no such key, the visitor may not, or the store does not answer.
pub async fn delete(app: &App, visitor: &Visitor<Delete>, id: &Id, form: &Form, now: Timestamp) -> Result<Page> {
    let org = &visitor.org;
    let key = view::find(app, &org.slug, id).await?;
    let last_used = app.passes.last_used(&key).await?;
    let typed = form.text("confirm");
    if was_used_of_late(last_used, now) && !is_name(typed, key.name.as_str()) {
        return page(app, visitor, (&key, last_used), typed, vec![Problem::ConfirmMismatch], now).await;
    }
    management::delete::delete(app, &org.slug, id, &visitor.author()).await?;
    let name = org.seal.seal("deleted", key.name.as_str());

    Ok(Page::see_other(&format!("../../keys?deleted={name}")))
}
