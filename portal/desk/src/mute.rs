//! The alerts of one key: what is open, and telling people nothing of it for a while.

use jiff::{SignedDuration, Timestamp};
use portal::{KeyAlerts, MUTED_DAYS, Notice};
use shared::App;
use shared::contract::portal::Operation;
use shared::environment::clock::Moment;
use shared::http::visitor::{Alerts, List};
use shared::management::alerts::change;
use shared::registry::alert::{Change, Mute, Mutes, Watched};
use shared::registry::key::{Id, Key};
use shared::{Denial, Error, Form, Page, Result, Violation, Visitor};

use crate::alerts::{as_read, may_see};
use crate::frame::{check_open, control};
use crate::named::kind;
use crate::view;

/// Mutes the key `id` for as many days as `form` says, or no longer with none, and leads back to where it came from.
///
/// # Errors
/// There is no such key, the organization is locked, the visitor may not, or the store does not answer.
pub async fn mute(app: &App, visitor: &Visitor<Alerts>, id: &Id, form: &Form, now: Timestamp) -> Result<Page> {
    let org = &visitor.org.slug;
    let days = form.text("days");
    let offered = MUTED_DAYS.into_iter().find(|offered| offered.to_string() == days);
    let until = match (offered, days) {
        (Some(offered), _) => now.checked_add(SignedDuration::from_hours(i64::from(offered).saturating_mul(24))).ok(),
        (None, "0") => None,
        (None, _) => return Err(Violation::new("days", "must be 0, 1, 7 or 30").into()),
    };
    check_open(visitor)?;
    // A key that is gone may still be among those that are muted.
    if until.is_some() {
        view::find(app, org, id).await?;
    }
    let muted = vec![Mute { key_id: id.clone(), until: until.map(Moment) }];
    let wanted = Change { muted, ..Change::default() };
    // Whoever mutes a key means this key, whatever else has changed.
    let done = match change(app, org, &wanted, &visitor.author_unless_locked(), None).await {
        Ok(_) if until.is_some() => "muted",
        Ok(_) => "unmuted",
        // Nothing but their number can be wrong.
        Err(Error::Denied(Denial::InvalidRequest { .. })) => "crowded",
        Err(error) => return Err(error),
    };
    let is_from_list = form.text("from") == "alerts";

    Ok(Page::see_other(&if is_from_list {
        format!("../../alerts?done={done}")
    } else {
        format!("../{id}?done={done}")
    }))
}

/// The alerts of `key`, if the session may see them and they can be read; `once` is the name of the forms on the page.
///
/// # Errors
/// There are no pages.
pub(crate) async fn of_key(
    app: &App,
    visitor: &Visitor<List>,
    key: &Key,
    once: String,
    now: Timestamp,
) -> Result<Option<KeyAlerts>> {
    let Visitor { session, org, .. } = visitor;
    if !may_see(app, session)? {
        return Ok(None);
    }
    let read = async {
        let watched = app.keys.watched(&org.slug, &key.id).await?.value;

        Ok((watched, app.keys.mutes(&org.slug).await?))
    };
    let alerts = |(watched, mutes): (Watched, Mutes)| KeyAlerts {
        open: watched.open().map(|(named, since)| (kind(named), since)).collect(),
        muted: mutes.until(&key.id, now),
        mute: control(app, session, org, Operation::Alerts, false),
        once,
    };

    Ok(as_read(read.await).map(alerts))
}

/// What has just been done, as far as `alerts` bear it out.
pub(crate) fn notice(done: &str, alerts: &KeyAlerts) -> Option<Notice> {
    match (done, alerts.muted) {
        ("muted", Some(until)) => Some(Notice::Muted { until }),
        ("unmuted", None) => Some(Notice::Unmuted),
        ("crowded", None) => Some(Notice::Crowded),
        _ => None,
    }
}
