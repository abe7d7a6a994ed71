//! Switching a key off, and on again.

use jiff::Timestamp;
use portal::{Change as Which, Depth, StatusPage};
use shared::App;
use shared::http::visitor::Deactivate;
use shared::management::change::{Change, change};
use shared::registry::key::{Id, Status};
use shared::{Denial, Form, Page, Result, Violation, Visitor};

use crate::frame::{barred, check_open, frame, shown};
use crate::{usage, view};

/// The page before the key `id` is switched: off if it is on, else on.
///
/// # Errors
/// There is no such key, or it would be switched on while its organization is locked.
pub async fn confirm(app: &App, visitor: &Visitor<Deactivate>, id: &Id, now: Timestamp) -> Result<Page> {
    let key = view::find(app, &visitor.org.slug, id).await?;
    let change = match key.status {
        Status::Active | Status::Quarantined => Which::Deactivate,
        Status::Inactive => Which::Activate,
    };
    if change == Which::Activate {
        check_open(visitor)?;
    }
    let (frame, once) = frame(app, visitor, Depth::Action, now)?;
    // Of a key that is switched on, what is left against it.
    let still = match change {
        Which::Activate if key.expires_at.is_some_and(|at| at <= now) => Some(Denial::ExpiredKey),
        Which::Activate => barred(app, &visitor.org),
        Which::Deactivate => None,
    };
    let page = StatusPage {
        frame,
        requests_last_day: usage::of_last_day(app, &visitor.session, &key, now).await?,
        key: view::key(app, &key, app.passes.last_used(&key).await?, now),
        own: view::is_own(&visitor.session, &key),
        once,
        change,
        answer: view::answer(app, still.as_ref().unwrap_or(&Denial::InactiveKey)),
        still: still.is_some(),
    };

    shown(page.render())
}

/// Switches the key `id` as `form` says, and leads back to it.
///
/// # Errors
/// There is no such key, the visitor may not, or the store does not answer.
pub async fn set(app: &App, visitor: &Visitor<Deactivate>, id: &Id, form: &Form) -> Result<Page> {
    let (status, author, done) = match form.text("status") {
        "inactive" => (Status::Inactive, visitor.author(), "deactivated"),
        "active" => {
            check_open(visitor)?;
            (Status::Active, visitor.author_unless_locked(), "activated")
        }
        _ => return Err(Violation::new("status", "must be active or inactive").into()),
    };
    // What is so already is no change, and leaves no row that says there was one. Who switches a key on twice has not said that it may
    // leave quarantine: no page offers that.
    let before = view::find(app, &visitor.org.slug, id).await?;
    if before.status == status || (before.status == Status::Quarantined && status == Status::Active) {
        return Ok(Page::see_other(&format!("../{id}?done={done}")));
    }
    let wanted = Change { status: Some(status), ..Change::default() };
    change(app, &visitor.org.slug, id, &wanted, &author, Some(before.version)).await?;

    Ok(Page::see_other(&format!("../{id}?done={done}")))
}
